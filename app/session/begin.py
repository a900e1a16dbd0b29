"""What follows once the factors were right: a fresh cookie, a sign-in, a device that is known from now on."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, session, url_for
from flask_babel import gettext as _
from flask_login import login_user

from app import context
from app.security import local_path
from app.session import devices
from app.signed_in import SignedIn
from partners.directory.accounts import sign_in_services
from partners.directory.accounts.models import Factor
from partners.directory.accounts.queries import seats_of

HOME = "/"

_HALF = "half"
HALF_KEPT_FOR = 300
"""Seconds within which the code follows the password."""


def sign_in(user_id: str, factor: Factor, target: str | None) -> Any:
    """Sign a user in, in the first of their seats, and lead to the page that was asked for."""
    seats = seats_of(context.db(), user_id)
    if not seats:
        flash(_("Your seat was taken away or suspended. Ask an admin of your brand."), "bad")
        return redirect(url_for("session.sign_in"), 303)
    begun = sign_in_services.begin_sign_in(context.db(), seats[0], factor, devices.browser(), context.now())
    context.commit()
    fresh_session()
    session.permanent = True
    login_user(SignedIn(begun.id))
    response = redirect(local_path(target) or HOME, 303)
    devices.remember(response, user_id)  # type: ignore[arg-type]
    return response


def fresh_session() -> None:
    """Forget everything but the language, so that a session planted before signing in is worth nothing."""
    language = session.get("locale")
    session.clear()
    if language:
        session["locale"] = language


def keep_half(user_id: str, email: str, target: str | None) -> None:
    """Remember that the password was right, until the second factor follows."""
    fresh_session()
    session[_HALF] = [user_id, email, target or "", context.now().timestamp()]


def half() -> tuple[str, str, str] | None:
    """Return user, e-mail address and wanted page of somebody whose password was right; None once it is too late."""
    user_id, email, target, at = session.get(_HALF, ("", "", "", 0))
    is_kept = bool(user_id) and context.now().timestamp() - at <= HALF_KEPT_FOR
    return (user_id, email, target) if is_kept else None
