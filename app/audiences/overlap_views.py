"""Overlaps with partners: the matrix of a partnership, what stands behind a figure, segments, settings and the log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import context
from app.audiences import bp
from app.audiences import overlap_lists as lists
from app.audiences.overlap_forms import SettingsForm, ViewForm
from app.context import actor, db, now
from app.errors import said
from partners.audiences.release import explain_queries, log_queries, pair_queries, settings_queries
from partners.audiences.release.noise import laplace_sd
from partners.audiences.release.settings_services import set_release
from partners.directory import queries as directory
from partners.directory.policy import Actor
from partners.errors import Invalid
from partners.outbox import newest_job

Found = TypeVar("Found")


@bp.get("/overlap")
def overlaps() -> Any:
    """List the partnerships; each has a matrix."""
    return render_template("audiences/overlaps.html", partnerships=directory.partnerships(db(), actor()))


@bp.get("/overlap/<partnership_id>")
def overlap(partnership_id: str) -> Any:
    """Show own communities against the partners'."""
    matrix = pair_queries.overlap_matrix(db(), actor(), partnership_id, now())
    form = ViewForm(request.args).offer(matrix)
    if "csv" in request.args:
        return lists.matrix_csv(matrix, form.stated_universe).as_csv("overlaps.csv")
    return render_template(
        "audiences/overlap.html", matrix=matrix, form=form, measures=lists.MEASURES, words=lists,
        job=newest_job(db(), actor(), partnership_id, "count_partnership"),
    )  # fmt: skip


@bp.get("/overlap/<partnership_id>/explain")
def explain_overlap(partnership_id: str) -> Any:
    """Say what stands behind the figure of one pair."""
    form, matrix, page = _of_pair(explain_queries.explained, partnership_id)
    sd = laplace_sd(page.epsilon_milli) if page and page.epsilon_milli else None
    return render_template(
        "audiences/explain.html", page=page, matrix=matrix, form=form, words=lists, measures=lists.MEASURES, sd=sd
    )


@bp.get("/overlap/<partnership_id>/segments")
def overlap_segments(partnership_id: str) -> Any:
    """Show the segments of one pair against each other."""
    form, matrix, table = _of_pair(explain_queries.segment_table, partnership_id)
    return render_template(
        "audiences/segments.html", table=table, matrix=matrix, form=form, words=lists, measures=lists.MEASURES
    )


@bp.route("/overlap/<partnership_id>/settings", methods=["GET", "POST"])
def overlap_settings(partnership_id: str) -> Any:
    """Show what each side asks for and what is left of the budget, and set the own side's."""
    page = settings_queries.release_page(db(), actor(), partnership_id, now())
    form = SettingsForm.of(page.own)
    if form.validate_on_submit():
        try:
            set_release(db(), actor(), partnership_id, form.wanted(), now())
        except Invalid as error:
            form.form_errors.append(said(error))
        else:
            context.commit()
            flash(_("Your side's settings are saved. Of all sides the stricter counts."))
            return redirect(url_for("audiences.overlap_settings", partnership_id=partnership_id), 303)
    shown = render_template("audiences/settings.html", page=page, form=form, milli=lists.milli)
    return shown, 422 if request.method == "POST" else 200


@bp.get("/overlap/<partnership_id>/log")
def overlap_log(partnership_id: str) -> Any:
    """List who asked what of the lists, how it was answered, and what it cost."""
    found = lists.questions(log_queries.evaluations(db(), actor(), partnership_id))
    if "csv" in request.args:
        return found.as_csv("questions.csv")
    card = directory.partnership_page(db(), actor(), partnership_id)
    return render_template("audiences/log.html", list=found, card=card)


def _of_pair(
    read: Callable[[Session, Actor, str, str, str, datetime], Found], partnership_id: str
) -> tuple[ViewForm, pair_queries.Matrix, Found | None]:
    """Return the form, the matrix, and what is read of the pair that the form chooses; None where there is no pair."""
    matrix = pair_queries.overlap_matrix(db(), actor(), partnership_id, now())
    form = ViewForm(request.args).offer(matrix)
    if not (matrix.rows and matrix.columns):
        return form, matrix, None
    return form, matrix, read(db(), actor(), partnership_id, form.own.data, form.other.data, now())
