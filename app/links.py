"""Links that open something for whoever holds them: signed with the installation's key, stored nowhere.

A copy of the database therefore opens nothing. Each purpose has a salt of its own, so that no link works for another
thing. When a link ends is part of what it says or of the row that it names, not of the signature: the clock of the
installation decides.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from itsdangerous import BadSignature, URLSafeSerializer

from config import Settings
from partners.directory.accounts import reset_services
from partners.directory.accounts.reset_services import ResetOver
from partners.errors import NotFound


class Purpose(StrEnum):
    """What a link is for; part of its signature."""

    SEAT = "invitation to a seat"
    BRAND = "invitation of a brand"
    RESET = "reset of a password"


class LinkBroken(NotFound):
    """This link is not whole. Copy it again from the mail, from its beginning to its end."""


def to_seat(settings: Settings, invitation_id: str) -> str:
    """Return the address at which an invitation to a seat is accepted."""
    return f"{settings.base_url}/session/invitation/{_signed(settings, Purpose.SEAT, [invitation_id])}"


def to_registration(settings: Settings, invitation_id: str) -> str:
    """Return the address at which an invited brand registers."""
    return f"{settings.base_url}/session/register/{_signed(settings, Purpose.BRAND, [invitation_id])}"


def to_reset(settings: Settings, user_id: str, stamp: str, now: datetime) -> str:
    """Return the address at which a user sets another password, for an hour and while the stamp is the password's."""
    until = int((now + reset_services.LASTS).timestamp())
    return f"{settings.base_url}/session/reset/{_signed(settings, Purpose.RESET, [user_id, stamp, str(until)])}"


def invitation_of(settings: Settings, purpose: Purpose, link: str) -> str:
    """Return the id of the invitation that a link was made for; raises LinkBroken."""
    return _opened(settings, purpose, link)[0]


def reset_of(settings: Settings, link: str, now: datetime) -> tuple[str, str]:
    """Return user id and stamp that a link to a new password was made for; raises LinkBroken or ResetOver."""
    user_id, stamp, until = _opened(settings, Purpose.RESET, link)
    if now.timestamp() > int(until):
        raise ResetOver()
    return user_id, stamp


def _signed(settings: Settings, purpose: Purpose, facts: list[str]) -> str:
    return str(URLSafeSerializer(settings.secret_key, salt=purpose.value).dumps(facts))


def _opened(settings: Settings, purpose: Purpose, link: str) -> list[str]:
    try:
        found: list[str] = URLSafeSerializer(settings.secret_key, salt=purpose.value).loads(link)
    except BadSignature:
        raise LinkBroken() from None
    return found
