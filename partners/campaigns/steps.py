"""The single strokes that the verbs of campaigns are made of. They ask for no role and write no audit event.

Rows first, the audit log last: whoever holds the end of the log must not wait for a number or a code of another.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from partners.campaigns import proposal, queries
from partners.campaigns.lifecycle import Stage
from partners.campaigns.models import Campaign, CampaignCommunity, Goal, StageMove
from partners.campaigns.proposal import GoalPlan, Plan
from partners.database import Base
from partners.directory import queries as directory
from partners.directory.models import Partnership
from partners.directory.policy import Actor
from partners.directory.relationship import OPEN_FOOTINGS
from partners.errors import Conflict, NotFound

TRIES = 5
"""How often a number is taken anew when another transaction took it first."""


class PartnershipNotRunning(Conflict):
    """Campaigns need a partnership that every partner has accepted and that has not ended."""


class NumberTaken(Conflict):
    """Somebody else took this number at the same moment. Please try again."""


R = TypeVar("R", bound=Base)


def add_unique(session: Session, made: Callable[[], R]) -> R:
    """Add a row whose number or code must be new, making it anew where another transaction was quicker."""
    taken: IntegrityError | None = None
    for _ in range(TRIES):
        row = made()
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError as error:
            taken = error
        else:
            return row
    raise NumberTaken() from taken


def add_campaign(session: Session, actor: Actor, plan: Plan, now: datetime) -> Campaign:
    """Add an idea with a code of its own."""
    plan = proposal.checked_plan(plan)
    running_partnership(session, actor, plan.partnership_id)

    def made() -> Campaign:
        taken = queries.codes_like(session, proposal.stem_of(plan.name, plan.campaign_type))
        return Campaign(
            code=proposal.code_of(plan.name, plan.campaign_type, taken), partnership_id=plan.partnership_id,
            agreement_id=None, proposer_id=actor.partner_id, name=plan.name, campaign_type=plan.campaign_type,
            objective=plan.objective, starts_on=plan.starts_on, ends_on=plan.ends_on, stage=Stage.IDEA, lessons="",
            created_at=now,
        )  # fmt: skip

    return add_unique(session, made)


def held_campaign(session: Session, actor: Actor, campaign_id: str) -> Campaign:
    """Return a campaign the actor's partner may see, locked until commit, so that steps and signatures queue up.

    The lock leaves the key alone, so evidence that refers to the campaign does not wait for it.
    """
    queries.own_campaign(session, actor, campaign_id)
    return session.get_one(Campaign, campaign_id, with_for_update={"key_share": True}, populate_existing=True)


def running_partnership(session: Session, actor: Actor, partnership_id: str) -> Partnership:
    """Return a partnership of the actor's in which something may be agreed, or raise PartnershipNotRunning."""
    partnership = directory.own_partnership(session, actor, partnership_id)
    if partnership.footing not in OPEN_FOOTINGS:
        raise PartnershipNotRunning()
    return partnership


def step(session: Session, actor: Actor, campaign: Campaign, to_stage: Stage, reason: str, now: datetime) -> None:
    """Write down one step and take it, without asking whether it is allowed."""
    session.add(
        StageMove(
            campaign_id=campaign.id, from_stage=campaign.stage, to_stage=to_stage, reason=reason,
            user_id=actor.user_id, partner_id=actor.partner_id, at=now,
        )
    )  # fmt: skip
    campaign.stage = to_stage


def put_goal(session: Session, campaign: Campaign, plan: GoalPlan) -> tuple[Goal, dict[str, Any], dict[str, Any]]:
    """Add or replace a goal; return it with what it said before and says now."""
    proposal.check_goal(plan, campaign.starts_on, campaign.ends_on, queries.involved(session, campaign))
    goal = queries.goal_of(session, campaign.id, plan.kpi)
    before = _summary(campaign, goal) if goal else {}
    if goal is None:
        goal = Goal(campaign_id=campaign.id, kpi=plan.kpi)
        session.add(goal)
    goal.baseline, goal.target, goal.due_on, goal.owner_id = plan.baseline, plan.target, plan.due_on, plan.owner_id
    return goal, before, _summary(campaign, goal)


def put_communities(
    session: Session, campaign: Campaign, community_ids: Iterable[str], partner_ids: Collection[str]
) -> list[str]:
    """Add communities of these partners to a campaign; return the ids of those that were not in it yet."""
    wanted = set(community_ids)
    if not wanted <= queries.community_ids_of(session, partner_ids):
        raise NotFound()
    added = sorted(wanted - queries.community_ids_in(session, campaign.id))
    session.add_all(CampaignCommunity(campaign_id=campaign.id, community_id=each) for each in added)
    return added


def _summary(campaign: Campaign, goal: Goal) -> dict[str, Any]:
    return {"name": campaign.name, "kpi": goal.kpi.value, "baseline": goal.baseline, "target": goal.target,
            "due_on": goal.due_on.isoformat(), "owner": goal.owner_id}  # fmt: skip
