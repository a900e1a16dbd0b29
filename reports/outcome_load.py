"""Reading what a campaign brought, through the domain's queries: the same values whichever party asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from partners.campaigns import queries as campaigns
from partners.campaigns.cards import CampaignPage
from partners.directory.policy import Actor
from partners.network import queries as network
from partners.network.findings import NetworkView
from partners.referrals import queries as referrals
from partners.referrals.cards import CampaignResults, MerchantResult
from partners.revenue import pending_queries as revenue
from partners.revenue.cards import PartyShare
from reports.outcome_document import Community, Earned, Flow, Goal, Outcome, Pair, Party, Sold


def load_outcome(session: Any, actor: Actor, campaign_id: str, now: datetime) -> Outcome:
    """Return what a campaign has brought so far; NotFound for who may not see it.

    Args:
        now: decides only which lists are still valid, so that what communities share may be shown.
    """
    page = campaigns.campaign_page(session, actor, campaign_id, now)
    results = referrals.campaign_results(session, actor, campaign_id)
    flow = network.campaign_flow(session, actor, campaign_id, now)
    shares = revenue.settled_by_party(session, campaign_id) if page.parties else []
    names = campaigns.names_in(session, page.partnership_id)
    parties = _parties(page, names)
    index = {partner_id: at for at, partner_id in enumerate(parties)}
    terms = page.in_force
    return Outcome(
        code=page.code, name=page.name, campaign_type=page.campaign_type, objective=page.objective, stage=page.stage,
        starts_on=page.starts_on, ends_on=page.ends_on, timezone=page.timezone, partnership=page.partnership_name,
        agreement=page.agreement_number, currency=page.currency, rate=terms.document.rate if terms else "",
        terms=((terms.version, terms.digest),) if terms else (), lessons=page.lessons, parties=tuple(parties.values()),
        goals=_goals(page, results, index), communities=_communities(flow, index), pairs=_pairs(flow),
        held_back=flow.held_back, self_orders=flow.self_orders, flows=_flows(flow, page.currency),
        sold=tuple(sorted((_sold(each, index) for each in results.merchants), key=lambda sold: sold.party)),
        earned=_earned(shares, page.currency, index),
    )  # fmt: skip


def _parties(page: CampaignPage, names: Mapping[str, Any]) -> dict[str, Party]:
    """Return the parties in the order of their agreement, then the partnership's others by name and id."""
    found = {
        card.partner.id: Party(
            card.partner.name, card.partner.name_zh, card.entity_name, card.entity_name_zh, card.is_merchant,
            card.weight,
        )
        for card in page.parties
    }  # fmt: skip
    for partner_id, name in sorted(names.items(), key=lambda item: (item[1].name, item[0])):
        found.setdefault(partner_id, Party(name.name, name.name_zh, "", "", False, 0))
    return found


def _goals(page: CampaignPage, results: CampaignResults, index: Mapping[str, int]) -> tuple[Goal, ...]:
    return tuple(
        Goal(goal.kpi, goal.baseline, goal.target, results.actual(goal.kpi), goal.due_on, index[goal.owner.id])
        for goal in page.goals
    )


def _communities(flow: NetworkView, index: Mapping[str, int]) -> tuple[Community, ...]:
    return tuple(
        Community(
            each.node.name, each.node.name_zh, index[each.node.partner_id], each.node.is_partner, each.node.size,
            (round(each.place[0] * 10_000), round(each.place[1] * 10_000)) if each.place else None,
        )
        for each in flow.communities
    )  # fmt: skip


def _places(flow: NetworkView) -> dict[str, int]:
    return {each.node.community_id: at for at, each in enumerate(flow.communities)}


def _pairs(flow: NetworkView) -> tuple[Pair, ...]:
    at = _places(flow)
    pairs = []
    for pair in flow.pairs:
        a, b = sorted((at[pair.a.community_id], at[pair.b.community_id]))
        pairs.append(Pair(a, b, pair.shared, pair.band or ""))
    return tuple(sorted(pairs, key=lambda pair: (pair.a, pair.b)))


def _flows(flow: NetworkView, currency: str) -> tuple[Flow, ...]:
    at = _places(flow)
    flows = [
        Flow(at[each.source.community_id], at[each.target.community_id], each.orders, dict(each.base).get(currency, 0))
        for each in flow.flows
    ]
    return tuple(sorted(flows, key=lambda each: (-each.orders, each.source, each.target)))


def _sold(result: MerchantResult, index: Mapping[str, int]) -> Sold:
    sold = result.sold
    return Sold(
        index[result.merchant.id], sold.orders, sold.lines, sold.gross_minor, sold.base_minor, sold.refunded_minor,
        sold.new_customers, sold.referred_orders,
    )  # fmt: skip


def _earned(shares: Sequence[PartyShare], currency: str, index: Mapping[str, int]) -> tuple[Earned, ...]:
    rows = [
        Earned(index[share.payer_id], index[share.payee_id], share.issued_minor, share.pending_minor)
        for share in shares
        if share.currency == currency
    ]
    return tuple(sorted(rows, key=lambda row: (row.payer, row.payee)))
