"""The board of months, the list of statements, and the status ladder of a month."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.lists import format_list
from flask import request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.filters import date as day_text
from app.filters import named
from app.i18n import locale
from app.listing import Column, Listing
from partners.revenue.cards import MonthState, Payment, PeriodLine, PeriodPage, StatementCard, WaitsFor

MONTH_TONES = {"issued": "good", "closable": "wait", "closing": "wait", "drafted": "wait"}
PAYMENT_TONES = {"paid": "good", "due": "wait", "overdue": "bad"}

RUNGS: tuple[tuple[str, Any], ...] = (
    (MonthState.OPEN, _("Open")), (MonthState.CLOSING, _("Closed")), (MonthState.DRAFTED, _("Drafted")),
    (MonthState.ISSUED, _("Statements issued")),
)  # fmt: skip


def months(lines: Iterable[PeriodLine]) -> Listing:
    """Return months as a list, newest first."""
    columns = [
        Column("label", _("Month"), "period", href=lambda line: url_for("revenue.period", period_id=line.id)),
        Column("name", _("Partnership")),
        Column("state", _("State"), "state", tone=lambda line: MONTH_TONES.get(line.state, "none")),
        Column("waits_for", _("Waits for"), value=_waits),
        Column("ledger", _("Ledger"), value=lambda _line: gettext("accounts"),
               href=lambda line: url_for("revenue.ledger", partnership_id=line.partnership_id, month=line.label)),
    ]  # fmt: skip
    nothing = _("No conversion has been reported yet. Import conversions on the page of a campaign that is live.")
    return Listing.of(lines, columns, request.args, nothing=nothing)


def statements(cards: Iterable[StatementCard], today: date, partner_id: str) -> Listing:
    """Return statements as a list, newest first; ``partner_id`` is the reader's."""
    columns = [
        Column("number", _("Statement"), href=lambda card: url_for("revenue.statement", statement_id=card.id)),
        Column("period", _("Month"), "period"),
        Column("partnership", _("Partnership")),
        Column("direction", _("Direction"), value=lambda card: direction(card, partner_id)),
        Column("closing_minor", _("Closing balance"), "money"),
        Column("currency", _("Currency")),
        Column("outstanding_minor", _("Left to pay"), "money"),
        Column("due_on", _("Due"), "date"),
        Column("state", _("State"), "state", value=lambda card: payment_state(card, today),
               tone=lambda card: PAYMENT_TONES.get(payment_state(card, today), "none")),
    ]  # fmt: skip
    nothing = _("No statement yet. Statements are issued when a month has been closed and approved.")
    return Listing.of(cards, columns, request.args, nothing=nothing)


def direction(card: StatementCard, partner_id: str) -> str:
    """Say who pays whom, from the reader's side."""
    if card.payer.id == partner_id:
        return str(gettext("to %(partner)s", partner=named(card.payee)))
    return str(gettext("from %(partner)s", partner=named(card.payer)))


def payment_state(card: StatementCard, today: date) -> str:
    """Return the state of a statement; one that is due is overdue after its day."""
    return "overdue" if card.state == Payment.DUE and card.due_on < today else card.state


def rungs(page: PeriodPage) -> list[dict[str, Any]]:
    """Return the status ladder of a month."""
    order = [state for state, _text in RUNGS]
    state = MonthState.OPEN if page.state in (MonthState.CLOSABLE, MonthState.WAITING) else MonthState(page.state)
    now = order.index(state)
    zone = ZoneInfo(page.timezone)
    last_day = (page.ends_at - timedelta(seconds=1)).astimezone(zone).date()
    notes = {MonthState.OPEN: gettext("until %(day)s", day=day_text(last_day)) if now == 0 else ""}
    if page.closed_at:
        notes[MonthState.CLOSING] = day_text(page.closed_at.astimezone(zone).date())
    return [
        {"label": text, "note": notes.get(MonthState(rung), ""),
         "state": "done" if place < now or state == MonthState.ISSUED else "now" if place == now else "next"}
        for place, (rung, text) in enumerate(RUNGS)
    ]  # fmt: skip


def waits_for(line: PeriodLine | PeriodPage) -> str:
    """Say what a month waits for, in the reader's language; empty where it waits for nothing but time."""
    if line.waits_for == WaitsFor.CLOSE:
        return str(gettext("your finance to close it"))
    if line.waits_for == WaitsFor.OWN_APPROVAL:
        return str(gettext("your second person to approve"))
    if line.waits_for == WaitsFor.THEIR_APPROVAL:
        names = format_list([named(name) for name in line.waits_names], locale="zh_Hans" if locale() == "zh" else "en")
        return str(gettext("approval by %(partners)s", partners=names))
    return ""


def _waits(line: PeriodLine) -> str:
    return waits_for(line)
