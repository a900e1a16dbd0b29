"""How several lists divide: choosing and asking, what was asked before, and one result."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import context
from app.audiences import bp
from app.audiences import regions_lists as lists
from app.audiences.regions_figure import draw
from app.audiences.regions_forms import RegionsForm
from app.context import actor, db, now
from app.errors import said
from partners.audiences.regions import queries as region_queries
from partners.audiences.regions.services import ask_regions
from partners.errors import Conflict, Invalid
from partners.outbox import newest_job


@bp.route("/overlap/<partnership_id>/regions", methods=["GET", "POST"])
def compare(partnership_id: str) -> Any:
    """Ask which communities are compared at once, and list what was asked before."""
    choice = region_queries.regions_choice(db(), actor(), partnership_id, now())
    form = RegionsForm().offer(choice.candidates)
    if form.validate_on_submit():
        try:
            asked = ask_regions(db(), actor(), partnership_id, form.communities.data or [], now())
        except (Invalid, Conflict) as error:
            form.form_errors.append(said(error))
        else:
            context.commit()
            if asked.regions_id is not None:
                flash(lists.answered(asked))
                return redirect(url_for("audiences.regions", regions_id=asked.regions_id), 303)
            form.form_errors.append(lists.answered(asked))
    page = render_template(
        "audiences/regions_choice.html", choice=choice, form=form, list=lists.asked(choice.asked), words=lists,
    )  # fmt: skip
    return page, 422 if request.method == "POST" else 200


@bp.get("/regions/<regions_id>")
def regions(regions_id: str) -> Any:
    """Show how several lists divide."""
    page = region_queries.regions_page(db(), actor(), regions_id)
    table = lists.regions(page)
    if "csv" in request.args:
        return table.as_csv("regions.csv")
    picture = draw(page, _("How the lists divide. The table below says the same.")) if page.released else None
    return render_template(
        "audiences/regions.html", page=page, list=table, picture=picture, words=lists,
        job=newest_job(db(), actor(), regions_id, "count_regions"),
    )  # fmt: skip
