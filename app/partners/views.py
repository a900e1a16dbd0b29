"""The directory, a partner's profile, and inviting partners. The partnership itself: ``partnership_views``."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import context
from app.context import actor, db, now
from app.errors import said
from app.partners import bp, lists, sight, trust
from app.partners.forms import InviteForm
from partners.directory import queries, services
from partners.errors import Invalid


@bp.get("")
def index() -> Any:
    """List the own partnerships and every partner on the platform."""
    page = queries.directory_page(db(), actor())
    partnerships, partners = lists.partnerships(page.partnerships), lists.partners(page.partners)
    if "mine_csv" in request.args:
        return partnerships.as_csv("partnerships.csv")
    if "csv" in request.args:
        return partners.as_csv("partners.csv")
    return render_template(
        "partners/index.html", partnerships=partnerships, partners=partners, may_invite=page.may_invite
    )


@bp.get("/<partner_id>")
def show(partner_id: str) -> Any:
    """Show a partner's profile."""
    page = queries.partner_page(db(), actor(), partner_id)
    return render_template(
        "partners/show.html", page=page, band=sight.band_of(db(), actor(), page, now()),
        communities=sight.communities_of(db(), actor(), page), trust=trust.summary(partner_id), duties=trust.DUTIES,
    )  # fmt: skip


@bp.route("/invite", methods=["GET", "POST"])
def invite() -> Any:
    """Ask whom to invite, and invite them."""
    page = queries.inviting_page(db(), actor())
    form = InviteForm(partner_ids=request.args.getlist("partner_id")).offer(page)
    if form.validate_on_submit():
        try:
            found = services.invite_partners(
                db(), actor(), form.partner_ids.data, form.name.data, form.timezone.data, now()
            )
        except Invalid as error:
            form.form_errors.append(said(error))
        else:
            context.commit()
            flash(_("The invitation is sent. The partnership begins when every partner has accepted."))
            return redirect(url_for("partners.partnership", partnership_id=found.id), 303)
    return render_template("partners/invite.html", form=form), 422 if request.method == "POST" else 200
