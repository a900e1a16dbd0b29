"""The own communities, one community's page, a new one, a changed description."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import context
from app.communities import bp, lists
from app.communities.forms import EditForm, OpenForm
from app.context import actor, db, now
from app.errors import said
from partners.communities import queries, services
from partners.directory.policy import Action
from partners.errors import Invalid


@bp.get("")
def index() -> Any:
    """List the own communities with the size of their newest audience, and those of partners."""
    page = queries.communities_page(db(), actor())
    own, others = lists.own(db(), actor(), page.own, now()), lists.others(page.others)
    if "csv" in request.args:
        return own.as_csv("communities.csv")
    if "theirs_csv" in request.args:
        return others.as_csv("communities-of-partners.csv")
    return render_template("communities/index.html", own=own, others=others, may_open=page.may_open)


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Ask what the community is, and open it."""
    others = queries.communities(db(), actor(), to=Action.RUN_COMMUNITIES)
    form = OpenForm()
    if form.validate_on_submit():
        try:
            found = services.open_community(db(), actor(), now=now(), **_written(form), code=form.code.data.strip())
        except Invalid as error:
            form.form_errors.append(said(error))
        else:
            context.commit()
            flash(_("The community is there. Register an audience to see whom you share with partners."))
            return _to(found.id)
    return render_template("communities/new.html", form=form, others=others), 422 if request.method == "POST" else 200


@bp.get("/<community_id>")
def show(community_id: str) -> Any:
    """Show a community: what it is and how large it was."""
    card = queries.community_page(db(), actor(), community_id)
    audiences = lists.audiences_of(db(), actor(), card, now())
    return render_template("communities/show.html", card=card, audiences=audiences)


@bp.route("/<community_id>/edit", methods=["GET", "POST"])
def edit(community_id: str) -> Any:
    """Change how an own community is described."""
    card = queries.community_to_edit(db(), actor(), community_id)
    form = EditForm(obj=card)
    if form.validate_on_submit():
        services.edit_community(db(), actor(), community_id, now=now(), **_written(form))
        context.commit()
        flash(_("The description is changed."))
        return _to(community_id)
    return render_template("communities/edit.html", form=form, card=card), 422 if request.method == "POST" else 200


def _written(form: EditForm) -> dict[str, str]:
    return {key: form[key].data or "" for key in ("name", "name_zh", "theme", "channel", "about")}


def _to(community_id: str) -> Any:
    return redirect(url_for("communities.show", community_id=community_id), 303)
