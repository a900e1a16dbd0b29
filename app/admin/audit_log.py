"""The audit log of the own brand. The queries refuse everybody but admins."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from app.admin import bp, lists
from app.admin.forms import AuditForm
from app.context import actor, db
from app.home.activity import sentence
from partners import audit
from partners.directory import audit_queries, seat_queries

_CHOICES = ("action", "thing", "user_id", "since", "until")


@bp.get("/audit")
def audit_log() -> Any:
    """List what users of the brand did, by filter; as a file; with a check of the chain where asked."""
    form = AuditForm(request.args)
    wanted = form.wanted()
    if "csv" in request.args:
        return lists.audit_file(audit_queries.every_audit_event(db(), actor(), wanted))
    page = audit_queries.audit_events(db(), actor(), wanted, request.args.get("page", 1, int))
    form.offer(audit_queries.audit_actions(db(), actor()), audit_queries.audit_things(db(), actor()), _people())
    return render_template(
        "admin/audit.html", page=page, form=form, sentence=sentence, head=audit.head_of(db()),
        verdict=lists.verdict(audit.first_break(db())) if "check" in request.args else None,
        kept={key: request.args[key] for key in _CHOICES if request.args.get(key)},
    )  # fmt: skip


def _people() -> list[tuple[str, str]]:
    return sorted({(card.user_id, card.name) for card in seat_queries.seats(db(), actor())}, key=lambda one: one[1])
