"""What each other side of a partnership sees of us now, read by the very queries that answer its own viewers.

This is the one place where somebody acts as a viewer of another brand. It is safe because of what is kept of the
answers: only things of the reader's own brand. Every answer is narrowed to the reader's own profile, communities,
campaigns, sales and statements; of an overlap only what both sides read alike, never the other side's exact size; of
partnerships only those the reader is in. The reader must be in the partnership (a stranger gets NotFound before anybody
acts), the viewer made here holds the role that may only read, lasts for one page, and signs in nowhere. The session
stays the reader's own, so PostgreSQL's wall still hides what belongs to the other brand alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.audiences.overlap_lists import size, text
from partners.audiences.release.pair_queries import Matrix, overlap_matrix
from partners.audiences.release.release import SizeBand
from partners.audiences.size_queries import members_band
from partners.campaigns.cards import CampaignCard
from partners.campaigns.queries import campaigns_of_partnership
from partners.communities import queries as communities
from partners.communities.queries import CommunityCard
from partners.directory import queries as directory
from partners.directory.cards import PartnerCard, PartnerName, PartnershipCard, PartnershipPage
from partners.directory.policy import Actor
from partners.referrals.cards import EvidenceLine
from partners.referrals.line_queries import evidence_lines
from partners.referrals.queries import campaign_results
from partners.revenue.cards import StatementCard
from partners.revenue.queries import statements


@dataclass(frozen=True, slots=True)
class SeenCommunity:
    """One of our communities as the other side reads it; ``size`` is a rounded number or a band, as text."""

    card: CommunityCard
    size: str


@dataclass(frozen=True, slots=True)
class SeenOverlap:
    """One of our communities with one of theirs, and what they read of it."""

    ours: Any
    theirs: Any
    text: str


@dataclass(frozen=True, slots=True)
class SeenSales:
    """What they see of our sales in one campaign: how many orders, and our newest line; None before the first."""

    campaign: CampaignCard
    orders: int
    line: EvidenceLine | None


@dataclass(frozen=True, slots=True)
class Seen:
    """All that one other side sees of us, and the little that can be counted of what it does not.

    ``elsewhere``: other partnerships with the same brand, which show what this one may not. ``under_floor``: overlaps
    that are counted and not shown. ``unseen_campaigns`` and ``unseen_statements`` are ours in this partnership.
    """

    partner: PartnerName
    profile: PartnerCard
    band: SizeBand | None
    communities: tuple[SeenCommunity, ...]
    overlaps: tuple[SeenOverlap, ...]
    under_floor: int
    sales: tuple[SeenSales, ...]
    statements: tuple[StatementCard, ...]
    elsewhere: tuple[PartnershipCard, ...]
    unseen_campaigns: tuple[CampaignCard, ...]
    unseen_statements: int


def seen_by_sides(session: Session, actor: Actor, page: PartnershipPage, now: datetime) -> list[Seen]:
    """Return, for each other side of a partnership that the actor is in, what it sees of the actor's brand."""
    return [_seen(session, actor, page, side.partner, now) for side in page.sides if not side.is_own]


def _seen(session: Session, actor: Actor, page: PartnershipPage, partner: PartnerName, now: datetime) -> Seen:
    them = Actor(user_id="", seat_id="", partner_id=partner.id, role="viewer")
    ours = campaigns_of_partnership(session, actor, page.id)
    own_ids = {card.id for card in ours}
    shown = [card for card in campaigns_of_partnership(session, them, page.id) if card.id in own_ids]
    matrix = overlap_matrix(session, them, page.id, now)
    cards = _communities(session, actor, them, page)
    overlaps, under_floor = _overlaps(matrix, {card.id for card in cards})
    settled = [card for card in statements(session, actor) if card.partnership_id == page.id]
    read = {card.id for card in statements(session, them)}
    return Seen(
        partner=partner, profile=directory.partner_page(session, them, actor.partner_id).card,
        band=members_band(session, them, actor.partner_id, now), communities=_sized(cards, matrix),
        overlaps=overlaps, under_floor=under_floor,
        sales=tuple(_sales(session, actor, them, card) for card in shown),
        statements=tuple(card for card in settled if card.id in read),
        elsewhere=_elsewhere(session, actor, them, page),
        unseen_campaigns=tuple(card for card in ours if card.id not in {each.id for each in shown}),
        unseen_statements=sum(card.id not in read for card in settled),
    )  # fmt: skip


def _communities(session: Session, actor: Actor, them: Actor, page: PartnershipPage) -> list[CommunityCard]:
    """Return our communities that this partnership shows them; none before it is accepted and after its end."""
    if page.id not in directory.accepted_partnership_ids(session, them.partner_id):
        return []
    found = communities.communities_in(session, them, page.id)
    return [card for card in found if card.partner_id == actor.partner_id]


def _sized(cards: list[CommunityCard], matrix: Matrix) -> tuple[SeenCommunity, ...]:
    """Give each of our communities the size that stands beside it in their matrix."""
    columns = {column.id: column for column in matrix.columns}
    return tuple(SeenCommunity(card, size(columns[card.id].size, columns[card.id].band)) for card in cards)


def _overlaps(matrix: Matrix, own_ids: set[str]) -> tuple[tuple[SeenOverlap, ...], int]:
    """Return what they read of our communities, and how many pairs are hidden from both; their own sizes stay out."""
    pairs = [
        (column, row, cell)
        for row, line in zip(matrix.rows, matrix.cells, strict=True)
        for column, cell in zip(matrix.columns, line, strict=True)
        if cell is not None and column.id in own_ids and not cell.is_taken_back
    ]
    shown = [(ours, theirs, cell) for ours, theirs, cell in pairs if cell.is_shown]
    return tuple(SeenOverlap(ours, theirs, text(cell)) for ours, theirs, cell in shown), len(pairs) - len(shown)


def _sales(session: Session, actor: Actor, them: Actor, card: CampaignCard) -> SeenSales:
    merchants = campaign_results(session, them, card.id).merchants
    orders = sum(each.sold.orders for each in merchants if each.merchant.id == actor.partner_id)
    lines = evidence_lines(session, them, card.id, 1).lines if orders else ()
    return SeenSales(card, orders, next((line for line in lines if line.merchant.id == actor.partner_id), None))


def _elsewhere(session: Session, actor: Actor, them: Actor, page: PartnershipPage) -> tuple[PartnershipCard, ...]:
    """Return other open partnerships that both are in; never one of theirs with somebody else."""
    both = set(directory.accepted_partnership_ids(session, them.partner_id)) - {page.id}
    return tuple(card for card in directory.partnerships(session, actor) if card.id in both)
