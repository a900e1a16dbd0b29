"""Who signs in, and in which seat. Knows digests of passwords, never a password: the application verifies those.

These reads take no actor, because they are what makes one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from partners import audit
from partners.directory.account_models import SignInGuard, User
from partners.directory.policy import Actor
from partners.errors import Invalid

LOCALES = ("en", "zh")

GUARD_WINDOW = timedelta(minutes=15)
"""Failures are counted for so long; then the count begins anew."""

MOST_FAILURES = {"email": 10, "network": 100}
"""Within a window, for one account and for one network address (OWASP ASVS 5.0, 6.3.1)."""


class LanguageUnknown(Invalid):
    """Tandem speaks English and Chinese."""


@dataclass(frozen=True, slots=True)
class Account:
    """What signing in compares: an active user and the digest of the password."""

    user_id: str
    password_digest: str


@dataclass(frozen=True, slots=True)
class SeatView:
    """A seat with the names a page shows beside it."""

    seat_id: str
    user_id: str
    user_name: str
    locale: str
    partner_id: str
    name: str
    name_zh: str
    role: str
    stamp: str
    """Changes with the password, so that a new password ends every session begun with the old one."""

    @property
    def actor(self) -> Actor:
        """Who acts when this seat is taken."""
        return Actor(self.user_id, self.seat_id, self.partner_id, self.role)


def stamp_of(password_digest: str) -> str:
    """Return a short digest of a password's digest, to keep in a session cookie."""
    return hashlib.sha256(password_digest.encode()).hexdigest()[:16]


def choose_language(session: Session, actor: Actor, locale: str, now: datetime) -> None:
    """Keep the language in which a user reads; choosing the present one changes nothing."""
    if locale not in LOCALES:
        raise LanguageUnknown()
    user = session.get_one(User, actor.user_id)
    if user.locale == locale:
        return
    before, user.locale = user.locale, locale
    audit.record(session, actor, "choose_language", user, now, {"locale": before}, {"locale": locale})


def is_held_back(session: Session, sources: Mapping[str, str], now: datetime) -> bool:
    """Say whether signing in failed too often lately.

    Args:
        sources: the e-mail address under ``email``, and where it is known the caller's address under ``network``.
    """
    return any(_failures(session, kind, value, now) >= MOST_FAILURES[kind] for kind, value in sources.items())


def note_failure(session: Session, sources: Mapping[str, str], now: datetime) -> None:
    """Count one more failure to sign in."""
    for kind, value in sources.items():
        guard = session.get(SignInGuard, _guard_key(kind, value), with_for_update=True)
        if guard is None:
            session.add(SignInGuard(key=_guard_key(kind, value), failures=1, since=now))
        elif guard.since <= now - GUARD_WINDOW:
            guard.failures, guard.since = 1, now
        else:
            guard.failures += 1


def forget_failures(session: Session, email: str) -> None:
    """Begin the count of an account anew, because its user has signed in."""
    guard = session.get(SignInGuard, _guard_key("email", email))
    if guard is not None:
        session.delete(guard)


def _failures(session: Session, kind: str, value: str, now: datetime) -> int:
    guard = session.get(SignInGuard, _guard_key(kind, value))
    return guard.failures if guard is not None and guard.since > now - GUARD_WINDOW else 0


def _guard_key(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value.strip().lower()}".encode()).hexdigest()
