"""A partnership from invitation to end: its stages, its answers, what each side sees, and how it is left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import context
from app.context import actor, db, now
from app.errors import said
from app.partners import bp, sight, stages
from app.partners.ending import consequences
from app.partners.forms import EndForm, MoveForm
from app.partners.preview import seen_by_sides
from app.security import confirmed_keeping
from partners.campaigns.queries import campaigns_of_partnership
from partners.directory import queries, services, stage_services
from partners.directory.cards import PartnershipPage
from partners.directory.policy import Actor
from partners.directory.relationship import PartnershipStage
from partners.errors import Invalid


@bp.get("/partnerships/<partnership_id>")
def partnership(partnership_id: str) -> Any:
    """Show a partnership: its stage, its sides, what each sees, what may be done."""
    return _shown(queries.partnership_page(db(), actor(), partnership_id))


@bp.post("/partnerships/<partnership_id>/move")
def move(partnership_id: str) -> Any:
    """Move a partnership to another stage."""
    page = queries.partnership_page(db(), actor(), partnership_id)
    form = MoveForm().offer(page)
    if form.validate_on_submit():
        try:
            stage_services.move_partnership(
                db(), actor(), partnership_id, PartnershipStage(form.from_stage.data),
                PartnershipStage(form.to_stage.data), form.why.data, now(),
            )  # fmt: skip
        except Invalid as error:
            form.form_errors.append(said(error))
        else:
            context.commit()
            flash(_("The partnership is moved. The other sides see it, and why."))
            return _to(partnership_id)
    return _shown(page, moving=form), 422


@bp.get("/partnerships/<partnership_id>/preview")
def preview(partnership_id: str) -> Any:
    """Show what each other side sees of the own brand, by the queries that answer that side."""
    page = queries.partnership_page(db(), actor(), partnership_id)
    return render_template(
        "partners/preview.html", page=page, sides=seen_by_sides(db(), actor(), page, now()),
        sights=sight.sights(page, campaigns_of_partnership(db(), actor(), page.id)),
    )  # fmt: skip


@bp.post("/partnerships/<partnership_id>/accept")
def accept(partnership_id: str) -> Any:
    """Accept an invitation."""
    found = services.accept_partnership(db(), actor(), partnership_id, now())
    begun = found.footing == "exploring"
    context.commit()
    flash(_("The partnership has begun.") if begun else _("Accepted. It begins when every partner has accepted."))
    return _to(partnership_id)


@bp.route("/partnerships/<partnership_id>/decline", methods=["GET", "POST"])
def decline(partnership_id: str) -> Any:
    """Say what declining an invitation means, or withdrawing one's own, ask why, and do it."""
    return _with_why(partnership_id, services.decline_partnership, _("The invitation is closed. Nothing was shared."))


@bp.route("/partnerships/<partnership_id>/end", methods=["GET", "POST"])
@confirmed_keeping
def end(partnership_id: str) -> Any:
    """Say what ending this partnership means, ask why, and end it."""
    text = _("The partnership has ended. What was earned until now is still settled.")
    return _with_why(partnership_id, services.end_partnership, text)


def _shown(page: PartnershipPage, moving: MoveForm | None = None) -> str:
    campaigns = campaigns_of_partnership(db(), actor(), page.id)
    return render_template(
        "partners/partnership.html", page=page,
        moving=moving or MoveForm(formdata=None).offer(page), rungs=stages.rungs(page), guide=stages.GUIDES[page.stage],
        ways=stages.ways(page), sights=sight.sights(page, campaigns), campaigns=campaigns,
        job=sight.counting(db(), actor(), page),
    )  # fmt: skip


def _with_why(partnership_id: str, leave: Callable[[Session, Actor, str, str, datetime], object], text: str) -> Any:
    """Say what follows and ask why; once that is said, leave the partnership by this service."""
    form = EndForm()
    if form.validate_on_submit():
        try:
            leave(db(), actor(), partnership_id, form.why.data, now())
        except Invalid as error:
            form.why.errors = [said(error)]
        else:
            context.commit()
            flash(text)
            return _to(partnership_id)
    page = queries.ending_page(db(), actor(), partnership_id)
    touched = consequences(db(), actor(), partnership_id, now())
    status = 422 if request.method == "POST" else 200
    return render_template("partners/end.html", page=page, form=form, touched=touched), status


def _to(partnership_id: str) -> Any:
    return redirect(url_for("partners.partnership", partnership_id=partnership_id), 303)
