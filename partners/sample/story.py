"""What happened in the sample world, in the order of time: brands meet, agree, sell, refund, close, pay."""

from __future__ import annotations

from datetime import datetime, timedelta

from partners.campaigns import services as campaigns
from partners.campaigns import terms_services
from partners.campaigns.lifecycle import Stage
from partners.campaigns.proposal import GoalPlan, Offer, PartyOffer, Plan, Proposal
from partners.campaigns.proposal_queries import newest_terms
from partners.directory import queries, stage_services
from partners.directory import services as directory
from partners.sample.blind_counting import propose_counting
from partners.sample.brands import BRANDS
from partners.sample.campaigns import BONDS, SKETCHES, Bond, Sketch, Turn
from partners.sample.keying import publish_keys, register_members, share_key, withdraw_members
from partners.sample.reporting import report_month
from partners.sample.world import World, bring_brand, first_of, last_of

FIRST_MONTH = -3
"""The sample world begins to sell three months before it is loaded; those three months are closed."""


def begin(world: World) -> None:
    """Bring the brands, their partnerships and their members, a month before anything is sold."""
    for brand in BRANDS:
        bring_brand(world, brand, world.day(FIRST_MONTH - 1, 3))
    publish_keys(world, world.day(FIRST_MONTH - 1, 4))
    for bond in BONDS:
        _meet(world, bond, world.day(FIRST_MONTH - 1, 5))
    for brand in BRANDS:
        for club in brand.clubs if brand.code in world.token_keys else ():  # without a partner there is no key yet
            register_members(world, brand, club, world.day(FIRST_MONTH - 1, 8))
    withdraw_members(world, BRANDS[0], world.day(0, 4))
    for bond in BONDS:
        _turn(world, bond, bond.before)


def propose_everything(world: World) -> None:
    """Let every campaign go as far as it can before its first day."""
    for sketch in SKETCHES:
        _propose(world, sketch, world.day(min(sketch.months[0] - 1, 0), 12))
    for bond in BONDS:
        if bond.reaches == "ended":
            directory.end_partnership(
                world.session, world.manager(bond.brands[0]), world.partnership_ids[bond.key], bond.farewell,
                world.day(-1, 20),
            )  # fmt: skip


def sell(world: World, month: int) -> None:
    """Let the campaigns of a month go live, sell and report: conversions at its end, refunds two days later."""
    for sketch in SKETCHES:
        if sketch.name in world.campaign_ids and sketch.months[0] == month and _goes_live(sketch):
            _move(world, sketch, Stage.LIVE, world.day(month, 1, 6), sketch.sides[0].brand)
    for sketch in SKETCHES:
        if _goes_live(sketch) and sketch.months[0] <= month <= sketch.months[1]:
            for side in sketch.sides:
                if side.baskets and side.shelf:
                    report_month(world, sketch, side, month)
    for sketch in SKETCHES:
        if sketch.months[1] == month and _goes_live(sketch):
            _move(world, sketch, Stage.ENDED, world.day(month + 1, 1, 6), sketch.sides[0].brand)


def finish_campaigns(world: World) -> None:
    """After the periods: settle and review what has ended, pause what has gone wrong."""
    for sketch in SKETCHES:
        first, second = sketch.sides[0].brand, sketch.sides[1].brand if len(sketch.sides) > 1 else ""
        if sketch.reaches in (Stage.SETTLED, Stage.REVIEWED):
            _move(world, sketch, Stage.SETTLED, world.day(0, 6), first)
        if sketch.reaches == Stage.REVIEWED:
            _move(world, sketch, Stage.REVIEWED, world.day(0, 7), second, sketch.remark)
        if sketch.reaches == Stage.PAUSED:
            _move(world, sketch, Stage.PAUSED, world.day(0, 8), second, sketch.remark)
    for bond in BONDS:
        _turn(world, bond, bond.after)
    propose_counting(world, "breakfast", "morgenrot", world.day(0, 5))


def _meet(world: World, bond: Bond, at: datetime) -> None:
    others = [world.partner_ids[code] for code in bond.brands[1:]]
    invited = at if bond.reaches != "invited" else world.day(0, 9)
    made = directory.invite_partners(
        world.session, world.manager(bond.brands[0]), others, bond.name, bond.timezone, invited
    )
    world.session.flush()
    world.partnership_ids[bond.key] = made.id
    if bond.reaches == "invited":
        return
    for code in bond.brands[1:]:
        directory.accept_partnership(world.session, world.manager(code), made.id, at + timedelta(hours=5))
    share_key(world, bond.key, bond.brands, at + timedelta(hours=6))


def _turn(world: World, bond: Bond, turns: tuple[Turn, ...]) -> None:
    for turn in turns:
        actor, partnership_id = world.manager(turn.brand), world.partnership_ids[bond.key]
        stage = queries.own_partnership(world.session, actor, partnership_id).stage
        stage_services.move_partnership(
            world.session, actor, partnership_id, stage, turn.to_stage, turn.why, world.day(turn.month, turn.day)
        )


def _propose(world: World, sketch: Sketch, at: datetime) -> None:
    plan = _plan(world, sketch)
    actor = world.manager(sketch.sides[0].brand)
    if sketch.reaches in (Stage.IDEA, Stage.EXPLORING):
        made = campaigns.draft_campaign(world.session, actor, plan, at)
        world.session.flush()
        if sketch.reaches == Stage.EXPLORING:
            campaigns.share_idea(world.session, actor, made.id, at)
        return
    proposed = Proposal(plan, _offer(world, sketch), _goals(world, sketch), _clubs(world, sketch))
    made = terms_services.propose_campaign(world.session, actor, proposed, at)
    world.session.flush()
    world.campaign_ids[sketch.name] = made.id
    if sketch.reaches == Stage.NEGOTIATED:
        return
    digest = newest_terms(world.session, made).digest
    for side in sketch.sides[1:]:
        terms_services.countersign_terms(
            world.session, world.manager(side.brand), made.id, digest, at + timedelta(days=2)
        )
    _prepare(world, sketch, at + timedelta(days=4))


def _prepare(world: World, sketch: Sketch, at: datetime) -> None:
    if sketch.reaches == Stage.SIGNED:
        return
    if sketch.reaches == Stage.CANCELLED:
        _move(world, sketch, Stage.CANCELLED, at, sketch.sides[0].brand, sketch.remark)
        return
    _move(world, sketch, Stage.PLANNED, at, sketch.sides[0].brand)
    if sketch.reaches != Stage.PLANNED:
        _move(world, sketch, Stage.APPROVED, at + timedelta(days=1), sketch.sides[1].brand)


def _plan(world: World, sketch: Sketch) -> Plan:
    today = world.now.date()
    return Plan(
        world.partnership_ids[sketch.bond], sketch.name, sketch.campaign_type, sketch.objective,
        first_of(today, sketch.months[0]), last_of(today, sketch.months[1]),
    )  # fmt: skip


def _offer(world: World, sketch: Sketch) -> Offer:
    plan = _plan(world, sketch)
    parties = tuple(
        PartyOffer(world.partner_ids[side.brand], world.entity_ids[side.brand], side.baskets > 0, side.weight)
        for side in sketch.sides
    )
    return Offer(
        sketch.currency, parties, sketch.excludes, sketch.rate, 30, plan.starts_on, plan.ends_on + timedelta(days=1)
    )


def _goals(world: World, sketch: Sketch) -> tuple[GoalPlan, ...]:
    due, owner = _plan(world, sketch).ends_on, world.partner_ids[sketch.sides[0].brand]
    return tuple(GoalPlan(kpi, baseline, target, due, owner) for kpi, baseline, target in sketch.goals)


def _clubs(world: World, sketch: Sketch) -> tuple[str, ...]:
    return tuple(world.community_ids[code] for code in sketch.communities)


def _goes_live(sketch: Sketch) -> bool:
    return sketch.reaches in (Stage.LIVE, Stage.PAUSED, Stage.ENDED, Stage.SETTLED, Stage.REVIEWED)


def _move(world: World, sketch: Sketch, stage: Stage, at: datetime, brand: str, reason: str = "") -> None:
    campaigns.move_campaign(
        world.session, world.manager(brand), world.campaign_ids[sketch.name], stage, reason, at,
        is_settled=stage == Stage.SETTLED,
    )  # fmt: skip
