"""Coming in: a brand registers by itself, and whoever holds the link of an invitation accepts it."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import context, links
from app.context import db, now
from app.errors import said
from app.i18n import locale
from app.links import Purpose
from app.passwords import digest_password
from app.security import public
from app.session import begin, bp, devices, proof
from app.session.joining_forms import KnownForm, NewcomerForm, RegisterForm
from app.session.views import again
from partners.database import reading
from partners.directory import invitation_queries, invitation_services
from partners.directory.accounts.attempt_services import network_of
from partners.directory.accounts.credentials import Account
from partners.directory.accounts.models import Factor
from partners.directory.accounts.throttle_services import MAILS_TO_STRANGERS, REGISTERING, may_pass
from partners.directory.invitation_queries import Invited
from partners.errors import Conflict, Invalid


@bp.route("/register", methods=["GET", "POST"], defaults={"link": ""})
@bp.route("/register/<link>", methods=["GET", "POST"])
@public
def register(link: str) -> Any:
    """Ask what a brand is called and who it is; the answer is the same whether or not somebody knows the address."""
    invited = _invited(Purpose.BRAND, link) if link else None
    form = RegisterForm(**_prefilled(invited)).offer()
    if form.validate_on_submit():
        _hold_back_floods()
        try:
            if may_pass(db(), MAILS_TO_STRANGERS, form.email.data, now()):
                invitation_services.register_brand(db(), form.said(), now(), invited.id if invited else "")
        except Invalid as error:
            form.form_errors.append(said(error))
        else:
            context.commit()
            return redirect(url_for(".mailed"), 303)
    status = 422 if request.method == "POST" else 200
    return render_template("session/register.html", form=form, invited=invited), status


@bp.get("/mailed")
@public
def mailed() -> str:
    """Say that a mail is on its way, if the address is the right one."""
    return render_template("session/mailed.html", has_mail=bool(context.settings().smtp_url))


@bp.route("/invitation/<link>", methods=["GET", "POST"])
@public
def invitation(link: str) -> Any:
    """Say who invites to what; let a newcomer set a password, and whoever signs in already give theirs."""
    invited = _invited(Purpose.SEAT, link)
    return _known(invited) if invited.user_id else _newcomer(invited)


def _newcomer(invited: Invited) -> Any:
    form = NewcomerForm(name=invited.name, locale=invited.locale)
    names = (invited.email, invited.partner_name, form.name.data or "")
    if not form.validate_on_submit() or not form.is_strong(*names):
        return _page(invited, form)
    digest = digest_password(form.new.data)
    try:
        seat = invitation_services.accept_as_newcomer(
            db(), invited.id, form.name.data, digest, form.locale.data, now()
        )
    except (Invalid, Conflict) as error:
        form.form_errors.append(said(error))
        return _page(invited, form)
    context.commit()
    flash(_("Welcome. The seat is yours."))
    return begin.sign_in(seat.user_id, Factor.PASSWORD, None)


def _known(invited: Invited) -> Any:
    form = KnownForm()
    if not form.validate_on_submit():
        return _page(invited, form)
    checked = proof.check_password(invited.email, form.password.data, "", devices.source_of)
    if checked.account is None:
        wrong = _("This is not the password with which you sign in with this address.")
        form.form_errors.append(again(checked.held) if checked.held else wrong)
        return _page(invited, form)
    try:
        invitation_services.accept_as_user(db(), invited.id, checked.account.user_id, now())
    except Invalid as error:
        form.form_errors.append(said(error))
        return _page(invited, form)
    context.commit()
    return _signed_in(checked.account, invited)


def _signed_in(account: Account, invited: Invited) -> Any:
    """Go on as after signing in with the password: home, or to the second factor."""
    if account.has_second_factor:
        begin.keep_half(account.user_id, invited.email, "")
        return redirect(url_for(".code"), 303)
    flash(_("The seat is yours. Change between your seats at the lower left."))
    return begin.sign_in(account.user_id, Factor.PASSWORD, None)


def _page(invited: Invited, form: Any) -> Any:
    status = 422 if request.method == "POST" else 200
    return render_template("session/invitation.html", invited=invited, form=form), status


def _invited(purpose: Purpose, link: str) -> Invited:
    """Return what a link invites to, read in a session of its own, because trying a password needs the database."""
    invitation_id = links.invitation_of(context.settings(), purpose, link)
    with reading(context.engine()) as rows:
        return invitation_queries.invited(rows, invitation_id, now())


def _prefilled(invited: Invited | None) -> dict[str, str]:
    if invited is None:
        return {"locale": locale()}
    return {"name": invited.name, "email": invited.email, "locale": invited.locale}


def _hold_back_floods() -> None:
    """Answer 429 where one network address registers brand after brand."""
    if not may_pass(db(), REGISTERING, network_of(request.remote_addr or ""), now()):
        context.commit()
        abort(429)
