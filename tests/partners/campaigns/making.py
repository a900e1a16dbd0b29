"""Campaigns of the cast at the stage that a test begins with, made by calling the services."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from partners.campaigns import services
from partners.campaigns.lifecycle import Stage
from partners.campaigns.models import Campaign
from partners.campaigns.proposal import CampaignType, GoalKpi, GoalPlan, Offer, PartyOffer, Plan, Proposal
from partners.campaigns.queries import campaign_page
from tests.cast import Cast


def plan_of(cast: Cast, name: str = "Autumn breakfast") -> Plan:
    """Return a plan from 1 September to 30 November 2026."""
    return Plan(
        cast.partnership.id, name, CampaignType.JOINT_PROMOTION, "Win breakfast guests for both",
        date(2026, 9, 1), date(2026, 11, 30),
    )  # fmt: skip


def offer_of(
    cast: Cast, weights: tuple[int, int] = (60, 40), rate: str = "0.1", begins: date = date(2026, 9, 1)
) -> Offer:
    """Return an offer in which Alder sells and Birch earns with it."""
    alder, birch = cast.alder, cast.birch
    return Offer(
        currency="EUR", base_excludes=("tax", "shipping"), rate=rate, payment_days=30, effective_from=begins,
        effective_until=date(2026, 12, 1),
        parties=(
            PartyOffer(alder.partner.id, alder.entity.id, True, weights[0]),
            PartyOffer(birch.partner.id, birch.entity.id, False, weights[1]),
        ),
    )  # fmt: skip


def goal_of(cast: Cast) -> GoalPlan:
    """Return a goal of 300 orders, owned by Alder."""
    return GoalPlan(GoalKpi.ORDERS, 100, 300, date(2026, 11, 30), cast.alder.partner.id)


def proposed(session: Session, cast: Cast, now: datetime, name: str = "Autumn breakfast") -> Campaign:
    """Return a campaign that Alder has proposed and Birch has not signed."""
    communities = (cast.alder.community.id, cast.birch.community.id)
    whole = Proposal(plan_of(cast, name), offer_of(cast), (goal_of(cast),), communities)
    return services.propose_campaign(session, cast.alder.manager, whole, now)


def digest_of_current(session: Session, cast: Cast, campaign: Campaign, now: datetime) -> str:
    """Return the digest of the newest terms."""
    current = campaign_page(session, cast.alder.manager, campaign.id, now).current
    assert current is not None
    return current.digest


def signed(session: Session, cast: Cast, now: datetime, name: str = "Autumn breakfast") -> Campaign:
    """Return a campaign whose terms both have signed."""
    campaign = proposed(session, cast, now, name)
    digest = digest_of_current(session, cast, campaign, now)
    services.countersign_terms(session, cast.birch.manager, campaign.id, digest, now)
    return campaign


def live(session: Session, cast: Cast, now: datetime, name: str = "Autumn breakfast") -> Campaign:
    """Return a campaign that is live."""
    campaign = signed(session, cast, now, name)
    alder, birch = cast.alder.manager, cast.birch.manager
    for actor, stage in ((alder, Stage.PLANNED), (birch, Stage.APPROVED), (alder, Stage.LIVE)):
        services.move_campaign(session, actor, campaign.id, stage, "", now)
    return campaign
