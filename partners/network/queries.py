"""Reads of the network: the communities a partner may see, what is released of them, and who sent orders to whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.audiences import queries as audiences
from partners.audiences.release import pair_queries as overlaps
from partners.audiences.release.pair_queries import ReleasedOverlap, SharedOverlap
from partners.audiences.release.release import rounded
from partners.campaigns import queries as campaigns
from partners.campaigns.models import CampaignCommunity
from partners.communities import queries as communities
from partners.communities.models import Community
from partners.directory import policy
from partners.directory.models import Partner
from partners.directory.policy import Action, Actor
from partners.network.findings import NetworkView, findings
from partners.network.graph import FlowEdge, Node, OverlapEdge
from partners.referrals import queries as referrals
from partners.referrals.cards import ReferralFlow


@dataclass(frozen=True, slots=True)
class NetworkPage:
    """The network, and what the actor may do about what is missing in it."""

    network: NetworkView
    may_invite: bool
    may_open: bool
    may_register: bool


def network_page(session: Session, actor: Actor, now: datetime, universe: int | None = None) -> NetworkPage:
    """Return what the page of the network shows; ``universe`` as in ``network_of``."""
    return NetworkPage(
        network_of(session, actor, now, universe), may_invite=policy.may(actor, Action.RUN_PARTNERSHIPS),
        may_open=policy.may(actor, Action.RUN_COMMUNITIES), may_register=policy.may(actor, Action.REGISTER_AUDIENCES),
    )  # fmt: skip


def network_of(session: Session, actor: Actor, now: datetime, universe: int | None = None) -> NetworkView:
    """Return the own communities and those of partners in accepted partnerships, with their overlaps and flows.

    Overlaps are those of an own community with a partner's, as released; members are rounded to ten, so that both sides
    compute the same. A flow ends at the merchant's community in its campaign where there is exactly one, else at the
    merchant as a whole: which of several communities an order belongs to is not reported.

    Args:
        universe: people who could be members of any of the communities; without it there is no lift.
    """
    policy.require(actor, Action.READ)
    released = [each for each in overlaps.released_overlaps(session, actor, now) if not each.released.is_taken_back]
    nodes = _visible_nodes(session, actor, now, released)
    flows = referrals.referral_flows(session, actor)
    edges = _flow_edges(session, flows, nodes)
    placed = [*nodes, *_whole_partners(nodes, edges)]
    view = findings(tuple(placed), tuple(_own_edge(each) for each in released), tuple(edges), universe)
    lost = sum(flow.orders for flow in flows) - sum(edge.orders for edge in edges)
    return replace(view, unplaced_orders=lost)


def campaign_flow(session: Session, actor: Actor, campaign_id: str, now: datetime) -> NetworkView:
    """Return the communities of one campaign with their overlaps and the orders they sent; NotFound for a stranger.

    The same for all parties: sizes are rounded, and known only where the partnership is signed and both have a list.
    """
    policy.require(actor, Action.READ)
    campaign = campaigns.own_campaign(session, actor, campaign_id)
    nodes = _campaign_nodes(session, campaign.id)
    ids = [node.community_id for node in nodes]
    found = overlaps.overlaps_of_campaign(session, actor, ids, now, campaign.partnership_id)
    shared = [each for each in found if not each.released.is_taken_back]
    sizes = {key: size for each in shared for key, size in _sizes(each) if size is not None}
    nodes = [replace(node, size=sizes.get(node.community_id)) for node in nodes]
    flows = referrals.referral_flows(session, actor, campaign.id)
    edges = _flow_edges(session, flows, nodes)
    placed = (*nodes, *_whole_partners(nodes, edges))
    return findings(placed, tuple(_shared_edge(each) for each in shared), tuple(edges))


def _visible_nodes(session: Session, actor: Actor, now: datetime, released: list[ReleasedOverlap]) -> list[Node]:
    cards = communities.visible_communities(session, actor)
    own = audiences.latest_sizes(session, actor, [card.id for card in cards if card.is_own], now)
    sizes = {community_id: rounded(size) for community_id, size in own.items()}
    sizes |= {each.other_community_id: each.other_size for each in released if each.other_size is not None}
    bands = {each.other_community_id: each.other_size_band.value for each in released if each.other_size is None}
    return [
        Node(
            card.id, card.partner_id, card.name, card.name_zh, card.partner_name, card.partner_name_zh,
            sizes.get(card.id), bands.get(card.id, ""),
        )
        for card in cards
    ]  # fmt: skip


def _campaign_nodes(session: Session, campaign_id: str) -> list[Node]:
    rows = session.execute(
        select(Community, Partner)
        .join(CampaignCommunity, CampaignCommunity.community_id == Community.id)
        .join(Partner, Partner.id == Community.partner_id)
        .where(CampaignCommunity.campaign_id == campaign_id)
        .order_by(Partner.name, Community.name, Community.id)
    )
    return [Node(c.id, p.id, c.name, c.name_zh, p.name, p.name_zh, None, "") for c, p in rows]


def _own_edge(each: ReleasedOverlap) -> OverlapEdge:
    band = each.released.band
    return OverlapEdge(each.own_community_id, each.other_community_id, each.released.count, band and band.value)


def _shared_edge(each: SharedOverlap) -> OverlapEdge:
    band = each.released.band
    return OverlapEdge(each.community_a_id, each.community_b_id, each.released.count, band and band.value)


def _sizes(each: SharedOverlap) -> tuple[tuple[str, int | None], tuple[str, int | None]]:
    return (each.community_a_id, each.size_a), (each.community_b_id, each.size_b)


def _flow_edges(session: Session, flows: Sequence[ReferralFlow], nodes: list[Node]) -> list[FlowEdge]:
    """Return the flows between nodes, or from a node to a partner that has nodes; every other is left out."""
    visible = {node.community_id for node in nodes}
    partners = {node.partner_id for node in nodes}
    receivers = _receivers(session, {flow.campaign_id for flow in flows})
    edges = []
    for flow in flows:
        taking_part = receivers[flow.campaign_id, flow.merchant_id]
        target = taking_part[0] if len(taking_part) == 1 else flow.merchant_id
        if flow.from_community_id in visible and target in visible | partners:
            edges.append(FlowEdge(flow.from_community_id, target, flow.orders, flow.base_minor, flow.currency))
    return edges


def _receivers(session: Session, campaign_ids: set[str]) -> dict[tuple[str, str], list[str]]:
    """Return the communities of each partner that take part in each campaign."""
    rows = session.execute(
        select(CampaignCommunity.campaign_id, Community.partner_id, Community.id)
        .join(Community, Community.id == CampaignCommunity.community_id)
        .where(CampaignCommunity.campaign_id.in_(campaign_ids))
        .order_by(Community.id)
    )
    found = defaultdict(list)
    for campaign_id, partner_id, community_id in rows:
        found[campaign_id, partner_id].append(community_id)
    return found


def _whole_partners(nodes: list[Node], edges: list[FlowEdge]) -> list[Node]:
    """Return a node for each partner that a flow reaches as a whole."""
    by_partner = {node.partner_id: node for node in nodes}
    reached = sorted({edge.target for edge in edges} & set(by_partner))
    return [
        replace(
            by_partner[each], community_id=each, name=by_partner[each].partner_name,
            name_zh=by_partner[each].partner_name_zh, size=None, size_band="",
        )
        for each in reached
    ]  # fmt: skip
