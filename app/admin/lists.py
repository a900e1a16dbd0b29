"""The lists of administration, and the audit log as a file."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response, request, url_for
from flask_babel import gettext as _

from app.downloads import download
from app.filters import country
from app.home.activity import sentence
from app.labels import label
from app.listing import Column, Listing
from app.listing_csv import as_lines
from partners.audit import Break
from partners.digest import canonical_json
from partners.directory.cards import AuditLine, SeatCard
from partners.directory.standing_queries import PlatformCard

STANDING_TONES = {"pending": "wait", "approved": "good", "suspended": "bad"}


def seats(cards: Iterable[SeatCard]) -> Listing:
    """Return who has a place at the brand."""
    columns = [
        Column("name", _("Name"), value=lambda card: card.name + (f" ({_('you')})" if card.is_own else ""), href=_page),
        Column("email", _("E-mail")),
        Column("role", _("Role"), "label"),
        Column("state", _("State"), "state", value=_state, tone=lambda card: "bad" if card.suspended_at else "good"),
        Column("signed_in_at", _("Signed in last"), "datetime"),
        Column("created_at", _("Since"), "date"),
    ]
    return Listing.of(cards, columns, request.args)


def platform(cards: Iterable[PlatformCard]) -> Listing:
    """Return the brands on the platform, as who runs it sees them."""
    columns = [
        Column("name", _("Partner"), href=lambda card: url_for("admin.partner", partner_id=card.id)),
        Column("standing", _("Standing"), "state", tone=lambda card: STANDING_TONES.get(card.standing, "none")),
        Column("seats", _("Seats"), "count"),
        Column("partner_type", _("Kind"), "label"),
        Column("industry", _("Industry")),
        Column("region", _("Country"), value=lambda card: country(card.region)),
        Column("created_at", _("Since"), "date"),
    ]
    nothing = _("No brand yet. Brands register by themselves, or are invited.")
    return Listing.of(cards, columns, request.args, "", nothing)


def audit_file(lines: Iterable[AuditLine]) -> Response:
    """Return audit events as a download: exact, with before, after and digest."""
    titles = ["seq", "at", "who", "seat", "action", "thing", "thing_id", "before", "after", "digest", "sentence"]
    rows = (
        [line.seq, line.at, line.who, str(label(line.seat)), line.action, line.thing, line.thing_id,
         canonical_json(line.before).decode(), canonical_json(line.after).decode(), line.digest, sentence(line)]
        for line in lines
    )  # fmt: skip
    return download(as_lines(titles, rows), "audit-log.csv")


def verdict(found: Break | None) -> tuple[str, str]:
    """Return the tone and the sentence of a check of the whole chain."""
    if found is None:
        return "good", _("The chain holds: every event is as it was written and none is missing.")
    return "bad", _(
        "The chain breaks at event %(seq)s. Keep the database as it is and tell the operators.", seq=found.seq
    )


def _state(card: SeatCard) -> str:
    return str(_("suspended") if card.suspended_at else _("in use"))


def _page(card: SeatCard) -> str:
    return url_for("admin.seat", seat_id=card.id)
