"""Confirming: whoever is signed in proves once more to be there, by the strongest factor they have.

A form that was on its way waits in the page meanwhile (``keeping``).
"""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request
from flask_babel import gettext as _

from app import context, passkeys
from app.context import actor, db, now
from app.errors import said
from app.security import is_confirmed, local_path, sets_up_factor
from app.session import bp, proof
from app.session.forms import CodeForm, OwnPasswordForm
from app.session.keeping import Kept, kept_first, kept_further
from app.session.proof import Checked
from app.session.views import again
from app.signed_in import here
from partners.database import reading
from partners.directory.accounts import sign_in_services
from partners.directory.accounts.attempt_services import Source
from partners.directory.accounts.credentials import Account
from partners.directory.accounts.queries import account_of

Form = CodeForm | OwnPasswordForm


@bp.route("/confirm", methods=["GET", "POST"])
@sets_up_factor
def confirm() -> Any:
    """Ask who is there; without a page to go back to, say that it is done."""
    target = local_path(request.args.get("next"))
    if request.method == "GET" and is_confirmed():
        return redirect(target, 303) if target else render_template("session/confirmed.html")
    account = _account()
    form = _kind(account)(next=target)
    if not form.validate_on_submit():
        return _page(form, account, kept_further()), 422 if request.method == "POST" else 200
    checked = _checked(form, account)
    if checked.account:
        return _go_on(form.next.data)
    form.form_errors.append(again(checked.held) if checked.held else _wrong(account))
    return _page(form, account, kept_further()), 429 if checked.held else 422


@bp.post("/confirm/keep")
@sets_up_factor
def keep() -> Any:
    """Ask who is there before a form is carried out, and let it wait in the page."""
    account = _account()
    form = _kind(account)(formdata=None, next=local_path(request.args.get("next")))
    return _page(form, account, kept_first())


@bp.post("/confirm/passkey")
@sets_up_factor
def confirm_by_passkey() -> Any:
    """Take the answer of a passkey; it must be the user's own."""
    account = _account()
    try:
        found = passkeys.proved(request.form.get("credential", ""))
        if found.user_id != account.user_id:
            raise passkeys.PasskeyRefused()
    except passkeys.PasskeyRefused as error:
        form = _kind(account)(next=local_path(request.form.get("next")))
        form.form_errors.append(said(error))
        return _page(form, account, kept_further()), 422
    sign_in_services.use_passkey(db(), found.passkey_id, found.sign_count, now())
    return _go_on(request.form.get("next"))


def source() -> Source:
    """Return what tries of whoever is signed in are counted by: this sign-in alone."""
    return Source(request.remote_addr or "", f"sign-in:{here().sign_in_id}")


def _account() -> Account:
    with reading(context.engine()) as rows:
        return account_of(rows, actor())


def _kind(account: Account) -> type[CodeForm] | type[OwnPasswordForm]:
    return CodeForm if account.has_second_factor else OwnPasswordForm


def _checked(form: Form, account: Account) -> Checked:
    if isinstance(form, CodeForm):
        return proof.check_code(account, account.user_id, form.code.data, source())
    return proof.check_own_password(account, form.password.data, source())


def _go_on(target: str | None) -> Any:
    sign_in_services.confirm_sign_in(db(), actor(), here().sign_in_id, now())
    context.commit()
    kept = kept_further()
    if kept is not None:
        return render_template("session/confirmed.html", kept=kept, back=local_path(target))
    return redirect(local_path(target) or "/session/confirm", 303)


def _wrong(account: Account) -> str:
    if account.has_second_factor:
        return str(_("This code is not right, or was used."))
    return str(_("This is not your password."))


def _page(form: Form, account: Account, kept: Kept | None) -> str:
    host = passkeys.host()
    return render_template("session/confirm.html", form=form, account=account, passkey_host=host, kept=kept)
