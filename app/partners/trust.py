"""Trust: what a partner was waited for in shared partnerships, and how often it was there in time."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.context import actor, db, now
from app.filters import period
from app.partners import bp
from partners.trust.cards import TrustPanel
from partners.trust.panel import Duty, Item, Outcome, Row, Window
from partners.trust.queries import trust_in, trust_of_sides, trust_panel

WINDOWS: dict[str, Any] = {"year": _("Last 12 months"), "all": _("All time")}

DUTIES: dict[str, Any] = {
    "answer": _("Answered in time"),
    "pay": _("Paid in time"),
    "deliver": _("Evidence delivered"),
    "approve": _("Drafts approved in time"),
}

MEANINGS: dict[str, Any] = {
    "answer": _(
        "Invitations and terms that waited for this brand and were answered within 14 days: accepted or declined, "
        "signed, answered with other terms, or called off."
    ),
    "pay": _(
        "Statements by which this brand owed yours and that were covered in full by their due day. Payments, and what "
        "later statements take back, count for the oldest statement first. The day is the one the payer recorded."
    ),
    "deliver": _(
        "Closed months in which this brand sold in a live campaign with you and had reported at least one sale of the "
        "month before the close."
    ),
    "approve": _(
        "Months in which this brand approved its drafts of what it owes you within 5 days after they were made."
    ),
}

_OUTCOMES: dict[Outcome, tuple[str, Any]] = {
    Outcome.KEPT: ("good", _("in time")),
    Outcome.LATE: ("bad", _("late")),
    Outcome.OPEN: ("wait", _("not due yet")),
    Outcome.DROPPED: ("none", _("taken back before it was due")),
}


@bp.get("/<partner_id>/trust")
def trust(partner_id: str) -> Any:
    """Show every figure of trust in a partner with the rows behind it."""
    chosen = request.args.get("window", "")
    window = Window(chosen) if chosen in WINDOWS else Window.YEAR
    panel = trust_panel(db(), actor(), partner_id, window, now())
    return render_template("partners/trust.html", panel=panel, windows=WINDOWS, **words())


@bp.get("/partnerships/<partnership_id>/trust")
def trust_between(partnership_id: str) -> Any:
    """Show the figures of every other side of a partnership."""
    page = trust_of_sides(db(), actor(), partnership_id, Window.YEAR, now())
    return render_template("partners/trust_between.html", page=page, duties=DUTIES)


def summary(partner_id: str) -> TrustPanel | None:
    """Return the figures for a partner's profile; None where the actor shares no partnership with it."""
    return trust_in(db(), actor(), partner_id, Window.YEAR, now())


def words() -> dict[str, Any]:
    """Return what the templates of trust say."""
    return {"duties": DUTIES, "meanings": MEANINGS, "said_of": said_of, "state_of": state_of, "page_of": page_of}


def state_of(row: Row) -> tuple[str, Any]:
    """Return tone and words for what became of a row."""
    if row.outcome is Outcome.LATE and row.item.done_on is None:
        return "bad", _("none before the close") if row.item.thing == "month" else _("not done, overdue")
    return _OUTCOMES[row.outcome]


def said_of(duty: Duty, item: Item) -> str:
    """Return what a row is about."""
    if item.thing == "partnership":
        return str(gettext("Invitation to %(name)s", name=item.name))
    if item.thing == "campaign":
        return str(gettext("Terms of %(name)s, version %(version)s", name=item.name, version=item.note))
    if duty is Duty.PAY:
        return str(gettext("Statement %(number)s", number=item.name))
    return f"{item.name} · {period(item.note)}"


def page_of(item: Item) -> str:
    """Return the address of the page that a row comes from."""
    endpoint, name = {
        "partnership": ("partners.partnership", "partnership_id"),
        "campaign": ("campaigns.show", "campaign_id"),
        "statement": ("revenue.statement", "statement_id"),
    }.get(item.thing, ("revenue.period", "period_id"))
    named: dict[str, Any] = {name: item.thing_id}
    return url_for(endpoint, **named)
