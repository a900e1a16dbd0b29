"""What a view reaches for: the session of this request, who acts, the file store, the settings, the time.

A request that only reads gets a reading session, every other a writing one; the view commits once, through ``commit``.
"""

from __future__ import annotations

from datetime import datetime
from typing import cast

from flask import current_app, g, request
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.installation import Installation
from app.jobs import HANDLERS
from config import Settings
from partners.database import reading, writing
from partners.directory.accounts.credentials import SeatView
from partners.directory.policy import Actor
from partners.errors import NotAllowed
from partners.outbox import dispatch
from partners.store import FolderStore

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class NotSignedIn(NotAllowed):
    """Please sign in first."""


def installation() -> Installation:
    """Return what this process works with."""
    return cast(Installation, current_app.extensions["tandem"])


def db() -> Session:
    """Return the session of this request, opened at its first use and rolled back at the end unless committed."""
    if "db" not in g:
        begin = reading if request.method in READING_METHODS else writing
        g.db = begin(installation().engine, tenant())
    return cast(Session, g.db)


def tenant() -> str:
    """Return the partner that this request works for: the signed-in seat's or the token's, never one that was sent."""
    found = program() or seat()
    return found.partner_id if found else ""


def seat() -> SeatView | None:
    """Return the seat of whoever is signed in; None on the pages that need no sign-in."""
    return cast("SeatView | None", g.get("seat"))


def program() -> Actor | None:
    """Return who acts with the API token of this request; None on pages."""
    return cast("Actor | None", g.get("program"))


def actor() -> Actor:
    """Return who acts; raises NotSignedIn where nobody is signed in."""
    if (found_program := program()) is not None:
        return found_program
    found = seat()
    if found is None:
        raise NotSignedIn()
    return found.actor


def engine() -> Engine:
    """Return the engine, for the rare view that needs a session of its own beside ``db``."""
    return installation().engine


def store() -> FolderStore:
    """Return the file store."""
    return installation().store


def settings() -> Settings:
    """Return the settings of this installation."""
    return installation().settings


def now() -> datetime:
    """Return the current instant."""
    return installation().now()


def commit() -> None:
    """Commit this request's session. Its events become jobs in the same transaction; then the worker is woken."""
    jobs = dispatch(db(), HANDLERS, now())
    db().commit()
    installation().queue.put(jobs)


def close_session(_error: BaseException | None) -> None:
    """Close the session of this request; what was not committed is rolled back."""
    session = cast("Session | None", g.pop("db", None))
    if session is not None:
        session.close()
