"""Reads of seats, for admins of the brand."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from partners.directory import policy
from partners.directory.accounts.models import Passkey, Seat, SignIn, User
from partners.directory.cards import SeatCard
from partners.directory.models import Partner
from partners.directory.policy import Action, Actor
from partners.errors import NotFound


def seats(session: Session, actor: Actor) -> list[SeatCard]:
    """Return who has a place at the actor's partner, by name; for admins."""
    policy.require(actor, Action.ADMINISTER)
    newest = select(func.max(SignIn.began_at)).where(SignIn.seat_id == Seat.id).scalar_subquery()
    rows = session.execute(
        select(Seat, User, newest).join(User, User.id == Seat.user_id)
        .where(Seat.partner_id == actor.partner_id).order_by(User.name, Seat.role)
    )  # fmt: skip
    return [
        SeatCard(
            seat.id, user.id, user.name, user.email, seat.role.value, seat.created_at, seat.id == actor.seat_id,
            seat.suspended_at, seat.note, signed_in_at,
        )
        for seat, user, signed_in_at in rows
    ]  # fmt: skip


def seat_page(session: Session, actor: Actor, seat_id: str) -> SeatCard:
    """Return one seat at the actor's partner; for admins."""
    found = next((card for card in seats(session, actor) if card.id == seat_id), None)
    if found is None:
        raise NotFound()
    return found


def requires_second_factor(session: Session, actor: Actor) -> bool:
    """Say whether every seat at the actor's partner needs a second factor; for admins."""
    policy.require(actor, Action.ADMINISTER)
    return session.get_one(Partner, actor.partner_id).requires_second_factor


def has_second_factor(session: Session, user_id: str) -> bool:
    """Say whether a user signs in with more than a password: one-time codes or a passkey."""
    has_codes = session.get_one(User, user_id).code_key_sealed is not None
    return has_codes or session.scalar(select(Passkey.id).where(Passkey.user_id == user_id).limit(1)) is not None
