"""Reads of seats, for admins of the brand."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.directory import policy
from partners.directory.account_models import Seat, User
from partners.directory.cards import (
    SeatCard,
)
from partners.directory.policy import Action, Actor
from partners.errors import NotFound


def seats(session: Session, actor: Actor) -> list[SeatCard]:
    """Return who has a place at the actor's partner, by name; for admins."""
    policy.require(actor, Action.ADMINISTER)
    rows = session.execute(
        select(Seat, User).join(User, User.id == Seat.user_id)
        .where(Seat.partner_id == actor.partner_id).order_by(User.name, Seat.role)
    )  # fmt: skip
    return [
        SeatCard(seat.id, user.id, user.name, user.email, seat.role.value, seat.created_at, seat.id == actor.seat_id)
        for seat, user in rows
    ]


def seat_page(session: Session, actor: Actor, seat_id: str) -> SeatCard:
    """Return one seat at the actor's partner; for admins."""
    found = next((card for card in seats(session, actor) if card.id == seat_id), None)
    if found is None:
        raise NotFound()
    return found
