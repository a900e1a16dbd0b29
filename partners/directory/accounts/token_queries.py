"""Reads of API tokens: the own ones for admins, and who acts when a program sends one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.directory import policy
from partners.directory.accounts.models import ApiToken, Role, Seat, User
from partners.directory.accounts.token_services import USED_EVERY, digest_of
from partners.directory.models import Partner, Standing
from partners.directory.policy import Action, Actor
from partners.errors import NotAllowed, NotFound


class TokenRefused(NotAllowed):
    """There is no valid API token in this request. Send one as “Authorization: Bearer tandem_…”."""


@dataclass(frozen=True, slots=True)
class TokenCard:
    """An API token without what makes it one. ``state``: valid, expired or revoked; ``used_at`` None before its use."""

    id: str
    name: str
    start: str
    scopes: tuple[str, ...]
    state: str
    created_by: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Program:
    """Who acts when a program sends its token, and whether its last use is due to be written down."""

    actor: Actor
    use_is_due: bool


def tokens(session: Session, actor: Actor, now: datetime) -> list[TokenCard]:
    """Return the tokens of the actor's brand, newest first; for admins."""
    policy.require(actor, Action.ADMINISTER)
    rows = session.execute(
        select(ApiToken, User.name).join(User, User.id == ApiToken.created_by)
        .where(ApiToken.partner_id == actor.partner_id).order_by(ApiToken.created_at.desc(), ApiToken.id)
    )  # fmt: skip
    return [
        TokenCard(
            row.id, row.name, row.start, tuple(row.scopes), _state(row, now), person, row.created_at, row.expires_at,
            row.used_at,
        )
        for row, person in rows
    ]  # fmt: skip


def token_page(session: Session, actor: Actor, token_id: str, now: datetime) -> TokenCard:
    """Return one token of the actor's brand; NotFound for every other."""
    found = next((card for card in tokens(session, actor, now) if card.id == token_id), None)
    if found is None:
        raise NotFound()
    return found


def program_of(session: Session, secret: str, now: datetime) -> Program:
    """Return who acts when this token is sent; it takes no actor, because it is what makes one.

    A token works while it is neither expired nor revoked, its brand has not left, and its maker is still an admin
    there: what somebody set up ends with their seat.

    Args:
        session: for EVERY_TENANT: only the row that is looked for says whose it is.

    Raises:
        TokenRefused: alike for every reason, so that nobody learns which.
    """
    found = session.execute(
        select(ApiToken, Partner).join(Partner, Partner.id == ApiToken.partner_id)
        .where(ApiToken.digest == digest_of(secret))
    ).one_or_none()  # fmt: skip
    if found is None:
        raise TokenRefused()
    row, partner = found
    if _state(row, now) != "valid" or partner.standing == Standing.LEFT or not _is_admin(session, row):
        raise TokenRefused()
    actor = Actor(
        row.created_by, row.id, row.partner_id, "program", partner.standing.value, partner.is_operator,
        frozenset(row.scopes),
    )  # fmt: skip
    return Program(actor, row.used_at is None or row.used_at <= now - USED_EVERY)


def _state(row: ApiToken, now: datetime) -> str:
    if row.revoked_at is not None:
        return "revoked"
    return "expired" if row.expires_at <= now else "valid"


def _is_admin(session: Session, row: ApiToken) -> bool:
    seat = select(Seat.id).join(User, User.id == Seat.user_id).where(
        Seat.user_id == row.created_by, Seat.partner_id == row.partner_id, Seat.role == Role.ADMIN,
        Seat.suspended_at.is_(None), User.is_active,
    )  # fmt: skip
    return session.scalar(seat) is not None
