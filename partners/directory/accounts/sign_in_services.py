"""Verbs of sign-ins: a signed-in browser begins, confirms, takes another seat, ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from partners import audit
from partners.directory.accounts.credentials import SeatView
from partners.directory.accounts.models import Factor, Passkey, SignIn
from partners.directory.accounts.queries import seat_for_request
from partners.directory.policy import Actor
from partners.errors import NotFound


@dataclass(frozen=True, slots=True)
class Browser:
    """From where somebody signs in, as it is kept: both empty where unknown."""

    agent: str = ""
    """Browser and system, as words."""
    network: str = ""
    """Network address."""


def begin_sign_in(session: Session, seat: SeatView, factor: Factor, browser: Browser, now: datetime) -> SignIn:
    """Sign a user in, whose factors were right, in a seat of theirs."""
    sign_in = SignIn(
        user_id=seat.user_id, seat_id=seat.seat_id, factor=factor, agent=browser.agent[:120],
        network=browser.network[:40], began_at=now, seen_at=now, confirmed_at=now,
    )  # fmt: skip
    session.add(sign_in)
    audit.record(session, seat.actor, "sign_in", sign_in, now, after={"factor": factor.value})
    return sign_in


def note_seen(session: Session, sign_in_id: str, now: datetime) -> None:
    """Keep when a sign-in was last used."""
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=now))


def confirm_sign_in(session: Session, actor: Actor, sign_in_id: str, now: datetime) -> None:
    """Keep that the user has just proved to be there."""
    _own(session, actor, sign_in_id).confirmed_at = now


def take_another_seat(session: Session, actor: Actor, sign_in_id: str, seat_id: str) -> SeatView:
    """Go on in another seat of the same user; NotFound where the user has no such seat that may be used."""
    seat = seat_for_request(session, actor.user_id, seat_id)
    if seat is None:
        raise NotFound()
    _own(session, actor, sign_in_id).seat_id = seat_id
    return seat


def end_sign_in(session: Session, actor: Actor, sign_in_id: str, now: datetime) -> None:
    """Sign the actor out of one browser; one that is signed out already stays as it is."""
    sign_in = _own(session, actor, sign_in_id)
    if sign_in.ended_at is None:
        _end(session, actor, sign_in, now)


def end_other_sign_ins(session: Session, actor: Actor, kept_sign_in_id: str, now: datetime) -> int:
    """Sign the actor out of every browser but this one; returns out of how many."""
    return end_sign_ins_of(session, actor, actor.user_id, now, kept_sign_in_id)


def end_sign_ins_of(
    session: Session, actor: Actor | None, user_id: str, now: datetime, kept_sign_in_id: str = ""
) -> int:
    """Sign a user out of every browser but at most one; returns out of how many. ``actor`` None: the platform does."""
    others = select(SignIn).where(SignIn.user_id == user_id, SignIn.id != kept_sign_in_id)
    found = session.scalars(others.where(SignIn.ended_at.is_(None)).order_by(SignIn.id).with_for_update()).all()
    for sign_in in found:
        _end(session, actor, sign_in, now)
    return len(found)


def use_passkey(session: Session, passkey_id: str, sign_count: int, now: datetime) -> None:
    """Keep that a passkey was used, and how often it says it was."""
    passkey = session.get_one(Passkey, passkey_id)
    passkey.sign_count, passkey.used_at = sign_count, now


def _own(session: Session, actor: Actor, sign_in_id: str) -> SignIn:
    sign_in = session.scalar(
        select(SignIn).where(SignIn.id == sign_in_id, SignIn.user_id == actor.user_id).with_for_update()
    )
    if sign_in is None:
        raise NotFound()
    return sign_in


def _end(session: Session, actor: Actor | None, sign_in: SignIn, now: datetime) -> None:
    sign_in.ended_at = now
    audit.record(session, actor, "end_sign_in", sign_in, now)
