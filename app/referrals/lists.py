"""The list of imports, the columns of a file as people read them, and the lines of a campaign's evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flask import request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.filters import count, named
from app.labels import label
from app.listing import Column, Listing
from app.listing_csv import as_lines
from partners import money
from partners.referrals.cards import EvidenceLine, ImportCard, ImportPage

COLUMNS: tuple[tuple[str, str, Any], ...] = (
    ("order_id", "conversion", _("Your order number, at most 40 characters")),
    ("line_no", "conversion", _("Number of the line within the order; with the order number it names the line")),
    ("occurred_at", "conversion", _("When: 2026-09-30T14:05:00 in the time of the partnership, or with an offset")),
    ("campaign", "conversion", _("Code of the campaign")),
    ("currency", "conversion", _("Currency of the agreement, such as EUR")),
    ("gross", "conversion", _("What the customer paid for the line, tax and shipping included: 1234.50")),
    ("tax", "optional", _("Tax within it")),
    ("shipping", "optional", _("Shipping within it")),
    ("payment_fee", "optional", _("What the payment cost you")),
    ("quantity", "optional", _("Pieces; 1 where it is empty")),
    ("product", "optional", _("Name or number of the product")),
    ("customer", "optional", _("Any mark of the buyer. A keyed pseudonym takes its place before anything is kept")),
    ("referred_by", "optional", _("Code of the partner's community that sent the buyer")),
    ("refund_id", "refund", _("Your number of the refund")),
    ("order_id", "refund", _("The order that was refunded")),
    ("line_no", "refund", _("Number of the line within the order")),
    ("occurred_at", "refund", _("When the money was paid back")),
    ("currency", "refund", _("The currency of the sale")),
    ("amount", "refund", _("What was paid back of the line's gross amount")),
)
"""Columns of the two kinds of files: name, whether it must be there, what it says."""

TONES = {"counted": "good", "partly_refunded": "wait", "refunded": "bad", "refund": "bad"}
"""Standing of a line of evidence -> its tone."""


def imports(cards: Iterable[ImportCard]) -> Listing:
    """Return the files that were sent, newest first."""
    columns = [
        Column("file", _("File"), value=lambda card: card.name,
               href=lambda card: url_for("referrals.show", import_id=card.id)),
        Column("kind", _("Kind"), "label"),
        Column("state", _("State"), "state", tone=tone, value=standing),
        Column("accepted", _("Accepted"), "count"),
        Column("duplicates", _("Known before"), "count"),
        Column("rejected", _("Rejected"), "count"),
        Column("created_at", _("Sent"), "datetime"),
        Column("created_by", _("By")),
    ]  # fmt: skip
    return Listing.of(cards, columns, request.args)


def standing(card: ImportCard) -> str:
    """Return the state of an import as people see it: a read one may have rows to mend."""
    return "to_mend" if card.waits else card.state


def tone(card: ImportCard) -> str:
    """Return whether an import is good or waits."""
    return "good" if standing(card) == "done" else "wait"


def figures(page: ImportPage) -> list[dict[str, Any]]:
    """Return the numbers of one import."""
    card = page.card
    return [
        {"label": gettext("Rows"), "value": count(card.rows_total)},
        {"label": gettext("Accepted"), "value": count(card.accepted),
         "explain": gettext("Rows that became evidence, numbered in the order of the file.")},
        {"label": gettext("Known before"), "value": count(card.duplicates),
         "explain": gettext("Rows that were reported before, word for word. They count once and are no mistake.")},
        {"label": gettext("Rejected"), "value": count(card.rejected),
         "explain": gettext("Rows that could not be taken. Mend them and send them again; nothing else is missing.")},
    ]  # fmt: skip


def evidence_csv(lines: Iterable[EvidenceLine]) -> Iterator[bytes]:
    """Return lines of evidence as a CSV: exact amounts in major units, instants in UTC."""
    titles = [
        gettext("Number"), gettext("Kind"), gettext("Order"), gettext("Line"), gettext("Time"), gettext("Merchant"),
        gettext("Referred by"), gettext("Product"), gettext("Quantity"), gettext("Currency"), gettext("Gross"),
        gettext("Base"), gettext("Refunded"), gettext("Standing"),
    ]  # fmt: skip
    return as_lines(titles, map(_cells, lines))


def referrer(line: EvidenceLine) -> str:
    """Return the community that sent the buyer; empty where nobody did."""
    return named({"name": line.from_name, "name_zh": line.from_name_zh})


def _cells(line: EvidenceLine) -> list[Any]:
    minors = (line.gross_minor, line.base_minor, line.refunded_minor)
    return [
        line.seq, str(label(line.kind)), line.order_id, line.line_no, line.occurred_at, named(line.merchant),
        referrer(line), line.product, line.quantity, line.currency,
        *(money.to_decimal(minor, line.currency) for minor in minors), str(label(line.standing)),
    ]  # fmt: skip
