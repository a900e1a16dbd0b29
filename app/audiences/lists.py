"""The list of own audiences, and the words and shades of an overlap in a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from app import filters
from app.labels import label
from app.listing import Column, Listing
from partners.audiences.pair_queries import ReleasedOverlap
from partners.audiences.queries import AudienceCard
from partners.audiences.release import Released, ReleaseKind
from partners.communities import queries as communities
from partners.directory.policy import Actor

TONES = {"newest": "good", "expired": "bad"}

MEASURES = {
    "shared": lazy_gettext("Shared members"),
    "coefficient": lazy_gettext("Share of the smaller list"),
    "jaccard": lazy_gettext("Share of both lists together"),
}
"""What a cell of the matrix may show; the first is the usual."""

_SHADES = (0, 1, 2, 4, 6, 8, 9)
"""Level of an overlap (0 to 6) -> one of the ten shades of the style sheet."""


@dataclass(frozen=True, slots=True)
class Line:
    """One overlap of an audience: with whom, how large that list is, what is released."""

    name: str
    partner: str
    size: str
    released: Released


def audiences(cards: Iterable[AudienceCard]) -> Listing:
    """Return the own audiences as a list."""
    columns = [
        Column("name", _("Community"), href=lambda card: url_for("audiences.show", audience_id=card.id)),
        Column("as_of", _("List is of"), "date"),
        Column("age_days", _("Age in days"), "count"),
        Column("expires_on", _("Valid until"), "date"),
        Column("accepted", _("Members"), "count"),
        Column("rejected", _("Rejected rows"), "count"),
        Column("standing", _("Standing"), "state", tone=lambda card: TONES.get(card.standing, "none")),
    ]
    return Listing.of(cards, columns, request.args)


def lines(session: Session, actor: Actor, found: Iterable[ReleasedOverlap]) -> list[Line]:
    """Return overlaps with the names of the partners' communities, the largest first."""
    cards = {card.id: card for card in communities.visible_communities(session, actor)}
    ordered = sorted(found, key=lambda one: (-one.released.level, -(one.released.count or 0), one.other_community_id))
    return [_line(one, cards[one.other_community_id]) for one in ordered if one.other_community_id in cards]


def text(shown: Released | None, measure: str = "shared") -> str:
    """Return what a cell says in the reader's language."""
    if shown is None:
        return filters.NOTHING
    if shown.kind is ReleaseKind.HIDDEN:
        return str(_("under %(floor)s", floor=filters.count(shown.floor)))
    if shown.kind is ReleaseKind.BAND:
        return str(label(shown.band)) if measure != "jaccard" else filters.NOTHING
    part = {"coefficient": shown.overlap_coefficient, "jaccard": shown.jaccard}.get(measure)
    return filters.count(shown.count) if part is None else filters.share(part)


def shade(shown: Released | None) -> str:
    """Return the class of a cell: the more of the smaller list is shared, the darker."""
    return f"is-level-{_SHADES[shown.level]}" if shown is not None and shown.level else "is-hidden"


def size(members: int | None, band: Any) -> str:
    """Return the size of a list, or its band where only that may be shown."""
    if members is not None:
        return filters.count(members)
    return filters.NOTHING if band is None else str(label(band))


def _line(one: ReleasedOverlap, card: communities.CommunityCard) -> Line:
    partner = filters.named({"name": card.partner_name, "name_zh": card.partner_name_zh})
    return Line(filters.named(card), partner, size(one.other_size, one.other_size_band), one.released)
