"""Verbs of users and seats: who may sign in, and who sits where."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from partners import audit
from partners.database import locked
from partners.directory import codes, policy
from partners.directory.account_models import Role, Seat, User
from partners.directory.models import Partner
from partners.directory.policy import Action, Actor
from partners.errors import Invalid, NotFound


class EmailTaken(Invalid):
    """Somebody with this email address can sign in already. Give that person a seat instead."""


class NewcomerUnnamed(Invalid):
    """Nobody signs in with this address yet. Give a name and a first password too."""


class SeatTaken(Invalid):
    """This person has this seat already."""


class LastAdmin(Invalid):
    """A brand keeps at least one admin. Give the role to somebody else first."""


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
    """Give a person a place at a partner. ``actor`` is an admin of that partner, None where set-up does it."""
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


def seat_person(
    session: Session, actor: Actor, email: str, role: Role, now: datetime, name: str = "", password_digest: str = ""
) -> Seat:
    """Give a place at the actor's partner to whoever has this address.

    Args:
        name, password_digest: of a person who cannot sign in yet; somebody who can keeps both as they are.
    """
    policy.require(actor, Action.ADMINISTER)
    user = session.scalar(select(User).where(User.email == codes.checked_email(email)))
    if user is None:
        if not name.strip() or not password_digest:
            raise NewcomerUnnamed()
        user = add_user(session, email, name, password_digest, "en", now, actor)
    return give_seat(session, actor, user, session.get_one(Partner, actor.partner_id), role, now)


def take_seat(session: Session, actor: Actor, seat_id: str, now: datetime) -> None:
    """Take a person's place at the actor's partner away; the last admin's stays."""
    policy.require(actor, Action.ADMINISTER)
    locked(session)(Partner, actor.partner_id)  # two admins must not take each other's seats at once
    seat = session.scalar(select(Seat).where(Seat.id == seat_id, Seat.partner_id == actor.partner_id))
    if seat is None:
        raise NotFound()
    admins = select(func.count()).where(Seat.partner_id == actor.partner_id, Seat.role == Role.ADMIN)
    if seat.role == Role.ADMIN and session.scalar(admins) == 1:
        raise LastAdmin()
    name = session.get_one(User, seat.user_id).name
    audit.record(session, actor, "take_seat", seat, now, {"user": seat.user_id, "name": name, "role": seat.role.value})
    session.delete(seat)
