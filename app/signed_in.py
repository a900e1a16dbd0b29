"""Who is signed in, as the session cookie remembers it: user, seat and the stamp of the password."""

from __future__ import annotations

from dataclasses import dataclass

from flask_login import UserMixin

from app import context
from partners.database import reading
from partners.directory.account_queries import seats_of
from partners.directory.credentials import SeatView


@dataclass(frozen=True)
class SignedIn(UserMixin):  # type: ignore[misc]
    """A user in a seat, in the form that Flask-Login keeps; ``seats`` are all the seats to choose from."""

    seat: SeatView
    seats: tuple[SeatView, ...]

    def get_id(self) -> str:
        """Return what the cookie keeps: user, seat and stamp."""
        return f"{self.seat.user_id}:{self.seat.seat_id}:{self.seat.stamp}"


def load_signed_in(kept: str) -> SignedIn | None:
    """Return who the cookie stands for; None once the user, the seat or the password is another.

    Read in a session of its own, so that a writing request takes the write lock only when its view begins to write.
    """
    user_id, _, rest = kept.partition(":")
    seat_id, _, stamp = rest.partition(":")
    with reading(context.engine()) as session:
        seats = tuple(seats_of(session, user_id))
    seat = next((seat for seat in seats if seat.seat_id == seat_id), None)
    return SignedIn(seat, seats) if seat is not None and seat.stamp == stamp else None
