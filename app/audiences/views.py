"""The own audiences, registering one, what became of it, and the overlap matrix of a partnership."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _

from app import context
from app.audiences import bp, failed, lists
from app.audiences.forms import RegisterForm, RevokeForm
from app.context import actor, db, now, settings, store
from app.errors import said
from app.labels import label
from app.security import confirmed
from partners.audiences import pair_queries, queries, services
from partners.audiences.deletion_services import revoke_audience
from partners.audiences.intake import NoMembers
from partners.audiences.models import LawfulBasis
from partners.audiences.services import Registered, SameFile
from partners.communities import queries as communities
from partners.communities.queries import CommunityCard
from partners.database import reading
from partners.directory import policy
from partners.directory import queries as directory
from partners.directory.policy import Action
from partners.errors import Invalid
from partners.outbox import newest_job


@bp.get("")
def index() -> Any:
    """List the own audiences, and the partnerships whose overlaps can be looked at."""
    found = lists.audiences(queries.audiences(db(), actor(), now()))
    if "csv" in request.args:
        return found.as_csv("audiences.csv")
    partnerships = directory.partnerships(db(), actor())
    return render_template("audiences/index.html", list=found, partnerships=partnerships, may_register=_may_register())


@bp.route("/register", methods=["GET", "POST"])
def register() -> Any:
    """Ask for a list and register it."""
    cards = _own_communities()
    form = RegisterForm(community_id=request.args.get("community_id")).offer(cards, now().date())
    if form.validate_on_submit():
        try:
            registered = _registered(form)
        except (Invalid, SameFile) as error:
            form.form_errors.append(_said(error))
        else:
            context.commit()
            failed.seal(store(), session, registered, now())
            flash(_("The list is registered. Overlaps with partners are being counted."))
            return redirect(url_for("audiences.show", audience_id=registered.audience.id), 303)
    page = render_template("audiences/register.html", form=form, has_communities=bool(cards))
    return page, 422 if request.method == "POST" else 200


@bp.get("/<audience_id>")
def show(audience_id: str) -> Any:
    """Show what became of a list: counts, reasons, where it came from, and whom it overlaps with."""
    page = queries.audience_page(db(), actor(), audience_id, now())
    overlaps = lists.lines(db(), actor(), pair_queries.released_overlaps(db(), actor(), now(), audience_id))
    return render_template(
        "audiences/show.html", page=page, overlaps=overlaps, text=lists.text,
        job=newest_job(db(), actor(), audience_id, "count_overlaps"),
        has_failed=failed.is_kept(store(), session, audience_id), may_register=_may_register(),
    )  # fmt: skip


@bp.route("/<audience_id>/revoke", methods=["GET", "POST"])
@confirmed
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
    answer = Response(failed.opened(store(), session, audience_id), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="failed.csv"'
    return answer


@bp.get("/overlap")
def overlaps() -> Any:
    """List the partnerships; each has a matrix."""
    return render_template("audiences/overlaps.html", partnerships=directory.partnerships(db(), actor()))


@bp.get("/overlap/<partnership_id>")
def overlap(partnership_id: str) -> Any:
    """Show own communities against the partners'."""
    asked = request.args.get("measure", "shared")
    measure = asked if asked in lists.MEASURES else "shared"
    matrix = pair_queries.overlap_matrix(db(), actor(), partnership_id, now())
    return render_template(
        "audiences/overlap.html", matrix=matrix, measure=measure, measures=lists.MEASURES, text=lists.text,
        shade=lists.shade, size=lists.size, job=newest_job(db(), actor(), partnership_id, "count_partnership"),
    )  # fmt: skip


def _registered(form: RegisterForm) -> Registered:
    upload = form.file.data
    return services.register_audience(
        db(), actor(), store(), settings().token_key, form.community_id.data, form.as_of.data, form.expires_on.data,
        LawfulBasis(form.lawful_basis.data), form.purpose.data.strip(), upload.filename, upload.stream, now(),
    )  # fmt: skip


def _own_communities() -> list[CommunityCard]:
    """Read in a session of its own: a writing one would hold its lock while the upload is read."""
    with reading(context.engine()) as own:
        return communities.communities(own, actor(), to=Action.REGISTER_AUDIENCES)


def _said(error: Invalid | SameFile) -> str:
    """Return the sentence of a refusal, its reasons in the reader's language."""
    if isinstance(error, NoMembers):
        reasons = ", ".join(f"{label(reason)}: {times}" for reason, times in error.intake.reasons.items())
        error.fields["reasons"] = reasons or _("it has no rows")
    return said(error)


def _may_register() -> bool:
    return policy.may(actor(), Action.REGISTER_AUDIENCES)
