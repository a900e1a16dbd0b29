"""The own audiences: the list of them, looking at one before it is registered, what became of it, taking it back."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _

from app import context
from app.audiences import bp, failed, lists, overlap_lists
from app.audiences.forms import RegisterForm, RevokeForm
from app.audiences.offering import offer
from app.context import actor, db, now, store
from app.downloads import download
from app.errors import said
from app.labels import label
from app.security import computes_with_keys, confirmed_keeping
from partners.audiences import queries, register_services
from partners.audiences.deletion_services import revoke_audience
from partners.audiences.intake.reading import NoMembers
from partners.audiences.keys.queries import current_key_names
from partners.audiences.register_services import Previewed
from partners.audiences.release import pair_queries
from partners.directory import queries as directory
from partners.errors import Conflict, Invalid
from partners.outbox import newest_job


@bp.get("")
def index() -> Any:
    """List the own audiences, and the partnerships whose overlaps can be looked at."""
    found = lists.audiences(queries.audiences(db(), actor(), now()))
    if "csv" in request.args:
        return found.as_csv("audiences.csv")
    partnerships, may_register = directory.partnerships(db(), actor()), queries.may_register(actor())
    return render_template("audiences/index.html", list=found, partnerships=partnerships, may_register=may_register)


@bp.route("/register", methods=["GET", "POST"])
@computes_with_keys
def register() -> Any:
    """Ask for a list and show what would be registered."""
    form = RegisterForm(community_id=request.args.get("community_id"))
    offer(form)
    if form.validate_on_submit():
        try:
            previewed = _previewed(form)
        except (Invalid, Conflict) as error:
            db().rollback()
            form.form_errors.append(_said(error))
        else:
            context.commit()
            failed.seal(store(), session, previewed, now())
            return redirect(url_for("audiences.show", audience_id=previewed.audience.id), 303)
    page = render_template("audiences/register.html", form=form, has_keys=_has_keys())
    return page, 422 if request.method == "POST" else 200


@bp.get("/<audience_id>")
def show(audience_id: str) -> Any:
    """Show what became of a list, or would: counts, reasons, where it came from, and whom it overlaps with."""
    page = queries.audience_page(db(), actor(), audience_id, now())
    overlaps = lists.lines(db(), actor(), pair_queries.released_overlaps(db(), actor(), now(), audience_id))
    return render_template(
        "audiences/show.html", page=page, overlaps=overlaps, text=overlap_lists.text, tones=lists.TONES,
        job=newest_job(db(), actor(), audience_id, "count_overlaps"), kept_for=register_services.PREVIEW_FOR,
        has_failed=failed.is_kept(store(), session, audience_id), may_register=queries.may_register(actor()),
    )  # fmt: skip


@bp.post("/<audience_id>/confirm")
def confirm(audience_id: str) -> Any:
    """Register what was looked at."""
    register_services.confirm_audience(db(), actor(), audience_id, now())
    context.commit()
    flash(_("The list is registered. Overlaps with partners are being counted."))
    return redirect(url_for("audiences.show", audience_id=audience_id), 303)


@bp.post("/<audience_id>/discard")
def discard(audience_id: str) -> Any:
    """Forget what was looked at."""
    register_services.discard_audience(db(), actor(), store(), audience_id, now())
    context.commit()
    flash(_("The list is discarded. Nothing of it is kept."))
    return redirect(url_for("audiences.index"), 303)


@bp.route("/<audience_id>/revoke", methods=["GET", "POST"])
@confirmed_keeping
def revoke(audience_id: str) -> Any:
    """Say what follows from taking a list back, and take it back."""
    form = RevokeForm()
    page = queries.audience_to_revoke(db(), actor(), audience_id, now())
    if form.validate_on_submit():
        revoke_audience(db(), actor(), store(), audience_id, form.why.data, now())
        context.commit()
        flash(_("The list is taken back. Its tokens are deleted, and no side sees an overlap with it any more."))
        return redirect(url_for("audiences.show", audience_id=audience_id), 303)
    shown = lists.lines(db(), actor(), pair_queries.released_overlaps(db(), actor(), now(), audience_id))
    return render_template("audiences/revoke.html", page=page, form=form, shown=shown), 422 if form.errors else 200


@bp.get("/<audience_id>/failed.csv")
def failed_rows(audience_id: str) -> Response:
    """Give the failed rows to the browser that sent them."""
    queries.own_audience(db(), actor(), audience_id)
    return download(failed.opened(store(), session, audience_id), "failed.csv")


def _previewed(form: RegisterForm) -> Previewed:
    upload = form.file.data
    return register_services.preview_audience(
        db(), actor(), store(), form.community_id.data, form.ground(), upload.filename, upload.stream, now()
    )


def _has_keys() -> bool:
    return bool(current_key_names(db(), actor()))


def _said(error: Invalid | Conflict) -> str:
    """Return the sentence of a refusal, its reasons in the reader's language."""
    if isinstance(error, NoMembers):
        reasons = ", ".join(f"{label(reason)}: {times}" for reason, times in error.intake.reasons.items())
        error.fields["reasons"] = reasons or _("it has no rows")
    return said(error)
