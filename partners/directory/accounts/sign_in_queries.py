"""Reads of sign-ins: who is behind a session cookie, and in which browsers somebody is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from partners.directory.accounts.credentials import IDLE_FOR, LONGEST, Presence
from partners.directory.accounts.models import Passkey, SignIn, User
from partners.directory.accounts.queries import seats_of
from partners.directory.policy import Actor


@dataclass(frozen=True, slots=True)
class SignInCard:
    """One browser in which the reader is signed in."""

    id: str
    agent: str
    """Browser and system; empty where it did not say."""
    network: str
    factor: str
    began_at: datetime
    seen_at: datetime
    is_this: bool
    """Whether the reader is looking through it."""


def presence(session: Session, sign_in_id: str, now: datetime) -> Presence | None:
    """Return who a sign-in stands for, which takes no actor, because it makes one.

    None once it was ended, lay idle, grew too old, or its user or seat may no longer be used.
    """
    sign_in = session.scalar(select(SignIn).where(SignIn.id == sign_in_id, _is_open(now)))
    if sign_in is None:
        return None
    seats = tuple(seats_of(session, sign_in.user_id))
    seat = next((seat for seat in seats if seat.seat_id == sign_in.seat_id), None)
    if seat is None:
        return None
    lacks_factor = seat.requires_second_factor and not _has_factor(session, sign_in.user_id)
    return Presence(sign_in.id, seat, seats, sign_in.seen_at, sign_in.confirmed_at, lacks_factor)


def own_sign_ins(session: Session, actor: Actor, sign_in_id: str, now: datetime) -> list[SignInCard]:
    """Return the browsers in which the actor is signed in, this one first, then the one used last."""
    mine = select(SignIn).where(SignIn.user_id == actor.user_id, _is_open(now))
    cards = [
        SignInCard(each.id, each.agent, each.network, each.factor.value, each.began_at, each.seen_at,
                   each.id == sign_in_id)
        for each in session.scalars(mine.order_by(SignIn.seen_at.desc(), SignIn.id))
    ]  # fmt: skip
    return sorted(cards, key=lambda card: not card.is_this)


def _is_open(now: datetime) -> ColumnElement[bool]:
    return and_(SignIn.ended_at.is_(None), SignIn.seen_at > now - IDLE_FOR, SignIn.began_at > now - LONGEST)


def _has_factor(session: Session, user_id: str) -> bool:
    has_codes = session.get_one(User, user_id).code_key_sealed is not None
    return has_codes or bool(session.scalar(select(exists().where(Passkey.user_id == user_id))))
