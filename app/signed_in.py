"""Who is signed in: the cookie names a sign-in, the table says what it is worth."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from flask import g
from flask_login import UserMixin
from sqlalchemy.exc import OperationalError

from app import context
from partners.database import reading, writing_at_once
from partners.directory.accounts.credentials import SEEN_EVERY, Presence
from partners.directory.accounts.sign_in_queries import presence
from partners.directory.accounts.sign_in_services import note_seen


@dataclass(frozen=True)
class SignedIn(UserMixin):  # type: ignore[misc]
    """A sign-in in the form that Flask-Login keeps; ``presence`` None while it has only just begun."""

    sign_in_id: str
    presence: Presence | None = None

    def get_id(self) -> str:
        """Return what the cookie keeps."""
        return self.sign_in_id


def load_signed_in(sign_in_id: str) -> SignedIn | None:
    """Return who the cookie stands for; None once the sign-in, the user or the seat is worth nothing any more.

    Read in a session of its own, so that a writing request takes the write lock only when its view begins to write.
    """
    with reading(context.engine()) as session:
        found = presence(session, sign_in_id, context.now())
    if found is None:
        return None
    if context.now() - found.seen_at >= SEEN_EVERY:
        _note_seen(sign_in_id)
    return SignedIn(sign_in_id, found)


def here() -> Presence:
    """Return through which sign-in this request comes; raises NotSignedIn where nobody is signed in."""
    found = cast("Presence | None", g.get("presence"))
    if found is None:
        raise context.NotSignedIn()
    return found


def _note_seen(sign_in_id: str) -> None:
    """Keep that the sign-in is in use, unless somebody is writing just now: no page waits for that."""
    with suppress(OperationalError), writing_at_once(context.engine()) as session:
        note_seen(session, sign_in_id, context.now())
        session.commit()
