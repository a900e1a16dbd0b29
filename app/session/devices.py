"""Devices that signed in before: a signed cookie, long-lived, so that nobody else's tries hold back its owner.

After OWASP's device cookies. A cookie names users and nothing secret; it opens no door, it only has a count of its own.
"""

from __future__ import annotations

import secrets

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.session.agents import agent_words
from partners.directory.accounts.attempt_services import Source
from partners.directory.accounts.sign_in_services import Browser

KEPT_FOR = 365 * 24 * 3600
"""Seconds for which a device is known after its last sign-in."""

USERS_KEPT = 5
"""People who share one browser."""


def source_of(user_id: str | None) -> Source:
    """Return where a try comes from, as far as the account of this user is concerned; None where nobody is meant."""
    device = _known().get(user_id, "") if user_id else ""
    return Source(request.remote_addr or "", device)


def browser() -> Browser:
    """Return what is kept of the browser that signs in."""
    return Browser(agent_words(request.user_agent.string), request.remote_addr or "")


def remember(response: Response, user_id: str) -> None:
    """Let this browser be known as one in which the user signed in."""
    others = {user: device for user, device in _known().items() if user != user_id}
    known = dict(list(others.items())[1 - USERS_KEPT :]) | {user_id: secrets.token_hex(8)}
    response.set_cookie(
        _name(), _signer().dumps(known), max_age=KEPT_FOR, httponly=True, samesite="Lax",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
    )  # fmt: skip


def _known() -> dict[str, str]:
    try:
        known: dict[str, str] = _signer().loads(request.cookies.get(_name(), ""), max_age=KEPT_FOR)
    except BadSignature:
        return {}
    return known


def _name() -> str:
    return "__Host-tandem-device" if current_app.config["SESSION_COOKIE_SECURE"] else "tandem-device"


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="device")
