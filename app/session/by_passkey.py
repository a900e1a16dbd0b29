"""Signing in with a passkey: no user name, no password; it counts as both factors, for it asks for finger or PIN."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for

from app import context, passkeys
from app.errors import said
from app.security import public, sets_up_factor
from app.session import begin, bp
from partners.directory.accounts import sign_in_services
from partners.directory.accounts.models import Factor


@bp.post("/passkey/options")
@public
@sets_up_factor
def passkey_options() -> Response:
    """Return what a browser is to prove a passkey by, for signing in and for confirming alike."""
    return Response(passkeys.request_options(), mimetype="application/json")


@bp.post("/passkey")
@public
def sign_in_by_passkey() -> Any:
    """Sign in whoever the passkey belongs to."""
    target = request.form.get("next")
    try:
        found = passkeys.proved(request.form.get("credential", ""))
    except passkeys.PasskeyRefused as error:
        flash(said(error), "bad")
        return redirect(url_for(".sign_in", next=target), 303)
    sign_in_services.use_passkey(context.db(), found.passkey_id, found.sign_count, context.now())
    return begin.sign_in(found.user_id, Factor.PASSKEY, target)
