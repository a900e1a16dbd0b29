"""Reads of the months of partnerships: every one since the first conversion, where it stands, what it waits for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from partners.campaigns.models import Agreement, Party
from partners.database import beyond_tenant
from partners.directory import policy
from partners.directory.cards import PartnerName
from partners.directory.models import Partnership, PartnershipPartner
from partners.directory.policy import Action, Actor
from partners.directory.queries import names_of
from partners.revenue.cards import MonthState, PeriodLine, WaitsFor
from partners.revenue.models import Approval, Draft, Period, PeriodState
from partners.revenue.months import bounds, following, month_of
from partners.revenue.period_queries import first_evidence


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known of the partnerships at hand: periods by label, first conversions, drafts that nobody approved."""

    periods: dict[str, dict[str, Period]]
    first: dict[str, datetime]
    unapproved: dict[str, dict[str, datetime]]
    names: dict[str, PartnerName]
    sells_in: set[str]


def periods(session: Session, actor: Actor, now: datetime) -> list[PeriodLine]:
    """Return every month of every partnership of the actor's partner, newest first."""
    policy.require(actor, Action.READ)
    side = PartnershipPartner
    rows = session.scalars(
        select(Partnership).join(side, side.partnership_id == Partnership.id)
        .where(side.partner_id == actor.partner_id, side.accepted_at.is_not(None)).order_by(Partnership.name)
    ).all()  # fmt: skip
    found = months_of(session, actor, rows, now)
    return sorted(found, key=lambda line: line.label, reverse=True)


def months_of(session: Session, actor: Actor, rows: Sequence[Partnership], now: datetime) -> list[PeriodLine]:
    """Return every month of partnerships from the first conversion to now, oldest first."""
    facts = _facts(session, actor, [row.id for row in rows])
    return [line for row in rows for line in _months(row, facts, actor, now)]


def _facts(session: Session, actor: Actor, ids: list[str]) -> _Facts:
    found: dict[str, dict[str, Period]] = {}
    for period in session.scalars(select(Period).where(Period.partnership_id.in_(ids))):
        found.setdefault(period.partnership_id, {})[period.label] = period
    unapproved = _unapproved(session, ids)
    named = names_of(session, {payer for payers in unapproved.values() for payer in payers})
    sells_in = session.scalars(
        select(Agreement.partnership_id).join(Party, Party.agreement_id == Agreement.id)
        .where(Agreement.partnership_id.in_(ids), Party.partner_id == actor.partner_id, Party.is_merchant)
    )  # fmt: skip
    names = {partner_id: PartnerName(partner_id, *both) for partner_id, both in named.items()}
    return _Facts(found, first_evidence(session, ids), unapproved, names, set(sells_in))


def _unapproved(session: Session, ids: list[str]) -> dict[str, dict[str, datetime]]:
    """Return, by period, since when which payers have drafts to approve: every party may know who is waited for."""
    unapproved: dict[str, dict[str, datetime]] = {}
    with beyond_tenant(session):
        rows = session.execute(
            select(Draft.period_id, Draft.payer_id, func.min(Draft.created_at))
            .join(Period, Period.id == Draft.period_id)
            .outerjoin(Approval, (Approval.period_id == Draft.period_id) & (Approval.payer_id == Draft.payer_id))
            .where(Period.partnership_id.in_(ids), Approval.id.is_(None)).group_by(Draft.period_id, Draft.payer_id)
        ).all()  # fmt: skip
    for period_id, payer_id, since in rows:
        unapproved.setdefault(period_id, {})[payer_id] = since
    return unapproved


def _months(partnership: Partnership, facts: _Facts, actor: Actor, now: datetime) -> Iterable[PeriodLine]:
    known = facts.periods.get(partnership.id, {})
    first = facts.first.get(partnership.id)
    if not known and first is None:
        return
    label = min([*known, *([month_of(first, partnership.timezone)] if first and not known else [])])
    before_is_issued = True
    while label <= month_of(now, partnership.timezone):
        line = _line(partnership, label, known.get(label), before_is_issued, facts, actor, now)
        yield line
        before_is_issued = line.state == MonthState.ISSUED
        label = following(label)


def _line(
    partnership: Partnership, label: str, period: Period | None, before_is_issued: bool, facts: _Facts, actor: Actor,
    now: datetime,
) -> PeriodLine:  # fmt: skip
    ends_at = bounds(label, partnership.timezone)[1]
    state = _state(period, ends_at, before_is_issued, now)
    waiting = facts.unapproved.get(period.id, {}) if period and state == MonthState.DRAFTED else {}
    waits_for = _waits_for(state, waiting, partnership.id in facts.sells_in, actor)
    return PeriodLine(
        id=period.id if period else f"{partnership.id}-{label}", partnership_id=partnership.id, name=partnership.name,
        label=label, ends_at=ends_at, state=state.value, waits_for=waits_for.value,
        waits_names=tuple(facts.names[payer] for payer in sorted(waiting) if payer != actor.partner_id),
        since=waiting.get(actor.partner_id, ends_at),
    )  # fmt: skip


def _state(period: Period | None, ends_at: datetime, before_is_issued: bool, now: datetime) -> MonthState:
    if period is not None and period.state != PeriodState.OPEN:
        return MonthState(period.state.value)
    if now < ends_at:
        return MonthState.OPEN
    return MonthState.CLOSABLE if before_is_issued else MonthState.WAITING


def _waits_for(state: MonthState, waiting: Mapping[str, datetime], sells: bool, actor: Actor) -> WaitsFor:
    if state == MonthState.CLOSABLE and sells:
        return WaitsFor.CLOSE
    if actor.partner_id in waiting:
        return WaitsFor.OWN_APPROVAL
    return WaitsFor.THEIR_APPROVAL if waiting else WaitsFor.NOTHING
