"""The directory, a partner's profile, and a partnership from invitation to end."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import context
from app.context import actor, db, now
from app.errors import said
from app.partners import bp, lists, sight
from app.partners.forms import FloorForm, InviteForm
from partners.campaigns.queries import campaigns_of_partnership
from partners.directory import policy, queries, services
from partners.directory.cards import PartnershipPage
from partners.directory.policy import Action
from partners.errors import Invalid


@bp.get("")
def index() -> Any:
    """List the own partnerships and every partner on the platform."""
    partnerships = lists.partnerships(queries.partnerships(db(), actor()))
    partners = lists.partners(queries.partners(db(), actor()))
    if "mine_csv" in request.args:
        return partnerships.as_csv("partnerships.csv")
    if "csv" in request.args:
        return partners.as_csv("partners.csv")
    return render_template("partners/index.html", partnerships=partnerships, partners=partners, may_invite=_may_run())


@bp.get("/<partner_id>")
def show(partner_id: str) -> Any:
    """Show a partner's profile."""
    page = queries.partner_page(db(), actor(), partner_id)
    communities = sight.communities_of(db(), actor(), page)
    return render_template("partners/show.html", page=page, communities=communities, may_invite=_may_run())


@bp.route("/invite", methods=["GET", "POST"])
def invite() -> Any:
    """Ask whom to invite, and invite them."""
    policy.require(actor(), Action.RUN_PARTNERSHIPS)
    cards = queries.partners(db(), actor())
    own = next(card for card in cards if card.is_own)
    form = InviteForm(partner_ids=request.args.getlist("partner_id")).offer(cards, own.region)
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


@bp.get("/partnerships/<partnership_id>")
def partnership(partnership_id: str) -> Any:
    """Show a partnership: its stage, its sides, what each sees, what may be done."""
    page = queries.partnership_page(db(), actor(), partnership_id)
    return _partnership_page(page, FloorForm(floor=page.own.floor))


@bp.post("/partnerships/<partnership_id>/accept")
def accept(partnership_id: str) -> Any:
    """Accept an invitation."""
    found = services.accept_partnership(db(), actor(), partnership_id, now())
    begun = found.footing == "exploring"
    context.commit()
    flash(_("The partnership has begun.") if begun else _("Accepted. It begins when every partner has accepted."))
    return _to(partnership_id)


@bp.post("/partnerships/<partnership_id>/decline")
def decline(partnership_id: str) -> Any:
    """Decline an invitation, or withdraw one's own."""
    services.decline_partnership(db(), actor(), partnership_id, now())
    context.commit()
    flash(_("The invitation is closed. Nothing was shared."))
    return _to(partnership_id)


@bp.route("/partnerships/<partnership_id>/end", methods=["GET", "POST"])
def end(partnership_id: str) -> Any:
    """Say what ending means, and end the partnership."""
    if request.method == "GET":
        policy.require(actor(), Action.RUN_PARTNERSHIPS)
        page = queries.partnership_page(db(), actor(), partnership_id)
        return render_template("partners/end.html", page=page)
    services.end_partnership(db(), actor(), partnership_id, now())
    context.commit()
    flash(_("The partnership has ended. What was earned until now is still settled."))
    return _to(partnership_id)


@bp.post("/partnerships/<partnership_id>/floor")
def floor(partnership_id: str) -> Any:
    """Set the smallest count that the own side lets be shown."""
    form = FloorForm()
    if form.validate_on_submit():
        try:
            services.set_floor(db(), actor(), partnership_id, form.floor.data, now())
        except Invalid as error:
            form.floor.errors = [said(error)]
        else:
            context.commit()
            flash(_("Your smallest count is set. The larger one of all sides counts."))
            return _to(partnership_id)
    return _partnership_page(queries.partnership_page(db(), actor(), partnership_id), form), 422


def _partnership_page(page: PartnershipPage, form: FloorForm) -> str:
    return render_template(
        "partners/partnership.html", page=page, form=form, steps=lists.steps(page), sights=sight.sights(page),
        may_run=_may_run(), job=sight.counting(db(), actor(), page),
        campaigns=campaigns_of_partnership(db(), actor(), page.id),
    )  # fmt: skip


def _may_run() -> bool:
    return policy.may(actor(), Action.RUN_PARTNERSHIPS)


def _to(partnership_id: str) -> Any:
    return redirect(url_for("partners.partnership", partnership_id=partnership_id), 303)
