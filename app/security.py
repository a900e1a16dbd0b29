"""What guards every request: sign-in by default, forged and foreign requests refused, strict headers.

In this order: who is it, does the request come from our own pages, is sign-in needed, is the form's token right. An
upload is therefore not read before its sender is known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager, current_user
from flask_wtf import CSRFProtect

from app import context
from app.assets import keep_if_versioned
from app.signed_in import SignedIn, load_signed_in
from partners.errors import NotAllowed

View = TypeVar("View", bound=Callable[..., Any])

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer a browser sends "Origin: null" with forms
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
}
_TWO_YEARS = "max-age=63072000; includeSubDomains"


class ForeignOrigin(NotAllowed):
    """This request was sent from another site, so it was not carried out. Open the page here and repeat."""


def public(view: View) -> View:
    """Mark a view that answers without sign-in."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def install(app: Flask) -> None:
    """Put the guards before every request and the headers on every answer."""
    login = LoginManager()
    login.session_protection = None  # an address changes on the way; the stamp and the token guard the session
    login.init_app(app)
    login.user_loader(load_signed_in)
    app.before_request(_find_seat)
    app.before_request(_refuse_foreign_origin)
    app.before_request(_require_sign_in)
    CSRFProtect(app)
    app.after_request(_add_headers)
    app.context_processor(lambda: {"seat": g.get("seat"), "seats": g.get("seats", ())})


def local_path(target: str | None) -> str | None:
    """Return the target where it is a path on this site; None for anything that could lead away."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    parts = urlsplit(target)
    is_plain = target.isprintable() and "\\" not in target
    return target if is_plain and not parts.scheme and not parts.netloc else None


def _find_seat() -> None:
    if request.endpoint == "static":
        return
    user = current_user._get_current_object()
    g.seat, g.seats = (user.seat, user.seats) if isinstance(user, SignedIn) else (None, ())


def _refuse_foreign_origin() -> None:
    origin = request.headers.get("Origin")
    if request.method in context.READING_METHODS or origin is None:
        return
    own = {request.host, urlsplit(context.settings().base_url).netloc}
    if urlsplit(origin).netloc not in own:
        raise ForeignOrigin()


def _require_sign_in() -> Any:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint == "static" or getattr(view, "is_public", False):
        return None
    if context.seat() is not None:
        return None
    return _send_to_sign_in()


def _send_to_sign_in() -> Response:
    is_page = request.method == "GET"
    here = request.full_path.rstrip("?") if is_page else None
    target = url_for("session.sign_in", next=here if here != "/" else None)
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": url_for("session.sign_in")})
    return redirect(target, 303)  # type: ignore[return-value]


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers["Strict-Transport-Security"] = _TWO_YEARS
    if request.endpoint == "static":
        return keep_if_versioned(response)
    response.headers["Cache-Control"] = "no-store"
    if session.modified:
        response.vary.add("Cookie")
    return response
