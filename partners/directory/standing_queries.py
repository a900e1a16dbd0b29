"""Reads of who is on the platform, for who runs it: what brands say of themselves, and nothing of their business."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from partners.directory import policy
from partners.directory.accounts.models import Invitation, Role, Seat, User
from partners.directory.cards import Waiting, WaitingKind
from partners.directory.models import Partner, Standing
from partners.directory.policy import Action, Actor
from partners.directory.queries import partnerships_not_ended
from partners.errors import NotFound


@dataclass(frozen=True, slots=True)
class PlatformCard:
    """A brand as the operator sees it in a list. ``seats``: how many may be used; none until its address is proven."""

    id: str
    code: str
    name: str
    name_zh: str
    partner_type: str
    industry: str
    region: str
    standing: str
    standing_at: datetime | None
    created_at: datetime
    seats: int


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom the operator may write to about a brand: an admin, or who registered it."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class PlatformPage:
    """A brand with what it said of itself, why it stands as it does, and whom to ask."""

    card: PlatformCard
    about: str
    standing_why: str
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class OwnStanding:
    """How the actor's own brand stands to the platform, and why; with the code that leaving asks for."""

    code: str
    name: str
    name_zh: str
    standing: str
    why: str
    since: datetime | None


def platform_partners(session: Session, actor: Actor) -> list[PlatformCard]:
    """Return every brand, those that wait for approval first, then by name; for the operator."""
    policy.require(actor, Action.OPERATE)
    cards = [_card(partner, seats) for partner, seats in session.execute(_brands())]
    return sorted(cards, key=lambda card: (card.standing != Standing.PENDING, card.name.casefold()))


def platform_partner(session: Session, actor: Actor, partner_id: str) -> PlatformPage:
    """Return one brand; for the operator."""
    policy.require(actor, Action.OPERATE)
    found = session.execute(_brands().where(Partner.id == partner_id)).one_or_none()
    if found is None:
        raise NotFound()
    partner, seats = found
    return PlatformPage(_card(partner, seats), partner.about, partner.standing_why, _contacts(session, partner_id))


def registrations_waiting(session: Session, actor: Actor) -> list[Waiting]:
    """Return the brands that wait for approval and whose address is proven, oldest first; none but for the operator."""
    if not policy.may(actor, Action.OPERATE):
        return []
    waiting = [card for card in platform_partners(session, actor) if card.standing == Standing.PENDING and card.seats]
    return [
        Waiting(WaitingKind.APPROVE_PARTNER, card.name, (), card.created_at, card.id)
        for card in sorted(waiting, key=lambda card: card.created_at)
    ]


def own_standing(session: Session, actor: Actor) -> OwnStanding:
    """Return how the actor's own brand stands, for everybody of it."""
    row = session.get_one(Partner, actor.partner_id)
    return OwnStanding(row.code, row.name, row.name_zh, row.standing.value, row.standing_why, row.standing_at)


def standing_to_leave(session: Session, actor: Actor) -> tuple[OwnStanding, int]:
    """Return the own standing and how many partnerships go on, for whoever may leave; the operator may not."""
    policy.require(actor, Action.ADMINISTER)
    policy.require(actor, Action.READ)  # who runs the platform stays
    return own_standing(session, actor), len(partnerships_not_ended(session, actor.partner_id))


def has_seat(session: Session, partner_id: str) -> bool:
    """Say whether anybody can act for a partner."""
    usable = (Seat.partner_id == partner_id, Seat.suspended_at.is_(None))
    return session.scalar(select(Seat.id).where(*usable).limit(1)) is not None


def _brands() -> Select[Partner, int]:
    usable = select(func.count(Seat.id)).where(Seat.partner_id == Partner.id, Seat.suspended_at.is_(None))
    return select(Partner, usable.scalar_subquery()).where(Partner.is_operator.is_(False))


def _contacts(session: Session, partner_id: str) -> tuple[Contact, ...]:
    """Return the admins of a brand; while there are none, who registered it."""
    admins = session.execute(
        select(User.name, User.email).join(Seat, Seat.user_id == User.id)
        .where(Seat.partner_id == partner_id, Seat.role == Role.ADMIN, Seat.suspended_at.is_(None)).order_by(User.name)
    ).all()  # fmt: skip
    asked = select(Invitation.name, Invitation.email).where(
        Invitation.partner_id == partner_id, Invitation.invited_by.is_(None)
    )
    return tuple(Contact(*row) for row in admins or session.execute(asked).all())


def _card(row: Partner, seats: int) -> PlatformCard:
    return PlatformCard(
        row.id, row.code, row.name, row.name_zh, row.partner_type.value, row.industry, row.region, row.standing.value,
        row.standing_at, row.created_at, seats,
    )  # fmt: skip
