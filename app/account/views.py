"""The own password, codes of an app, recovery codes, and the browsers in which one is signed in."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

import segno
from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app import context, passkeys
from app.account import bp
from app.account.forms import FirstCodeForm, PasskeyForm, PasswordForm
from app.context import actor, db, now
from app.errors import said
from app.passwords import digest_password
from app.security import confirmed, sets_up_factor
from app.session import proof
from app.session.confirming import source
from app.session.views import again
from app.signed_in import here
from partners.database import reading
from partners.directory.accounts import factor_queries, factor_services, one_time, sign_in_queries, sign_in_services
from partners.directory.accounts import queries as account_queries
from partners.directory.accounts import services as account_services
from partners.errors import Invalid
from partners.seal import SealBroken, seal, unseal

_KEY = "code_key"


@bp.get("")
def index() -> str:
    """Show what guards the account."""
    sign_ins = sign_in_queries.own_sign_ins(db(), actor(), here().sign_in_id, now())
    return render_template("account/index.html", page=factor_queries.own_factors(db(), actor()), sign_ins=sign_ins)


@bp.route("/password", methods=["GET", "POST"])
@confirmed
def password() -> Any:
    """Change the own password; that ends every other sign-in."""
    form = PasswordForm()
    status = 422 if request.method == "POST" else 200
    if form.validate_on_submit():
        with reading(context.engine()) as rows:
            account = account_queries.account_of(rows, actor())
        checked = proof.check_own_password(account, form.present.data, source())
        if checked.account:
            digest = digest_password(form.new.data)
            account_services.change_password(db(), actor(), digest, now(), here().sign_in_id)
            context.commit()
            flash(_("Your password is changed. You are signed out everywhere else."))
            return redirect(url_for(".index"), 303)
        status = 429 if checked.held else 422
        form.present.errors = [again(checked.held) if checked.held else _("This is not your present password.")]
    return render_template("account/password.html", form=form), status


@bp.get("/second-factor")
@sets_up_factor
def second_factor() -> str:
    """Show which second factors there are, and how to get one."""
    page = factor_queries.own_factors(db(), actor())
    return render_template(
        "account/second_factor.html", page=page, form=PasskeyForm(), passkey_host=passkeys.host(),
        is_required=here().lacks_factor,
    )  # fmt: skip


@bp.route("/second-factor/codes", methods=["GET", "POST"])
@sets_up_factor
@confirmed
def switch_codes_on() -> Any:
    """Show the key to an app, and switch codes on with the first right one."""
    form = FirstCodeForm()
    key = _key()
    if form.validate_on_submit():
        try:
            codes = factor_services.switch_codes_on(
                db(), actor(), key, form.code.data, context.settings().seal_key, now()
            )
        except Invalid as error:
            db().rollback()
            form.code.errors = [said(error)]
        else:
            context.commit()
            session.pop(_KEY, None)
            flash(_("Codes are switched on. From now on you are asked for one after your password."))
            return codes_page(codes)
    address = one_time.link(key, factor_queries.own_factors(db(), actor()).email)
    picture = segno.make(address, error="m").svg_data_uri(scale=4, border=2, light="#fff")
    groups = " ".join(key[at : at + 4] for at in range(0, len(key), 4))
    status = 422 if request.method == "POST" else 200
    return render_template("account/codes.html", form=form, key=groups, picture=picture, address=address), status


@bp.post("/second-factor/codes/off")
@confirmed
def switch_codes_off() -> Any:
    """Ask for no code any more."""
    factor_services.switch_codes_off(db(), actor(), now())
    context.commit()
    flash(_("Codes are switched off."), "wait")
    return redirect(url_for(".second_factor"), 303)


@bp.post("/second-factor/recovery")
@confirmed
def renew_recovery_codes() -> Any:
    """Make new recovery codes and show them once."""
    codes = factor_services.renew_recovery_codes(db(), actor(), now())
    context.commit()
    return codes_page(codes)


@bp.get("/sign-ins")
def sign_ins() -> str:
    """List the browsers in which the reader is signed in."""
    found = sign_in_queries.own_sign_ins(db(), actor(), here().sign_in_id, now())
    return render_template("account/sign_ins.html", sign_ins=found)


@bp.post("/sign-ins/end")
@confirmed
def end_sign_in() -> Any:
    """Sign out of one browser."""
    sign_in_services.end_sign_in(db(), actor(), request.form.get("sign_in_id", ""), now())
    context.commit()
    flash(_("That browser is signed out."))
    return redirect(url_for(".sign_ins"), 303)


@bp.post("/sign-ins/end-others")
@confirmed
def end_other_sign_ins() -> Any:
    """Sign out of every browser but this one."""
    ended = sign_in_services.end_other_sign_ins(db(), actor(), here().sign_in_id, now())
    context.commit()
    flash(ngettext("%(ended)s browser is signed out.", "%(ended)s browsers are signed out.", ended, ended=ended))
    return redirect(url_for(".sign_ins"), 303)


def codes_page(codes: list[str]) -> Any:
    """Show recovery codes, which are never shown again; without any, go home."""
    if not codes:
        return redirect("/", 303)
    return render_template("account/recovery.html", codes=codes)


def _key() -> str:
    """Return the key that is being shown to an app, sealed in the cookie until its first code is right."""
    sealed, purpose = session.get(_KEY, ""), f"code-key:{actor().user_id}"
    try:
        return unseal(context.settings().seal_key, b64decode(sealed), purpose)
    except (SealBroken, ValueError):
        key = one_time.new_key()
        session[_KEY] = b64encode(seal(context.settings().seal_key, key, purpose)).decode()
        return key
