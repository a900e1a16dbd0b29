"""For how long the own brand keeps what may be deleted, and what would go at the next run."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import context
from app.admin import bp
from app.admin.token_forms import RetentionForm
from app.context import actor, db, now
from app.errors import said
from partners.audiences.deletion_services import audiences_due
from partners.directory import retention_queries, retention_services
from partners.directory.retention_queries import LIMITS, Days
from partners.errors import Invalid
from partners.referrals.deletion_services import uploads_due


@bp.route("/retention", methods=["GET", "POST"])
def retention() -> Any:
    """Show and choose for how long things are kept."""
    days = retention_queries.retention_of(db(), actor())
    form = RetentionForm(obj=days)
    if form.validate_on_submit():
        try:
            chosen = Days(**{name: form[name].data for name in LIMITS})
            retention_services.set_retention(db(), actor(), chosen, now())
        except Invalid as error:
            db().rollback()
            form.form_errors.append(said(error))
        else:
            context.commit()
            flash(_("The choice is kept. It counts from the next run on."))
            return redirect(url_for("admin.retention"), 303)
    page = render_template("admin/retention.html", form=form, days=days, due=_due(days), limits=LIMITS)
    return page, 422 if request.method == "POST" else 200


def _due(days: Days) -> dict[str, int]:
    """Return how many things would go if the job ran now."""
    own = actor().partner_id
    return {
        "audience_days": len(audiences_due(db(), own, days.audience_days, now())),
        "upload_days": len(uploads_due(db(), own, days.upload_days, now())),
        "sign_in_days": retention_queries.count_sign_ins_due(db(), actor(), days.sign_in_days, now()),
    }
