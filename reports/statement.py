"""The settlement statement: from its canonical document to the PDF that finance downloads.

The document is the legal anchor and travels inside the PDF. A draft is the same view of a settlement, with a watermark
and without a number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from partners.digest import canonical_json, digest_of
from reports import format as formats
from reports.code import digest_code
from reports.language import Places, Texts, in_language, named, stylesheet, texts
from reports.lines import TABLE_ROWS, Line, Typeset, lines_csv, read_lines, typeset
from reports.render import Attached, Metadata, render_pdf
from reports.settlement import Settlement, read_settlement

STATEMENT_JSON, SETTLEMENT_JSON, LINES_CSV = "statement.json", "settlement.json", "lines.csv"

_OTHER_TITLE = {"en": "结算单", "zh": "Settlement statement"}


@dataclass(frozen=True, slots=True)
class RefundLine:
    """One refund as it is printed; ``statement`` is "" for a sale of this period."""

    seq: int
    at: datetime
    key: str
    order: str
    period: str
    statement: str
    gross: int
    share: int


@dataclass(frozen=True, slots=True)
class Person:
    """Who did a step, and when."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Issue:
    """What issuing added to a settlement; for a draft ``due_on`` is None and the rest empty but for the instant."""

    number: str
    issued_at: datetime
    due_on: date | None
    digest: str
    prepared: Person | None
    approved: Person | None
    audit: tuple[int, str] | None


@dataclass(frozen=True, slots=True)
class Result:
    """What is to be done in the end: an amount, what it is, and a sentence about it."""

    amount: int
    label: str
    note: str


@dataclass(frozen=True, slots=True)
class StatementView:
    """All that the template prints, in one language. ``typeset`` is None where the lines fit a table."""

    settlement: Settlement
    settlement_digest: str
    issue: Issue
    is_draft: bool
    title: str
    other_title: str
    running: str
    foot: str
    result: Result
    code: Markup
    attached: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    typeset: Typeset | None
    refunds: tuple[RefundLine, ...]


def statement_pdf(document: Mapping[str, Any], language: str, places: Places) -> bytes:
    """Return the PDF of an issued statement, with its document and its lines attached."""
    issue = Issue(
        document["number"], datetime.fromisoformat(document["issued_at"]), date.fromisoformat(document["due_on"]),
        digest_of(document), _who(document["prepared"]), _who(document["approved"]),
        (document["audit"]["seq"], document["audit"]["digest"]),
    )  # fmt: skip
    source = Attached(STATEMENT_JSON, canonical_json(document), "Canonical JSON of this document", "Source")
    return _pdf(document["settlement"], issue, source, language, places)


def draft_pdf(settlement: Mapping[str, Any], made_at: datetime, language: str, places: Places) -> bytes:
    """Return the PDF of a settlement that nobody has approved yet; ``made_at`` is when it was computed."""
    issue = Issue("", made_at, None, "", None, None, None)
    source = Attached(SETTLEMENT_JSON, canonical_json(settlement), "Canonical JSON of this document", "Source")
    return _pdf(settlement, issue, source, language, places)


def _pdf(settlement: Mapping[str, Any], issue: Issue, source: Attached, language: str, places: Places) -> bytes:
    lines = Attached(LINES_CSV, lines_csv(settlement), "Every conversion and refund", "Data")
    view = _view(settlement, issue, (source, lines), texts(language, places), language)
    html = in_language(language, places).get_template("statement.html").render(view=view)
    metadata = Metadata(view.title, language, view.settlement.payer.entity, view.foot, issue.issued_at)
    return render_pdf(html, stylesheet("statement.css"), (source, lines), metadata, places.fonts)


def _view(
    document: Mapping[str, Any], issue: Issue, files: tuple[Attached, ...], _: Texts, language: str
) -> StatementView:
    settlement, lines = read_settlement(document), read_lines(document)
    title = f"{_('Settlement statement')} {issue.number or _('Draft')}"
    sides = f"{named(language, settlement.payer)} → {named(language, settlement.payee)}"
    digest = issue.digest or digest_of(document)
    is_long = len(lines) > TABLE_ROWS
    return StatementView(
        settlement=settlement, settlement_digest=digest_of(document), issue=issue, is_draft=issue.due_on is None,
        title=title, other_title=_OTHER_TITLE[language],
        running=f"{title} · {sides} · {formats.period_label(settlement.period, language)}",
        foot=" · ".join(part for part in (issue.number, f"SHA-256 {formats.digest_groups(digest)}") if part),
        result=_result(settlement, issue, _, language), code=digest_code(issue.number or "draft", digest),
        attached=tuple((file.name, hashlib.sha256(file.content).hexdigest()) for file in files),
        lines=tuple(lines),
        typeset=typeset(lines, _heads(_), settlement.currency, settlement.timezone, language) if is_long else None,
        refunds=tuple(_refund(each, settlement.period) for each in document["refunds"]),
    )  # fmt: skip


def _result(settlement: Settlement, issue: Issue, _: Texts, language: str) -> Result:
    totals = settlement.totals
    if totals.closing < 0:
        note = _("More was taken back than earned. Nothing is paid; the next statement begins with this balance.")
        return Result(totals.closing, _("Carried forward"), note)
    if totals.payable == 0:
        return Result(0, _("Nothing to pay"), _("All that was earned has been paid or taken back."))
    if issue.due_on is None:
        return Result(totals.payable, _("Net payable"), "")
    label = _("Net payable, due %(day)s", day=formats.date(issue.due_on, language))
    return Result(totals.payable, label, _("quote %(number)s when paying", number=issue.number))


def _heads(_: Texts) -> tuple[str, ...]:
    return (
        _("No."), _("Sold"), _("Qty"), _("Gross"), _("Base"), _("Share"), _("Order / line"),
        _("Product · sent by"),
    )  # fmt: skip


def _who(person: Mapping[str, str]) -> Person:
    return Person(person["name"], datetime.fromisoformat(person["at"]))


def _refund(refund: Mapping[str, Any], label: str) -> RefundLine:
    sale = refund["sale"]
    number = "" if sale["period"] == label else sale["statement"] or "–"
    return RefundLine(
        refund["seq"], datetime.fromisoformat(refund["at"]), refund["key"], f"{refund['order']}/{refund['line']}",
        sale["period"], number, refund["gross"], refund["share"],
    )  # fmt: skip
