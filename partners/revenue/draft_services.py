"""Drafting the statements of a closed period. Reading and computing stand apart from writing, so no lock waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from partners import audit
from partners.database import locked
from partners.digest import digest_of
from partners.directory.models import Partnership
from partners.directory.queries import names_of
from partners.revenue.bundle import Heading, settlement
from partners.revenue.case_queries import Case, cases
from partners.revenue.models import Approval, Draft, Period, PeriodState
from partners.revenue.pair_queries import Owed, pairs
from partners.revenue.period_queries import span_of
from partners.revenue.settle import Settled, settle
from partners.revenue.split import agreed


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that the drafts of a period are computed from."""

    period_id: str
    heading: Heading
    entry_watermark: int
    cases: list[Case]
    owed: list[Owed]
    names: dict[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Made:
    """One computed draft."""

    payer_id: str
    payee_id: str
    currency: str
    legal_entity_id: str
    settlement: dict[str, Any]
    digest: str


def draft_statements(session: Session, period_id: str, now: datetime) -> Period:
    """Read, compute and store the drafts of a period in one go; a job does the three in turn."""
    plan = read_plan(session, period_id)
    return store_drafts(session, plan, list(drafts(plan)), now) if plan else session.get_one(Period, period_id)


def read_plan(session: Session, period_id: str) -> Plan | None:
    """Read what a closed period is computed from; None where it is open again or issued already."""
    period = session.get_one(Period, period_id)
    if period.state not in (PeriodState.CLOSING, PeriodState.DRAFTED):
        return None
    partnership = session.get_one(Partnership, period.partnership_id)
    span = span_of(session, period)
    found = cases(session, span)
    owed = pairs(session, period, found, _entries_before(session, period))
    heading = Heading(
        partnership.id, partnership.name, period.label, period.starts_at, period.ends_at, partnership.timezone,
        span.reach.watermark,
    )  # fmt: skip
    ids = {party["partner"] for case in found for terms in case.terms for party in terms.document["parties"]}
    ids |= {party for case in found for sold in case.earlier.values() for party, _ in sold.remaining}
    ids |= {side.partner for each in owed for side in (each.pair.payer, each.pair.payee)}
    return Plan(period.id, heading, period.entry_watermark or 0, found, owed, names_of(session, ids))


def drafts(plan: Plan, alive: Callable[[], None] = lambda: None) -> Iterator[Made]:
    """Compute the drafts of a plan one by one: pure, and the part that takes long; ``alive`` is called in between."""
    settled: dict[tuple[str, str], tuple[Case, Settled]] = {}
    for case in plan.cases:
        settled[case.payer_id, case.currency] = (case, settle_case(case))
        alive()
    for each in plan.owed:
        pair = each.pair
        key = (pair.payer.partner, pair.currency)
        case, result = settled.get(key, (Case(*key), Settled([], [], [])))
        parties = _parties(plan, case, pair.payer.partner, pair.payee.partner)
        document = settlement(plan.heading, pair, parties, case.terms, result)
        alive()
        yield Made(*key[:1], pair.payee.partner, key[1], each.legal_entity_id, document, digest_of(document))


def settle_case(case: Case) -> Settled:
    """Return the settlement of all that one payer owes in one currency."""
    return settle([agreed(terms.document) for terms in case.terms], case.conversions, case.refunds, case.earlier)


def store_drafts(session: Session, plan: Plan, made: Sequence[Made], now: datetime) -> Period:
    """Replace the drafts of a period, as long as nobody has approved any; with nothing to settle it is issued at once.

    A plan that was read before the period was opened and closed again changes nothing.
    """
    period: Period = locked(session)(Period, plan.period_id)
    current = (period.watermark, period.entry_watermark) == (plan.heading.watermark, plan.entry_watermark)
    approved = session.scalar(select(Approval.id).where(Approval.period_id == period.id).limit(1))
    if period.state not in (PeriodState.CLOSING, PeriodState.DRAFTED) or not current or approved:
        return period
    session.execute(delete(Draft).where(Draft.period_id == period.id))
    session.add_all(_draft(period.id, each, now) for each in made)
    before, period.state = period.state.value, PeriodState.DRAFTED if made else PeriodState.ISSUED
    after = {"state": period.state.value, "drafts": digest_of(sorted(each.digest for each in made))}
    audit.record(session, None, "draft_statements", period, now, {"state": before}, after)
    return period


def _entries_before(session: Session, period: Period) -> int:
    """Return the last journal number that the period before has read."""
    return session.scalar(
        select(Period.entry_watermark)
        .where(Period.partnership_id == period.partnership_id, Period.starts_at < period.starts_at)
        .order_by(Period.starts_at.desc()).limit(1)
    ) or 0  # fmt: skip


def _parties(plan: Plan, case: Case, payer: str, payee: str) -> list[dict[str, str]]:
    """Return who shares with the payee in what it is shown, by id; nobody of an agreement that it is not in."""
    groups = [{party["partner"] for party in terms.document["parties"]} for terms in case.terms]
    groups += [{party for party, _ in sold.remaining} for sold in case.earlier.values()]
    seen = {payer, payee}.union(*(group for group in groups if payee in group))
    return [{"partner": each, "name": plan.names[each][0], "name_zh": plan.names[each][1]} for each in sorted(seen)]


def _draft(period_id: str, made: Made, now: datetime) -> Draft:
    totals = made.settlement["totals"]
    return Draft(
        period_id=period_id, payer_id=made.payer_id, payee_id=made.payee_id, currency=made.currency,
        legal_entity_id=made.legal_entity_id, earned_minor=totals["earned"],
        reversed_minor=totals["reversed_now"] + totals["reversed_earlier"], closing_minor=totals["closing"],
        totals=totals, settlement=made.settlement, digest=made.digest, created_at=now,
    )  # fmt: skip
