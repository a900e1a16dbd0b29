"""The lists of own audiences, of whom one overlaps with, and of withdrawals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from app import filters
from app.audiences.overlap_lists import size
from app.labels import label
from app.listing import Column, Listing
from partners.audiences.queries import AudienceCard
from partners.audiences.release.pair_queries import ReleasedOverlap
from partners.audiences.release.release import Released
from partners.audiences.withdrawal_queries import WithdrawalLine
from partners.communities import queries as communities
from partners.directory.policy import Actor

TONES = {"newest": "good", "expired": "bad", "preview": "wait", "similar": "wait"}


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
        Column("members", _("Members"), "count"),
        Column("standing", _("Standing"), "state", tone=lambda card: TONES.get(card.standing, "none")),
        Column("recipients", _("May be compared in"), value=recipients),
        Column("keys_standing", _("Keys"), value=lambda card: str(label(card.keys_standing)) or filters.NOTHING,
               href=lambda card: url_for("audiences.keys") if card.keys_standing else None),
    ]  # fmt: skip
    return Listing.of(cards, columns, request.args)


def recipients(card: AudienceCard) -> str:
    """Return the names of the partnerships in which an audience may be compared."""
    return ", ".join(one.partnership for one in card.recipients) or filters.NOTHING


def lines(session: Session, actor: Actor, found: Iterable[ReleasedOverlap]) -> list[Line]:
    """Return overlaps with the names of the partners' communities, the largest first."""
    cards = {card.id: card for card in communities.visible_communities(session, actor)}
    ordered = sorted(found, key=lambda one: (-one.released.level, -(one.released.count or 0), one.other_community_id))
    return [_line(one, cards[one.other_community_id]) for one in ordered if one.other_community_id in cards]


def withdrawals(found: Iterable[WithdrawalLine]) -> Listing:
    """Return the log of withdrawals as a list."""
    columns = [
        Column("at", _("When"), "datetime"),
        Column("by", _("Who")),
        Column("source_name", _("File")),
        Column("people", _("People"), "count"),
        Column("name", _("List of"), value=lambda line: filters.named(line) or filters.NOTHING,
               href=lambda line: url_for("audiences.show", audience_id=line.audience_id) if line.as_of else None),
        Column("as_of", _("List is of"), "date"),
        Column("partnership", _("Partnership"), value=lambda line: line.partnership or filters.NOTHING),
        Column("before", _("Members before"), "count"),
        Column("after", _("Members after"), "count"),
    ]  # fmt: skip
    return Listing.of(found, columns, request.args, nothing=_("Nobody has withdrawn yet."))


def left_out(people: int, lists: int) -> str:
    """Say how many people were taken out, and of how many lists."""
    who = ngettext(
        "%(number)s person is left out from now on.", "%(number)s people are left out from now on.", people,
        number=filters.count(people),
    )  # fmt: skip
    where = ngettext("%(number)s list changed.", "%(number)s lists changed.", lists, number=filters.count(lists))
    return f"{who} {where}"


def _line(one: ReleasedOverlap, card: communities.CommunityCard) -> Line:
    partner = filters.named({"name": card.partner_name, "name_zh": card.partner_name_zh})
    return Line(filters.named(card), partner, size(one.other_size, one.other_size_band), one.released)
