"""How the months of the sample world are closed: prepared by one person, approved by another, issued, mostly paid."""

from __future__ import annotations

from datetime import timedelta

from partners.revenue import services
from partners.revenue.draft_services import drafts, read_plan, store_drafts
from partners.revenue.issue_services import issue_statements
from partners.revenue.models import Period, PeriodState, Statement
from partners.revenue.period_queries import drafts_digest, next_label
from partners.sample.campaigns import BONDS, SKETCHES, Bond
from partners.sample.world import World, first_of

PAID_UNTIL = -2
"""The statements of the last closed month are not paid yet."""


def close_month(world: World, month: int) -> None:
    """Close one month of every partnership that has sold in it, three days after it ended."""
    label = f"{first_of(world.now.date(), month):%Y-%m}"
    for bond in BONDS:
        partnership_id = world.partnership_ids[bond.key]
        if next_label(world.session, partnership_id, bond.timezone) == label:
            _close(world, bond, partnership_id, label, month)


def _close(world: World, bond: Bond, partnership_id: str, label: str, month: int) -> None:
    merchants = [code for code in bond.brands if _sells(bond, code)]
    at = world.day(month + 1, 3)
    preparer = world.actors[merchants[0], "finance"]
    period = services.close_period(world.session, preparer, partnership_id, label, at)
    world.session.flush()
    plan = read_plan(world.session, period.id)
    if plan is None:
        return
    store_drafts(world.session, plan, list(drafts(plan)), at)
    world.session.flush()
    if period.state == PeriodState.DRAFTED:
        for code in merchants:
            _approve_and_pay(world, code, period, month)


def _approve_and_pay(world: World, code: str, period: Period, month: int) -> None:
    digest = drafts_digest(world.session, period.id, world.partner_ids[code])
    at = world.day(month + 1, 4)
    approval = services.approve_drafts(world.session, world.actors[code, "finance2"], period.id, digest, at)
    world.session.flush()
    for statement in issue_statements(world.session, approval.id, at):
        if month <= PAID_UNTIL and statement.closing_minor > 0:
            _pay(world, code, statement, month)


def _pay(world: World, code: str, statement: Statement, month: int) -> None:
    at = world.day(month + 1, 20)
    services.record_payout(
        world.session, world.actors[code, "finance"], statement.id, statement.closing_minor,
        (at - timedelta(days=1)).date(), f"BANK {statement.number}", at,
    )  # fmt: skip


def _sells(bond: Bond, code: str) -> bool:
    return any(
        side.brand == code and side.baskets and side.shelf
        for sketch in SKETCHES if sketch.bond == bond.key for side in sketch.sides
    )  # fmt: skip
