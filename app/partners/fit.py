"""Brand fit of a partnership: its page, and what each side gives to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import context
from app.context import actor, db, now
from app.errors import said
from app.partners import bp, fit_wording
from app.partners.fit_forms import WeightsForm, gates_form, rating_form, segments_form
from partners.directory.policy import Action
from partners.errors import Invalid
from partners.fit import services
from partners.fit.queries import fit_page
from partners.fit.score import Dimension


@bp.get("/partnerships/<partnership_id>/fit")
def fit(partnership_id: str) -> Any:
    """Show the fit: the score, all that it is made of, and what is missing."""
    page = fit_page(db(), actor(), partnership_id, now())
    return render_template("partners/fit.html", page=page, wording=fit_wording, figures=fit_wording.headline(page))


@bp.route("/partnerships/<partnership_id>/fit/rate", methods=["GET", "POST"])
def fit_rate(partnership_id: str) -> Any:
    """Ask for the own ratings on the written rubric."""
    page = fit_page(db(), actor(), partnership_id, now(), Action.RATE_FIT)
    form = rating_form(page)

    def rate() -> str:
        services.rate_fit(db(), actor(), partnership_id, form.number.data, form.ratings(), now())
        return str(_("Your rating is kept. Nobody else sees it before every side has rated."))

    return _kept(form, rate, "partners/fit_rate.html", page)


@bp.route("/partnerships/<partnership_id>/fit/segments", methods=["GET", "POST"])
def fit_segments(partnership_id: str) -> Any:
    """Ask for segments of the audience and the own numbers."""
    page = fit_page(db(), actor(), partnership_id, now(), Action.RUN_PARTNERSHIPS)
    form = segments_form(page)

    def agree() -> str:
        services.set_segments(db(), actor(), partnership_id, form.segments(), form.labels_seen(), now())
        return str(_("Your numbers are kept. The others see them as shares, once every side has given its own."))

    return _kept(form, agree, "partners/fit_segments.html", page)


@bp.route("/partnerships/<partnership_id>/fit/gates", methods=["GET", "POST"])
def fit_gates(partnership_id: str) -> Any:
    """Ask what the own side declares of each gate."""
    page = fit_page(db(), actor(), partnership_id, now(), Action.RUN_PARTNERSHIPS)
    form = gates_form(page)

    def declare() -> str:
        services.declare_gates(db(), actor(), partnership_id, form.declared(), now())
        return str(_("What your side declares is kept; all sides see it."))

    return _kept(form, declare, "partners/fit_gates.html", page)


@bp.route("/partnerships/<partnership_id>/fit/weights", methods=["GET", "POST"])
def fit_weights(partnership_id: str) -> Any:
    """Ask for new weights."""
    page = fit_page(db(), actor(), partnership_id, now(), Action.RUN_PARTNERSHIPS)
    counts = {dimension.value: page.weights.weights.of(dimension) for dimension in Dimension}
    form = WeightsForm(data={"seen": page.weights.version, **counts})

    def weigh() -> str:
        services.set_weights(db(), actor(), partnership_id, form.weights(), form.seen.data, now())
        return str(_("The new weights count from now on. Older versions stay below."))

    return _kept(form, weigh, "partners/fit_weights.html", page)


def _kept(form: Any, keep: Callable[[], str], template: str, page: Any) -> Any:
    """Show a form, or keep what it says and go back to the fit; what is wrong is said on the form."""
    if form.validate_on_submit():
        try:
            text = keep()
        except Invalid as error:
            form.form_errors.append(said(error))
        else:
            context.commit()
            flash(text)
            return redirect(url_for("partners.fit", partnership_id=page.partnership_id), 303)
    status = 422 if request.method == "POST" else 200
    return render_template(template, form=form, page=page, wording=fit_wording), status
