"""Seats, legal entities, audit log. The queries and services refuse everybody but admins."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import context
from app.admin import bp, lists
from app.admin.forms import AuditForm, EntityForm, SeatForm
from app.context import actor, db, now
from app.errors import said
from app.home.activity import sentence
from app.passwords import digest_password
from partners import audit
from partners.directory import (
    audit_queries,
    entity_queries,
    entity_services,
    policy,
    seat_queries,
    seat_services,
)
from partners.directory.account_models import Role
from partners.directory.policy import Action
from partners.errors import Invalid


@bp.route("", methods=["GET", "POST"])
def index() -> Any:
    """List the seats, and give one."""
    form = SeatForm()
    if form.validate_on_submit():
        try:
            seat_services.seat_person(
                db(), actor(), form.email.data, Role(form.role.data), now(),
                name=form.name.data or "", password_digest=_digest(form),
            )  # fmt: skip
        except Invalid as error:
            form.form_errors.append(said(error))
        else:
            context.commit()
            flash(_("The seat is given."))
            return redirect(url_for("admin.index"), 303)
    seats = lists.seats(seat_queries.seats(db(), actor()))
    if "csv" in request.args:
        return seats.as_csv("seats.csv")
    return render_template("admin/index.html", people=seats, form=form), 422 if request.method == "POST" else 200


@bp.route("/seats/<seat_id>", methods=["GET", "POST"])
def seat(seat_id: str) -> Any:
    """Ask whether a seat is to be taken away, and take it."""
    card = seat_queries.seat_page(db(), actor(), seat_id)
    trouble = ""
    if request.method == "POST":
        try:
            seat_services.take_seat(db(), actor(), seat_id, now())
        except Invalid as error:
            trouble = said(error)
        else:
            context.commit()
            flash(_("The seat is taken away. It ends at once, on every device."))
            return redirect(url_for("admin.index"), 303)
    return render_template("admin/seat.html", card=card, trouble=trouble), 422 if trouble else 200


@bp.route("/entities", methods=["GET", "POST"])
def entities() -> Any:
    """List the legal entities, and add one."""
    policy.require(actor(), Action.ADMINISTER)
    form = EntityForm()
    if form.validate_on_submit():
        try:
            entity_services.add_legal_entity(db(), actor(), now=now(), **_written(form))
        except Invalid as error:
            form.form_errors.append(said(error))
        else:
            context.commit()
            flash(_("The legal entity is added."))
            return redirect(url_for("admin.entities"), 303)
    found = lists.entities(entity_queries.own_legal_entities(db(), actor()))
    if "csv" in request.args:
        return found.as_csv("legal-entities.csv")
    return render_template("admin/entities.html", entities=found, form=form), 422 if request.method == "POST" else 200


@bp.get("/audit")
def audit_log() -> Any:
    """List what users of the brand did, by filter; as a file; with a check of the chain where asked."""
    form = AuditForm(request.args)
    wanted = form.wanted()
    if "csv" in request.args:
        return lists.audit_file(audit_queries.every_audit_event(db(), actor(), wanted))
    page = audit_queries.audit_events(db(), actor(), wanted, request.args.get("page", 1, int))
    form.offer(audit_queries.audit_actions(db(), actor()), _people())
    verdict = lists.verdict(audit.first_break(db())) if "check" in request.args else None
    kept = {key: request.args[key] for key in ("action", "user_id", "since", "until") if request.args.get(key)}
    return render_template(
        "admin/audit.html",
        page=page,
        form=form,
        verdict=verdict,
        kept=kept,
        sentence=sentence,
        head=audit.head_of(db()),
    )


def _digest(form: SeatForm) -> str:
    return digest_password(form.password.data) if form.password.data else ""


def _people() -> list[tuple[str, str]]:
    return sorted({(card.user_id, card.name) for card in seat_queries.seats(db(), actor())}, key=lambda one: one[1])


def _written(form: EntityForm) -> dict[str, str]:
    upper = {key: form[key].data.strip().upper() for key in ("code", "country", "currency")}
    plain = ("name", "name_zh", "address", "registration_number", "tax_number")
    return upper | {key: form[key].data or "" for key in plain}
