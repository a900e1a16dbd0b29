"""Leaving the platform with the whole brand: what follows is said first, then the brand's code is typed."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from app import context
from app.admin import bp
from app.context import actor, db, now
from app.errors import said
from app.security import confirmed_keeping
from partners.directory import standing_queries, standing_services
from partners.errors import Invalid


class LeaveForm(FlaskForm):  # type: ignore[misc]
    """Why a brand leaves, for its partners; and its code, so that nobody does by a slip of the hand."""

    why = TextAreaField(lazy_gettext("Why"), [InputRequired(), Length(max=400)])
    code = StringField(
        lazy_gettext("Code of your brand"), [InputRequired(), Length(max=40)], render_kw={"autocomplete": "off"}
    )


@bp.route("/leave", methods=["GET", "POST"])
@confirmed_keeping
def leave() -> Any:
    """Say what leaving means, and leave."""
    own, going_on = standing_queries.standing_to_leave(db(), actor())
    form = LeaveForm()
    if form.validate_on_submit():
        try:
            standing_services.leave_platform(db(), actor(), form.code.data, form.why.data, now())
        except Invalid as error:
            db().rollback()
            form.form_errors.append(said(error))
        else:
            context.commit()
            flash(_("Your brand has left. What was agreed and issued stays readable here."))
            return redirect("/", 303)
    page = render_template("admin/leave.html", form=form, own=own, going_on=going_on)
    return page, 422 if request.method == "POST" else 200
