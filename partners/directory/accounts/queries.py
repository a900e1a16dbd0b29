"""Reads of accounts: who signs in, in which seats. They take no actor, because they are what makes one."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from partners.directory.accounts.credentials import Account, SeatView
from partners.directory.accounts.models import Passkey, Seat, User
from partners.directory.models import Partner
from partners.directory.policy import Actor


def user_by_email(session: Session, email: str) -> Account | None:
    """Return what signing in with this address compares; None where no active user has it."""
    user = session.scalar(select(User).where(User.email == email.strip().lower(), User.is_active))
    return _account(session, user) if user else None


def account_by_id(session: Session, user_id: str) -> Account | None:
    """Return what signing in compares, of a user whose password was right; None where no active user has the id."""
    user = session.get(User, user_id)
    return _account(session, user) if user is not None and user.is_active else None


def account_of(session: Session, actor: Actor) -> Account:
    """Return what the actor's own password is compared with."""
    return _account(session, session.get_one(User, actor.user_id))


def seats_of(session: Session, user_id: str) -> list[SeatView]:
    """Return the seats that an active user may take, by brand and role; the first is the one that signing in takes."""
    rows = session.execute(
        select(Seat, User, Partner).join(User, User.id == Seat.user_id).join(Partner, Partner.id == Seat.partner_id)
        .where(Seat.user_id == user_id, Seat.suspended_at.is_(None), User.is_active)
        .order_by(Partner.name, Seat.created_at, Seat.id)
    )  # fmt: skip
    return [
        SeatView(
            seat.id, user.id, user.name, user.locale, partner.id, partner.name, partner.name_zh, seat.role.value,
            partner.standing.value, partner.is_operator, partner.requires_second_factor,
        )
        for seat, user, partner in rows
    ]  # fmt: skip


def seat_for_request(session: Session, user_id: str, seat_id: str) -> SeatView | None:
    """Return a seat of this user; None where it was taken away or suspended, or the user may no longer sign in."""
    return next((seat for seat in seats_of(session, user_id) if seat.seat_id == seat_id), None)


def names_of_users(session: Session, user_ids: Iterable[str]) -> dict[str, str]:
    """Return the name of each user, by id. For things that the reader may see anyway: who did them."""
    return dict(session.execute(select(User.id, User.name).where(User.id.in_(list(user_ids)))).all())


def _account(session: Session, user: User) -> Account:
    has_passkeys = bool(session.scalar(select(exists().where(Passkey.user_id == user.id))))
    return Account(user.id, user.password_digest, user.code_key_sealed is not None, has_passkeys)
