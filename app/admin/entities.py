"""Legal entities of the own brand: the list, and adding one."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import context
from app.admin import bp, entity_lists
from app.admin.entity_forms import EntityForm
from app.context import actor, db, now
from app.errors import said
from partners.directory import entity_queries, entity_services
from partners.directory.policy import Action
from partners.errors import Invalid


@bp.route("/entities", methods=["GET", "POST"])
def entities() -> Any:
    """List the legal entities, and add one."""
    cards = entity_queries.own_legal_entities(db(), actor(), to=Action.ADMINISTER)
    form = EntityForm()
    if form.validate_on_submit():
        try:
            entity_services.add_legal_entity(db(), actor(), now=now(), **_written(form))
        except Invalid as error:
            db().rollback()
            form.form_errors.append(said(error))
        else:
            context.commit()
            flash(_("The legal entity is added."))
            return redirect(url_for("admin.entities"), 303)
    found = entity_lists.entities(cards)
    if "csv" in request.args:
        return found.as_csv("legal-entities.csv")
    return render_template("admin/entities.html", entities=found, form=form), 422 if request.method == "POST" else 200


def _written(form: EntityForm) -> dict[str, str]:
    plain = ("name", "name_zh", "address", "country", "currency", "registration_number", "tax_number")
    return {"code": form.code.data.strip().upper()} | {key: form[key].data or "" for key in plain}
