"""Who is on the platform, for who runs it: approve, refuse, suspend, resume. The services refuse everybody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from app import context
from app.admin import bp, lists
from app.context import actor, db, now
from app.errors import said
from app.security import confirmed, confirmed_keeping
from partners.directory import standing_queries, standing_services
from partners.errors import Conflict, Invalid


class WhyForm(FlaskForm):  # type: ignore[misc]
    """Why a brand is refused or suspended; its admins read it."""

    why = TextAreaField(lazy_gettext("Why"), [InputRequired(), Length(max=400)])


@bp.get("/partners")
def partners() -> Any:
    """List the brands, those that wait first."""
    found = lists.platform(standing_queries.platform_partners(db(), actor()))
    if "csv" in request.args:
        return found.as_csv("partners.csv")
    return render_template("admin/partners.html", partners=found)


@bp.get("/partners/<partner_id>")
def partner(partner_id: str) -> str:
    """Show what a brand says of itself, and what may be decided."""
    return _page(partner_id)


@bp.post("/partners/<partner_id>/approve")
@confirmed
def approve_partner(partner_id: str) -> Any:
    """Let a brand take part."""
    text = _("The brand is approved. Its admins get a mail.")
    return _done(partner_id, lambda: standing_services.approve_partner(db(), actor(), partner_id, now()), text)


@bp.post("/partners/<partner_id>/refuse")
@confirmed_keeping
def refuse_partner(partner_id: str) -> Any:
    """Turn a brand away."""
    text = _("The brand is refused. Its admin reads why after signing in.")
    return _with_why(partner_id, standing_services.refuse_partner, text)


@bp.post("/partners/<partner_id>/suspend")
@confirmed_keeping
def suspend_partner(partner_id: str) -> Any:
    """Hold a brand back."""
    text = _("The brand is suspended. Its admins get a mail with your reason.")
    return _with_why(partner_id, standing_services.suspend_partner, text)


@bp.post("/partners/<partner_id>/resume")
@confirmed
def resume_partner(partner_id: str) -> Any:
    """Let a brand take part again."""
    text = _("The brand may take part again.")
    return _done(partner_id, lambda: standing_services.resume_partner(db(), actor(), partner_id, now()), text)


def _with_why(partner_id: str, act: Callable[..., object], text: str) -> Any:
    form = WhyForm()
    if not form.validate_on_submit():
        return _page(partner_id, form=form), 422
    return _done(partner_id, lambda: act(db(), actor(), partner_id, form.why.data, now()), text)


def _done(partner_id: str, act: Callable[[], object], text: str) -> Any:
    try:
        act()
    except (Invalid, Conflict) as error:
        db().rollback()
        return _page(partner_id, trouble=said(error)), 422
    context.commit()
    flash(text)
    return redirect(url_for(".partner", partner_id=partner_id), 303)


def _page(partner_id: str, trouble: str = "", form: WhyForm | None = None) -> str:
    page = standing_queries.platform_partner(db(), actor(), partner_id)
    return render_template("admin/partner.html", page=page, form=form or WhyForm(formdata=None), trouble=trouble)
