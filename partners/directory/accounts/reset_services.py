"""Verbs of lost passwords: asking for a link by mail, and setting another password with it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners import audit, outbox
from partners.database import locked
from partners.directory.accounts import services as account_services
from partners.directory.accounts.models import User
from partners.errors import NotFound

LASTS = timedelta(hours=1)
"""A link is good for so long, and for as long as the password stays what it is: so once."""


class ResetOver(NotFound):
    """This link is no longer good: it was used, or it is older than an hour. Ask for another one."""


def ask_for_reset(session: Session, email: str, now: datetime) -> None:
    """Let a link be sent to whoever signs in with this address; nothing happens where nobody does."""
    user = session.scalar(select(User).where(User.email == email.strip().lower(), User.is_active))
    if user is not None:
        audit.record(session, None, "ask_for_reset", user, now)
        outbox.emit(session, "password_reset.asked", user, None, now)


@dataclass(frozen=True, slots=True)
class Forgetful:
    """Whose password a link changes."""

    name: str
    email: str


def named_by_link(session: Session, user_id: str, stamp: str) -> Forgetful:
    """Return whom a link names; ResetOver once the password is another than when the link was made."""
    user = session.scalar(select(User).where(User.id == user_id, User.is_active))
    if user is None or stamp_of(user.password_digest) != stamp:
        raise ResetOver()
    return Forgetful(user.name, user.email)


def reset_by_link(session: Session, user_id: str, stamp: str, password_digest: str, now: datetime) -> User:
    """Replace the password of the user whom a link names; every sign-in of the user ends.

    Args:
        stamp: of the password at the time when the link was made.
    """
    locked(session)(User, user_id)  # a link that is used twice at once works once
    named_by_link(session, user_id, stamp)
    return account_services.reset_password(session, user_id, password_digest, now)


def stamp_of(password_digest: str) -> str:
    """Return a short digest of a password's digest, which changes with the password and tells nothing about it."""
    return hashlib.sha256(password_digest.encode()).hexdigest()[:16]
