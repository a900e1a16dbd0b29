"""A lost password: a mail with a link, and another password."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import context, links
from app.context import db, now
from app.passwords import digest_password
from app.security import public
from app.session import bp
from app.session.joining_forms import EmailForm, NewPasswordForm
from partners.database import reading
from partners.directory.accounts import reset_services
from partners.directory.accounts.attempt_services import network_of
from partners.directory.accounts.throttle_services import ASKING_FOR_MAILS, MAILS_TO_STRANGERS, may_pass


@bp.route("/reset", methods=["GET", "POST"])
@public
def reset() -> Any:
    """Ask whose password is lost; the answer is the same whether or not somebody signs in with the address."""
    form = EmailForm()
    if not form.validate_on_submit():
        return render_template("session/reset.html", form=form), 422 if request.method == "POST" else 200
    is_held = not may_pass(db(), ASKING_FOR_MAILS, network_of(request.remote_addr or ""), now())
    if not is_held and may_pass(db(), MAILS_TO_STRANGERS, form.email.data, now()):
        reset_services.ask_for_reset(db(), form.email.data, now())
    context.commit()
    if is_held:
        abort(429)
    return redirect(url_for(".mailed"), 303)


@bp.route("/reset/<link>", methods=["GET", "POST"])
@public
def reset_by_link(link: str) -> Any:
    """Ask for another password and set it; every sign-in of the user ends."""
    user_id, stamp = links.reset_of(context.settings(), link, now())
    with reading(context.engine()) as rows:
        user = reset_services.named_by_link(rows, user_id, stamp)
    form = NewPasswordForm()
    if not form.validate_on_submit() or not form.is_strong(user.email, user.name):
        status = 422 if request.method == "POST" else 200
        return render_template("session/reset_by_link.html", form=form, email=user.email), status
    digest = digest_password(form.new.data)
    reset_services.reset_by_link(db(), user_id, stamp, digest, now())
    context.commit()
    flash(_("Your password is changed. Sign in with the new one."))
    return redirect(url_for(".sign_in"), 303)
