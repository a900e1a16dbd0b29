"""Sign in, with one factor or two; sign out, change the seat, change the language."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app import context, passkeys
from app.security import local_path, public, sets_up_factor
from app.session import begin, bp, devices, proof
from app.session.forms import CodeForm, SignInForm
from app.signed_in import here
from partners.database import reading
from partners.directory.accounts import sign_in_services
from partners.directory.accounts.attempt_services import Held, Limit
from partners.directory.accounts.credentials import LOCALES, Account, choose_language
from partners.directory.accounts.models import Factor
from partners.directory.accounts.queries import account_by_id, seats_of


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Any:
    """Ask for e-mail and password; say the same whichever of the two is wrong."""
    form = SignInForm(next=request.args.get("next", ""))
    if context.seat() is not None:
        return redirect(begin.HOME, 303)
    if not form.validate_on_submit():
        return _page(form), 422 if request.method == "POST" else 200
    checked = proof.check_password(form.email.data, form.password.data, form.code.data or "", devices.source_of)
    if checked.held:
        return _held_page(form, checked.held)
    account = checked.account if checked.account and _has_seat(checked.account) else None
    if account is None or checked.factor is None:
        form.form_errors.append(_("No user with this e-mail and password. Check both, or ask an admin of your brand."))
        return _page(form, asks_code=bool(form.code.data)), 422
    if account.has_second_factor and checked.factor == Factor.PASSWORD:
        begin.keep_half(account.user_id, form.email.data, form.next.data)
        return redirect(url_for(".code"), 303)
    return begin.sign_in(account.user_id, checked.factor, form.next.data)


@bp.route("/code", methods=["GET", "POST"])
@public
def code() -> Any:
    """Ask for the second factor of whoever gave the right password."""
    kept = begin.half()
    if kept is None:
        flash(_("Please begin with your password again."), "wait")
        return redirect(url_for(".sign_in"), 303)
    user_id, email, target = kept
    with reading(context.engine()) as rows:
        account = account_by_id(rows, user_id)
    form = CodeForm(next=target)
    status = 422 if request.method == "POST" else 200
    if form.validate_on_submit():
        checked = proof.check_code(account, email, form.code.data, devices.source_of(user_id))
        if checked.factor:
            return begin.sign_in(user_id, checked.factor, target)
        status = 429 if checked.held else 422
        form.form_errors.append(again(checked.held) if checked.held else _("This code is not right, or was used."))
    return render_template("session/code.html", form=form, account=account, passkey_host=passkeys.host()), status


@bp.post("/sign-out")
@public
def sign_out() -> Any:
    """End this sign-in and forget who was signed in; the language stays."""
    if context.seat() is not None:
        sign_in_services.end_sign_in(context.db(), context.actor(), here().sign_in_id, context.now())
        context.commit()
    begin.fresh_session()
    return redirect(url_for(".sign_in"), 303)


@bp.post("/seat")
@sets_up_factor
def change_seat() -> Any:
    """Go on in another seat of the same user."""
    wanted = request.form.get("seat_id", "")
    seat = sign_in_services.take_another_seat(context.db(), context.actor(), here().sign_in_id, wanted)
    context.commit()
    flash(_("You now act for %(brand)s.", brand=seat.name))
    return redirect(begin.HOME, 303)


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
    return redirect(local_path(request.form.get("next")) or begin.HOME, 303)


def again(held: Held) -> str:
    """Return the sentence that says when the next try may be made."""
    minutes = minutes_until(held)
    return str(
        ngettext(
            "Too many tries. Try again in %(minutes)s minute.", "Too many tries. Try again in %(minutes)s minutes.",
            minutes, minutes=minutes,
        )
    )  # fmt: skip


def minutes_until(held: Held) -> int:
    """Return in how many minutes a try may be made again, at least one."""
    return max(1, -(-int((held.until - context.now()).total_seconds()) // 60))


def _held_page(form: SignInForm, held: Held) -> Any:
    asks_code = held.limit == Limit.ACCOUNT
    if asks_code:
        form.form_errors.append(
            _(
                "Many wrong passwords were given for this account. Give the code of your second factor too, "
                "or sign in with a device that you have used before."
            )
        )
    form.form_errors.append(again(held))
    return _page(form, asks_code), 429, {"Retry-After": str(60 * minutes_until(held))}


def _page(form: SignInForm, asks_code: bool = False) -> str:
    return render_template("session/sign_in.html", form=form, asks_code=asks_code, passkey_host=passkeys.host())


def _has_seat(account: Account) -> bool:
    with reading(context.engine()) as rows:
        return bool(seats_of(rows, account.user_id))
