"""The lists of the directory: own partnerships, and every partner."""

from __future__ import annotations

from collections.abc import Iterable

from flask import request, url_for
from flask_babel import gettext as _

from app.filters import country, named
from app.labels import label
from app.listing import Column, Listing
from partners.directory.cards import PartnerCard, PartnershipCard

TONES = {"invited": "wait", "exploring": "good", "signed": "good"}


def partnerships(cards: Iterable[PartnershipCard]) -> Listing:
    """Return the own partnerships as a list."""
    columns = [
        Column("name", _("Partnership"), href=lambda card: url_for("partners.partnership", partnership_id=card.id)),
        Column("others", _("With"), value=lambda card: str(_(", ")).join(named(other) for other in card.others)),
        Column("footing", _("Footing"), "state", tone=lambda card: TONES.get(card.footing, "none")),
        Column("stage", _("Stage"), "label"),
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
    if card.is_own:
        return str(_("your brand"))
    words = [label(card.footing)] if card.footing else []
    if card.standing != "approved":
        words.append(label(card.standing))
    return " · ".join(map(str, words)) or "–"
