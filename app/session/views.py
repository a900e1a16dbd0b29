"""Sign in, sign out, change the seat, change the language."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import login_user

from app import context
from app.passwords import is_password
from app.security import local_path, public
from app.session import bp
from app.session.forms import SignInForm
from app.signed_in import SignedIn
from partners.database import reading
from partners.directory.account_queries import seat_for_request, seats_of, user_by_email
from partners.directory.credentials import (
    LOCALES,
    SeatView,
    choose_language,
    forget_failures,
    is_held_back,
    note_failure,
)
from partners.errors import NotFound

HOME = "/"


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Any:
    """Ask for e-mail and password; say the same whichever of the two is wrong."""
    form = SignInForm(next=request.args.get("next", ""))
    if context.seat() is not None:
        return redirect(HOME, 303)
    if not form.validate_on_submit():
        return render_template("session/sign_in.html", form=form), 422 if request.method == "POST" else 200
    seat = _seat_of(form.email.data, form.password.data)
    if seat is None:
        form.form_errors.append(_("No user with this e-mail and password. Check both, or ask an admin of your brand."))
        return render_template("session/sign_in.html", form=form), 422
    _begin(seat)
    return redirect(local_path(form.next.data) or HOME, 303)


@bp.post("/sign-out")
@public
def sign_out() -> Any:
    """Forget who was signed in; the language stays."""
    language = session.get("locale")
    session.clear()
    if language:
        session["locale"] = language
    return redirect(url_for("session.sign_in"), 303)


@bp.post("/seat")
def change_seat() -> Any:
    """Go on in another seat of the same user."""
    seat = seat_for_request(context.db(), context.actor().user_id, request.form.get("seat_id", ""))
    if seat is None:
        raise NotFound()
    _begin(seat)
    flash(_("You now act for %(brand)s.", brand=seat.name))
    return redirect(HOME, 303)


@bp.post("/language")
@public
def change_language() -> Any:
    """Keep the language for this browser and, where somebody is signed in, for the user."""
    chosen = request.form.get("locale", "")
    if context.seat() is not None:
        choose_language(context.db(), context.actor(), chosen, context.now())
        context.commit()
    if chosen in LOCALES:
        session["locale"] = chosen
    return redirect(local_path(request.form.get("next")) or HOME, 303)


def _seat_of(email: str, password: str) -> SeatView | None:
    """Return the first seat of who signs in; None for an unknown e-mail, a wrong password or no seat, all alike."""
    sources = _sources(email)
    with reading(context.engine()) as rows:
        if is_held_back(rows, sources, context.now()):
            abort(429)
        account = user_by_email(rows, email)
        seats = seats_of(rows, account.user_id) if account else []
    is_known = is_password(account.password_digest if account else None, password) and bool(seats)
    if is_known:
        forget_failures(context.db(), email)
    else:
        note_failure(context.db(), sources, context.now())
    context.commit()
    return seats[0] if is_known else None


def _sources(email: str) -> dict[str, str]:
    """What failures are counted by. An address that is not public is a proxy's or a colleague's: it counts for none."""
    network = request.remote_addr or ""
    is_public = bool(network) and ip_address(network).is_global
    return {"email": email, "network": network} if is_public else {"email": email}


def _begin(seat: SeatView) -> None:
    """Begin a fresh session, so that one planted before signing in is worth nothing."""
    language = session.get("locale")
    session.clear()
    if language:
        session["locale"] = language
    session.permanent = True
    login_user(SignedIn(seat, ()))
