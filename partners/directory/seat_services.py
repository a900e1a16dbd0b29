"""Verbs of seats: who sits where at a partner, in which role, and whether the seat may be used."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from partners import audit
from partners.database import locked
from partners.directory import codes, policy, seat_queries
from partners.directory.accounts.models import Role, Seat, User
from partners.directory.models import Partner
from partners.directory.policy import Action, Actor
from partners.errors import Conflict, Invalid, NotFound


class EmailTaken(Invalid):
    """Somebody with this email address can sign in already. Give that person a seat instead."""


class SeatTaken(Invalid):
    """This person has this seat already."""


class LastAdmin(Invalid):
    """A brand keeps at least one admin. Give the role to somebody else first."""


class SeatSuspended(Conflict):
    """This seat is suspended already."""


class SeatInUse(Conflict):
    """This seat is not suspended."""


class SecondFactorFirst(Invalid):
    """You have no second factor yourself yet. Set one up on your account page first, so that you do not lock yourself
    out."""


def add_user(
    session: Session,
    email: str,
    name: str,
    password_digest: str,
    locale: str,
    now: datetime,
    actor: Actor | None = None,
) -> User:
    """Let a person sign in; a seat says where. ``actor`` is the admin who asks, None where set-up does."""
    if actor is not None:
        policy.require(actor, Action.ADMINISTER)
    email = codes.checked_email(email)
    if session.scalar(select(User.id).where(User.email == email)):
        raise EmailTaken()
    user = User(email=email, name=name.strip(), password_digest=password_digest, locale=locale, created_at=now)
    session.add(user)
    audit.record(session, actor, "add_user", user, now, after={"name": user.name})
    return user


def give_seat(session: Session, actor: Actor | None, user: User, partner: Partner, role: Role, now: datetime) -> Seat:
    """Give a person a place at a partner.

    Args:
        actor: an admin of that partner; None where set-up or an accepted invitation gives it.
    """
    if actor is not None:
        policy.require(actor, Action.ADMINISTER)
        if actor.partner_id != partner.id:
            raise NotFound()
    session.flush()
    same = (Seat.user_id == user.id, Seat.partner_id == partner.id, Seat.role == role)
    if session.scalar(select(Seat.id).where(*same)):
        raise SeatTaken()
    seat = Seat(user_id=user.id, partner_id=partner.id, role=role, created_at=now)
    session.add(seat)
    audit.record(session, actor, "give_seat", seat, now, after={"user": user.id, "name": user.name, "role": role.value})
    return seat


def take_seat(session: Session, actor: Actor, seat_id: str, now: datetime) -> None:
    """Take a person's place at the actor's partner away; the last admin's stays."""
    _take(session, actor, _own_seat(session, actor, seat_id), now)


def change_role(session: Session, actor: Actor, seat_id: str, role: Role, now: datetime) -> Seat:
    """Give a person another role: the seat is taken and another one given, so that what the old one opened is shut."""
    old = _own_seat(session, actor, seat_id)
    if role != Role.ADMIN:
        _keep_an_admin(session, old)
    user, note = session.get_one(User, old.user_id), old.note
    new = give_seat(session, actor, user, session.get_one(Partner, actor.partner_id), role, now)
    new.note, new.suspended_at = note, old.suspended_at
    session.flush()
    _take(session, actor, old, now)
    return new


def suspend_seat(session: Session, actor: Actor, seat_id: str, now: datetime) -> Seat:
    """Let a seat not be used until it is resumed; who sits in it is signed out of it at once."""
    seat = _own_seat(session, actor, seat_id)
    if seat.suspended_at is not None:
        raise SeatSuspended()
    _keep_an_admin(session, seat)
    seat.suspended_at = now
    audit.record(session, actor, "suspend_seat", seat, now, after=_told(session, seat))
    return seat


def resume_seat(session: Session, actor: Actor, seat_id: str, now: datetime) -> Seat:
    """Let a suspended seat be used again."""
    seat = _own_seat(session, actor, seat_id)
    if seat.suspended_at is None:
        raise SeatInUse()
    seat.suspended_at = None
    audit.record(session, actor, "resume_seat", seat, now, after=_told(session, seat))
    return seat


def note_seat(session: Session, actor: Actor, seat_id: str, note: str, now: datetime) -> Seat:
    """Keep what the brand's admins wish to remember of a seat; the log says that they did, not what."""
    seat = _own_seat(session, actor, seat_id)
    if seat.note != note.strip():
        seat.note = note.strip()
        audit.record(session, actor, "note_seat", seat, now, after=_told(session, seat))
    return seat


def require_second_factor(session: Session, actor: Actor, is_required: bool, now: datetime) -> Partner:
    """Ask a second factor of every seat at the actor's partner, or no longer; only who has one may begin with it."""
    policy.require(actor, Action.ADMINISTER)
    if is_required and not seat_queries.has_second_factor(session, actor.user_id):
        raise SecondFactorFirst()
    partner: Partner = locked(session)(Partner, actor.partner_id)
    before, partner.requires_second_factor = partner.requires_second_factor, is_required
    if before != is_required:
        audit.record(
            session, actor, "require_second_factor", partner, now, {"is_required": before}, {"is_required": is_required}
        )
    return partner


def _own_seat(session: Session, actor: Actor, seat_id: str) -> Seat:
    """Return a seat at the actor's partner; two admins who change seats at once wait for each other."""
    policy.require(actor, Action.ADMINISTER)
    locked(session)(Partner, actor.partner_id)
    seat = session.scalar(
        select(Seat).where(Seat.id == seat_id, Seat.partner_id == actor.partner_id)
        .execution_options(populate_existing=True)
    )  # fmt: skip
    if seat is None:
        raise NotFound()
    return seat


def _take(session: Session, actor: Actor, seat: Seat, now: datetime) -> None:
    _keep_an_admin(session, seat)
    audit.record(session, actor, "take_seat", seat, now, _told(session, seat))
    session.delete(seat)


def _keep_an_admin(session: Session, seat: Seat) -> None:
    """Refuse to lose the last seat in which somebody can administer the brand."""
    others = select(func.count()).where(
        Seat.partner_id == seat.partner_id, Seat.role == Role.ADMIN, Seat.id != seat.id, Seat.suspended_at.is_(None)
    )
    if seat.role == Role.ADMIN and seat.suspended_at is None and not session.scalar(others):
        raise LastAdmin()


def _told(session: Session, seat: Seat) -> dict[str, str]:
    name = session.get_one(User, seat.user_id).name
    return {"user": seat.user_id, "name": name, "role": seat.role.value}
