"""How often somebody who is not signed in may let the platform do something: register a brand, ask for a mail.

Counted like failures to sign in, in the same table: no address is kept, only a digest of it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from partners.directory.accounts.models import SignInGuard


@dataclass(frozen=True, slots=True)
class Limit:
    """How many times within a window; ``kind`` keeps counts of different things apart."""

    kind: str
    most: int
    window: timedelta


REGISTERING = Limit("registering", 5, timedelta(hours=1))
"""Brands registered from one network address: nobody has five of them in an hour."""

MAILS_TO_STRANGERS = Limit("mails", 3, timedelta(hours=1))
"""Mails to one e-mail address that somebody who is not signed in may cause, so that no form fills a mailbox."""

ASKING_FOR_MAILS = Limit("asking", 20, timedelta(hours=1))
"""Passwords that one network address may say it has lost; an office shares an address."""


def may_pass(session: Session, limit: Limit, value: str, now: datetime) -> bool:
    """Count one more time; say whether it is within the limit.

    Args:
        value: whom it is counted by: a network address or an e-mail address.
    """
    return count_one(session, key_of(limit.kind, value.strip().lower()), limit.most, limit.window, now)


def count_one(session: Session, key: str, most: int, window: timedelta, now: datetime) -> bool:
    """Count one more unless the limit is reached, in one statement, and say whether it was counted.

    However many workers count at once, no more than ``most`` are told yes within a window.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    is_over = SignInGuard.since <= now - window
    counted = (
        insert(SignInGuard).values(key=key, failures=1, since=now)
        .on_conflict_do_update(
            index_elements=[SignInGuard.key],
            set_={"failures": case((is_over, 1), else_=SignInGuard.failures + 1),
                  "since": case((is_over, now), else_=SignInGuard.since)},
            where=or_(is_over, SignInGuard.failures < most),
        ).returning(SignInGuard.failures)
    )  # fmt: skip
    return session.execute(counted).scalar() is not None


def key_of(kind: str, value: str) -> str:
    """Return under what something is counted: a digest, so that no address is kept."""
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
