"""What guards every request: sign-in by default, forged and foreign requests refused, strict headers.

In this order: is its length known, who is it, does the request come from our own pages, is sign-in needed, is the
form's token right. An upload is therefore not read before its sender is known.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager, current_user
from flask_wtf import CSRFProtect
from werkzeug.exceptions import LengthRequired

from app import context
from app.assets import keep_if_versioned
from app.signed_in import SignedIn, here, load_signed_in
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
_COMPILING_POLICY = HEADERS["Content-Security-Policy"].replace("script-src", "script-src 'wasm-unsafe-eval'")
"""For pages that compute with keys: their own scripts may compile WebAssembly, and still no text as a script."""

CONFIRMED_FOR = timedelta(minutes=15)
"""For so long after signing in or confirming, grave things are carried out without asking again."""

_TWO_YEARS = "max-age=63072000; includeSubDomains"


class ForeignOrigin(NotAllowed):
    """This request was sent from another site, so it was not carried out. Open the page here and repeat."""


def public(view: View) -> View:
    """Mark a view that answers without sign-in."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def confirmed(view: View) -> View:
    """Mark a view that is carried out only for a user who proved to be there lately; signing in counts.

    Others are sent to confirm that it is they, and come back: to this page, or to the one that a form was sent from.
    """
    return _confirmed_or(view, _send_to_confirm)


def confirmed_keeping(view: View) -> View:
    """Mark a view in the same way whose form has something to fill in: that waits meanwhile, and is sent afterwards.

    Not for passwords and other secrets: what waits stands in the page.
    """
    return _confirmed_or(view, _keep_and_send_to_confirm)


def confirms_within(view: View) -> View:
    """Mark a view that asks ``is_confirmed`` itself, before the one step of it that is grave.

    So a long form is shown again instead of being lost on the way to confirming.
    """
    view.is_confirmed = True  # type: ignore[attr-defined]
    return view


def is_confirmed() -> bool:
    """Say whether the user proved to be there within CONFIRMED_FOR."""
    return context.now() - here().confirmed_at < CONFIRMED_FOR


def computes_with_keys(view: View) -> View:
    """Mark a view whose page makes or opens keys in the browser, with libsodium, which is WebAssembly."""
    view.computes_with_keys = True  # type: ignore[attr-defined]
    return view


def sets_up_factor(view: View) -> View:
    """Mark a view that answers although the brand requires a second factor which the user has not set up yet."""
    view.sets_up_factor = True  # type: ignore[attr-defined]
    return view


def install(app: Flask) -> None:
    """Put the guards before every request and the headers on every answer."""
    login = LoginManager()
    login.session_protection = None  # an address changes on the way; the row of the sign-in and the token guard it
    login.init_app(app)
    login.user_loader(load_signed_in)
    app.before_request(_require_length)
    app.before_request(_find_seat)
    app.before_request(_refuse_foreign_origin)
    app.before_request(_require_sign_in)
    app.before_request(_require_second_factor)
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


def _require_length() -> None:
    """Refuse a body that does not say how long it is: reading one up to the limit, to refuse it then, takes seconds."""
    if request.content_length is None and "Transfer-Encoding" in request.headers:
        raise LengthRequired()


def _find_seat() -> None:
    if request.endpoint == "static":
        return
    user = current_user._get_current_object()
    g.presence = user.presence if isinstance(user, SignedIn) else None
    g.seat, g.seats = (g.presence.seat, g.presence.seats) if g.presence else (None, ())


def _refuse_foreign_origin() -> None:
    origin = request.headers.get("Origin")
    if request.method in context.READING_METHODS or origin is None:
        return
    if urlsplit(origin).netloc not in _own_hosts():
        raise ForeignOrigin()


def _own_hosts() -> set[str]:
    return {request.host, urlsplit(context.settings().base_url).netloc}


def _require_sign_in() -> Any:
    view = _guarded_view()
    return None if view is None or context.seat() is not None else _send_to_sign_in()


def _require_second_factor() -> Any:
    """Lead to setting one up, whatever was asked for, where the brand requires it and the user has none."""
    view, found = _guarded_view(), g.get("presence")
    if view is None or found is None or not found.lacks_factor or getattr(view, "sets_up_factor", False):
        return None
    return _redirected(url_for("account.second_factor"))


def _guarded_view() -> Callable[..., Any] | None:
    """Return the view of this request; None where it answers without sign-in."""
    view = current_app.view_functions.get(request.endpoint or "")
    is_open = view is None or request.endpoint == "static" or getattr(view, "is_public", False)
    return None if is_open else view


def _send_to_sign_in() -> Response:
    is_page = request.method == "GET"
    asked_for = request.full_path.rstrip("?") if is_page else None
    if request.headers.get("HX-Request"):
        return _redirected(url_for("session.sign_in"))
    return _redirected(url_for("session.sign_in", next=asked_for if asked_for != "/" else None))


def _confirmed_or(view: View, otherwise: Callable[[], Response]) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs) if is_confirmed() else otherwise()

    guarded.is_confirmed = True  # type: ignore[attr-defined]
    return cast(View, guarded)


def _send_to_confirm() -> Response:
    return _redirected(url_for("session.confirm", next=_way_back()))


def _keep_and_send_to_confirm() -> Response:
    """Lead the form itself there (307: the same method and body), unless a page is asked for or it carries a file."""
    if request.method == "GET" or request.headers.get("HX-Request") or request.files:
        return _send_to_confirm()
    sent_to = local_path(request.full_path.rstrip("?"))
    return redirect(url_for("session.keep", sent_to=sent_to, next=_way_back()), 307)  # type: ignore[return-value]


def _way_back() -> str | None:
    """Return the page to come back to: this one, or the one that a form was sent from; None where that is elsewhere."""
    if request.method == "GET" and not request.headers.get("HX-Request"):
        return local_path(request.full_path.rstrip("?"))
    sent_from = urlsplit(request.referrer or "")
    return local_path(sent_from._replace(scheme="", netloc="").geturl()) if sent_from.netloc in _own_hosts() else None


def _redirected(target: str) -> Response:
    """Lead to another page; htmx follows a header, because it would put the page into the part it renews."""
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": target})
    return redirect(target, 303)  # type: ignore[return-value]


def _add_headers(response: Response) -> Response:
    if getattr(current_app.view_functions.get(request.endpoint or ""), "computes_with_keys", False):
        response.headers["Content-Security-Policy"] = _COMPILING_POLICY
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
