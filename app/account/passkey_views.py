"""Making, keeping and removing passkeys."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from app import context, passkeys
from app.account import bp
from app.account.forms import PasskeyForm
from app.account.views import codes_page
from app.context import actor, db, now
from app.errors import said
from app.security import confirmed, sets_up_factor
from partners.database import reading
from partners.directory.accounts import factor_queries, factor_services
from partners.errors import Conflict, Invalid


@bp.post("/passkeys/options")
@sets_up_factor
@confirmed
def passkey_options() -> Response:
    """Return what a browser is to make a passkey by."""
    with reading(context.engine()) as rows:
        page = factor_queries.own_factors(rows, actor())
    seat = context.seat()
    name = seat.user_name if seat else page.email
    options = passkeys.creation_options(actor().user_id, page.email, name, [p.credential_id for p in page.passkeys])
    return Response(options, mimetype="application/json")


@bp.post("/passkeys")
@sets_up_factor
@confirmed
def add_passkey() -> Any:
    """Keep the passkey that the browser has made."""
    form = PasskeyForm()
    try:
        made = passkeys.made(form.credential.data or "", form.name.data or _("Passkey"))
        codes = factor_services.add_passkey(db(), actor(), made, now())
    except (Invalid, Conflict) as error:
        flash(said(error), "bad")
        return redirect(url_for(".second_factor"), 303)
    context.commit()
    flash(_("The passkey is kept. You can sign in with it from now on."))
    return codes_page(codes) if codes else redirect(url_for(".second_factor"), 303)


@bp.post("/passkeys/remove")
@confirmed
def remove_passkey() -> Any:
    """Forget a passkey."""
    factor_services.remove_passkey(db(), actor(), request.form.get("passkey_id", ""), now())
    context.commit()
    flash(_("The passkey is removed. Delete it on your device too."), "wait")
    return redirect(url_for(".second_factor"), 303)
