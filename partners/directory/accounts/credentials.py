"""Who signs in, and in which seat, as pages and programs know it. Digests of passwords, never a password.

``Account``, ``SeatView`` and ``Presence`` are what makes an actor, so the reads that return them take none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from partners import audit
from partners.directory.accounts.models import User
from partners.directory.policy import Actor
from partners.errors import Invalid

LOCALES = ("en", "zh")

IDLE_FOR = timedelta(hours=12)
"""A sign-in that nothing was asked through for so long is over."""

LONGEST = timedelta(days=14)
"""No sign-in lasts longer, however busy it is."""

SEEN_EVERY = timedelta(minutes=5)
"""How exactly it is kept when a sign-in was last used, so that reading a page seldom writes."""


class LanguageUnknown(Invalid):
    """Tandem speaks English and Chinese."""


@dataclass(frozen=True, slots=True)
class Account:
    """What signing in compares: an active user, the digest of the password, which second factors there are."""

    user_id: str
    password_digest: str
    has_codes: bool = False
    """Whether one-time codes of an app are switched on."""
    has_passkeys: bool = False

    @property
    def has_second_factor(self) -> bool:
        """Whether the password alone does not do."""
        return self.has_codes or self.has_passkeys


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
    standing: str = "approved"
    is_operator: bool = False
    requires_second_factor: bool = False
    """Whether the partner asks every seat at it for a second factor."""

    @property
    def actor(self) -> Actor:
        """Who acts when this seat is taken."""
        return Actor(self.user_id, self.seat_id, self.partner_id, self.role, self.standing, self.is_operator)


@dataclass(frozen=True, slots=True)
class Presence:
    """A user who is signed in: through which sign-in, in which seat, and all the seats to choose from."""

    sign_in_id: str
    seat: SeatView
    seats: tuple[SeatView, ...]
    seen_at: datetime
    confirmed_at: datetime
    """When the user last proved to be there; signing in counts."""
    lacks_factor: bool
    """Whether the seat requires a second factor that the user has not."""


def choose_language(session: Session, actor: Actor, locale: str, now: datetime) -> None:
    """Keep the language in which a user reads; choosing the present one changes nothing."""
    if locale not in LOCALES:
        raise LanguageUnknown()
    user = session.get_one(User, actor.user_id)
    if user.locale == locale:
        return
    before, user.locale = user.locale, locale
    audit.record(session, actor, "choose_language", user, now, {"locale": before}, {"locale": locale})
