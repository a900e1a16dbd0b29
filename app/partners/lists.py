"""The lists of the directory: own partnerships, every partner, and the footings of one partnership."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from app.filters import country, date, named
from app.labels import label
from app.listing import Column, Listing
from partners.directory.cards import PartnerCard, PartnershipCard, PartnershipPage

TONES = {"invited": "wait", "exploring": "good", "signed": "good"}


def partnerships(cards: Iterable[PartnershipCard]) -> Listing:
    """Return the own partnerships as a list."""
    columns = [
        Column("name", _("Partnership"), href=lambda card: url_for("partners.partnership", partnership_id=card.id)),
        Column("others", _("With"), value=lambda card: str(_(", ")).join(named(other) for other in card.others)),
        Column("footing", _("Stage"), "state", tone=lambda card: TONES.get(card.footing, "none")),
        Column("waits_for", _("Waits for"), value=lambda card: waits_for(card)),
        Column("created_at", _("Since"), "date"),
    ]
    nothing = _("No partnership yet. Choose a partner below and invite it.")
    return Listing.of(cards, columns, request.args, "mine_", nothing)


def partners(cards: Iterable[PartnerCard]) -> Listing:
    """Return every partner on the platform as a list."""
    columns = [
        Column("name", _("Partner"), href=lambda card: url_for("partners.show", partner_id=card.id)),
        Column("partner_type", _("Kind"), "label"),
        Column("industry", _("Industry")),
        Column("region", _("Country"), value=lambda card: country(card.region)),
        Column("footing", _("To you"), "state", value=relation, tone=lambda card: TONES.get(card.footing, "none")),
    ]
    return Listing.of(cards, columns, request.args)


def waits_for(card: PartnershipCard) -> str:
    """Say who has not accepted yet; empty where nobody is waited for."""
    names = [] if not card.waits_for_me else [_("you")]
    own = {other.id for other in card.others}
    return str(_(", ")).join([*names, *(named(other) for other in card.waits_for if other.id in own)])


def relation(card: PartnerCard) -> str:
    """Say what a partner is to the reader: itself, a footing, or nothing yet."""
    return _("your brand") if card.is_own else str(label(card.footing)) if card.footing else "–"


def steps(page: PartnershipPage) -> list[dict[str, Any]]:
    """Return the footings of a partnership as a ladder, with the days on which it reached them."""
    path = _path(page)
    begun = max((side.accepted_at for side in page.sides if side.accepted_at), default=None)
    days = {"invited": page.created_at, "exploring": begun if page.was_accepted else None, "ended": page.ended_at}
    here = path.index(page.footing)
    was_declined = page.ended_at is not None and not page.was_accepted
    return [
        {
            "label": _("declined") if was_declined and footing == "ended" else label(footing),
            "state": "now" if place == here else "done" if place < here else "next",
            "note": date(days[footing]) if days.get(footing) else "",
        }
        for place, footing in enumerate(path)
    ]


def _path(page: PartnershipPage) -> list[str]:
    """Return the footings it went or may go through; one that has ended shows only what is known of its way."""
    if page.ended_at is None:
        return ["invited", "exploring", "signed", "ended"]
    return ["invited", "exploring", "ended"] if page.was_accepted else ["invited", "ended"]
