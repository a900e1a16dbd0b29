"""Verbs of campaigns: an idea becomes a plan, a plan goes live, ends, is settled and reviewed.

How terms are proposed and signed stands in ``terms_services``; its verbs are here too, for those who call.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from partners import audit, outbox
from partners.campaigns import lifecycle, queries, steps
from partners.campaigns.lifecycle import Stage
from partners.campaigns.models import Campaign, Goal
from partners.campaigns.proposal import GoalPlan, Plan
from partners.campaigns.terms_services import counter_terms as counter_terms
from partners.campaigns.terms_services import countersign_terms as countersign_terms
from partners.campaigns.terms_services import propose_campaign as propose_campaign
from partners.campaigns.terms_services import propose_terms as propose_terms
from partners.directory import policy
from partners.directory.models import Partnership
from partners.directory.policy import Action, Actor
from partners.errors import Conflict, Invalid

MAX_REASON = 400
"""Characters of a reason and of the lessons."""


class CampaignOver(Conflict):
    """This campaign is over; nothing is added to it any more."""


class StageTaken(Conflict):
    """This was done already. Please look at the page again."""


class ReasonTooLong(Invalid):
    """At most 400 characters."""


def draft_campaign(session: Session, actor: Actor, plan: Plan, now: datetime) -> Campaign:
    """Write down an idea, which only the actor's brand sees until it is shared."""
    policy.require(actor, Action.RUN_CAMPAIGNS)
    campaign = steps.add_campaign(session, actor, plan, now)
    audit.record(session, actor, "draft_campaign", campaign, now, after=_summary(campaign))
    return campaign


def share_idea(session: Session, actor: Actor, campaign_id: str, now: datetime) -> Campaign:
    """Let the whole partnership see an idea."""
    policy.require(actor, Action.RUN_CAMPAIGNS)
    campaign = steps.held_campaign(session, actor, campaign_id)
    steps.running_partnership(session, actor, campaign.partnership_id)
    if campaign.stage != Stage.IDEA:
        raise StageTaken()
    steps.step(session, actor, campaign, Stage.EXPLORING, "", now)
    audit.record(session, actor, "share_idea", campaign, now, {"stage": "idea"}, _summary(campaign))
    return campaign


def set_goal(session: Session, actor: Actor, campaign_id: str, goal: GoalPlan, now: datetime) -> Goal:
    """Set what a campaign is to reach in one figure; a goal for the same figure is replaced. Until it is approved."""
    policy.require(actor, Action.RUN_CAMPAIGNS)
    campaign = steps.held_campaign(session, actor, campaign_id)
    if not lifecycle.is_plannable(campaign.stage):
        raise lifecycle.PlanClosed(stage=campaign.stage)
    row, before, after = steps.put_goal(session, campaign, goal)
    audit.record(session, actor, "set_goal", row, now, before, after)
    return row


def add_communities(
    session: Session, actor: Actor, campaign_id: str, community_ids: Iterable[str], now: datetime
) -> Campaign:
    """Let communities of the actor's own partner take part; those that do already are left as they are."""
    policy.require(actor, Action.RUN_CAMPAIGNS)
    campaign = steps.held_campaign(session, actor, campaign_id)
    if lifecycle.is_over(campaign.stage):
        raise CampaignOver()
    added = steps.put_communities(session, campaign, community_ids, [actor.partner_id])
    if added:
        after = {"name": campaign.name, "communities": ",".join(added)}
        audit.record(session, actor, "add_communities", campaign, now, after=after)
    return campaign


def move_campaign(
    session: Session, actor: Actor, campaign_id: str, to_stage: Stage, reason: str, now: datetime,
    is_settled: bool = False,
) -> Campaign:  # fmt: skip
    """Take a campaign to another stage.

    Args:
        reason: needed for a pause and a cancellation; for the review it is what was learned.
        is_settled: whether every period up to the campaign's end has been issued, which the caller knows.
    """
    policy.require(actor, Action.RUN_CAMPAIGNS)
    campaign = steps.held_campaign(session, actor, campaign_id)
    today = queries.today_of(session.get_one(Partnership, campaign.partnership_id), now)
    facts = queries.facts_of(session, actor, campaign, today, is_settled)
    before, reason = campaign.stage, reason.strip()
    lifecycle.check_move(before, to_stage, facts, reason)
    if to_stage == Stage.REVIEWED:
        campaign.lessons, reason = _short(reason), ""
    steps.step(session, actor, campaign, to_stage, _short(reason), now)
    audit.record(session, actor, "move_campaign", campaign, now, {"stage": before.value}, _summary(campaign))
    if to_stage == Stage.ENDED:
        outbox.emit(session, "campaign.ended", campaign, actor, now)
    return campaign


def _short(text: str) -> str:
    if len(text) > MAX_REASON:
        raise ReasonTooLong()
    return text


def _summary(campaign: Campaign) -> dict[str, Any]:
    return {"name": campaign.name, "code": campaign.code, "stage": campaign.stage.value}
