"""Issuing statements: one transaction takes the numbers, inserts statements and earnings, posts to the ledger and emits
the events, or leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.orm import Session

from partners import audit, outbox
from partners.database import locked, new_id
from partners.digest import digest_of
from partners.directory.accounts.models import User
from partners.directory.models import LegalEntity, Partnership
from partners.directory.policy import Actor
from partners.errors import Conflict
from partners.ledger.models import AccountKind
from partners.ledger.services import post_entry
from partners.revenue.bundle import payment_days, statement
from partners.revenue.case_queries import cases
from partners.revenue.draft_services import settle_case
from partners.revenue.models import Approval, Draft, Earning, NumberSeries, Period, PeriodState, Statement
from partners.revenue.period_queries import drafts_digest, span_of
from partners.revenue.settle import Settled

_ROWS = 10_000
"""Earning rows in one insert: the quickest batch of those measured."""


class DraftsDiffer(Conflict):
    """What was approved is not what the evidence gives now, so nothing was issued. Ask the operator to look at it."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Approved drafts, and by currency the settlement whose rows become earnings."""

    drafts: tuple[Draft, ...]
    settled: dict[str, Settled]


def prepare_issue(session: Session, approval_id: str) -> Prepared:
    """Read the approved drafts and settle the evidence once more; everything read here can no longer change.

    Nothing is left to prepare where the statements have been issued already.

    Raises:
        DraftsDiffer: drafts, approval and evidence do not agree.
    """
    approval = session.get_one(Approval, approval_id)
    found = _drafts_of(session, approval)
    if not found:
        return Prepared((), {})
    if any(digest_of(draft.settlement) != draft.digest for draft in found):
        raise DraftsDiffer()
    period = session.get_one(Period, approval.period_id)
    mine = [case for case in cases(session, span_of(session, period)) if case.payer_id == approval.payer_id]
    prepared = Prepared(tuple(found), {case.currency: settle_case(case) for case in mine})
    for draft in found:
        if _amounts(prepared.settled.get(draft.currency), draft.payee_id) != (draft.earned_minor, draft.reversed_minor):
            raise DraftsDiffer()
    return prepared


def issue_statements(
    session: Session, approval_id: str, now: datetime, prepared: Prepared | None = None
) -> list[Statement]:
    """Issue every statement that an approval covers, in the caller's one transaction; a second run changes nothing.

    Args:
        prepared: what ``prepare_issue`` returned; None reads and settles within this transaction.

    Raises:
        DraftsDiffer: drafts, approval and evidence do not agree.
    """
    approval = session.get_one(Approval, approval_id)
    period: Period = locked(session)(Period, approval.period_id)
    mine = (Statement.period_id == period.id, Statement.payer_id == approval.payer_id)
    issued = session.scalars(select(Statement).where(*mine)).all()
    if issued:
        return list(issued)
    prepared = prepared or prepare_issue(session, approval_id)
    if drafts_digest(session, period.id, approval.payer_id) != approval.digest:
        raise DraftsDiffer()
    made = _issued(session, period, approval, prepared.drafts, now)
    for result in prepared.settled.values():
        _insert_earnings(session, period.id, approval.payer_id, result)
    behalf = Actor(approval.user_id, "", approval.payer_id, "finance")
    for each in made:
        outbox.emit(session, "statement.issued", each, behalf, now)
    session.execute(delete(Draft).where(Draft.period_id == period.id, Draft.payer_id == approval.payer_id))
    if not session.scalar(select(Draft.id).where(Draft.period_id == period.id).limit(1)):
        period.state = PeriodState.ISSUED
        audit.record(session, None, "issue_period", period, now, {"state": "drafted"}, {"state": "issued"})
    return made


def _drafts_of(session: Session, approval: Approval) -> Sequence[Draft]:
    return session.scalars(
        select(Draft).where(Draft.period_id == approval.period_id, Draft.payer_id == approval.payer_id)
        .order_by(Draft.currency, Draft.payee_id)
    ).all()  # fmt: skip


def _amounts(result: Settled | None, payee_id: str) -> tuple[int, int]:
    """Return what a payee earned and what was taken back from it, both from the rows."""
    if result is None:
        return 0, 0
    earned = sum(minor for _, party, minor in _earned_rows(result) if party == payee_id)
    return earned, sum(minor for each in result.reversals for party, minor in each.taken if party == payee_id)


def _issued(
    session: Session, period: Period, approval: Approval, found: Sequence[Draft], now: datetime
) -> list[Statement]:
    """Number, post and insert the statements; the ledger is locked before the audit log, here as everywhere."""
    zone = ZoneInfo(session.get_one(Partnership, period.partnership_id).timezone)
    today = now.astimezone(zone).date()
    made = [_statement(session, period, draft, today, now) for draft in found]
    for each in made:
        _post(session, each, now)
    event = audit.record(
        session, None, "issue_statements", approval, now, None,
        {each.number: draft.digest for each, draft in zip(made, found, strict=True)},
    )  # fmt: skip
    prepared = (session.get_one(User, period.closed_by).name, period.closed_at or now)
    approved = (session.get_one(User, approval.user_id).name, approval.approved_at)
    for each, draft in zip(made, found, strict=True):
        each.document = statement(
            draft.settlement, draft.digest, each.number, now, each.due_on, prepared, approved, (event.seq, event.digest)
        )
        each.digest = digest_of(each.document)
    session.add_all(made)
    session.flush()
    return made


def _statement(session: Session, period: Period, draft: Draft, today: date, now: datetime) -> Statement:
    totals = draft.settlement["totals"]
    number, ordinal = _next_number(session, draft.legal_entity_id, today.year)
    return Statement(
        id=new_id(), number=number, legal_entity_id=draft.legal_entity_id, year=today.year, ordinal=ordinal,
        partnership_id=period.partnership_id, period_id=period.id, payer_id=draft.payer_id, payee_id=draft.payee_id,
        currency=draft.currency, opening_minor=totals["opening"], earned_minor=draft.earned_minor,
        reversed_minor=draft.reversed_minor, paid_minor=totals["paid"], closing_minor=draft.closing_minor,
        issued_at=now, due_on=today + timedelta(days=payment_days(draft.settlement)),
    )  # fmt: skip


def _next_number(session: Session, legal_entity_id: str, year: int) -> tuple[str, int]:
    """Take the next number of a legal entity's series; a transaction that fails gives it back."""
    entity = locked(session)(LegalEntity, legal_entity_id)  # so that a new year's series is begun once
    series = locked(session)(NumberSeries, (legal_entity_id, year))
    if series is None:
        series = NumberSeries(legal_entity_id=legal_entity_id, year=year, last=0)
        session.add(series)
    series.last += 1
    session.flush()
    return f"{entity.code}-{year}-{series.last:04d}", series.last


def _post(session: Session, made: Statement, now: datetime) -> None:
    net = made.earned_minor - made.reversed_minor
    if not net:
        return
    payer, payee, currency = made.payer_id, made.payee_id, made.currency
    post_entry(
        session, made.partnership_id, f"statement:{made.id}:issue", f"Statement {made.number}",
        [(AccountKind.SHARE_EXPENSE, payer, payee, currency, net), (AccountKind.PAYABLE, payee, payer, currency, -net)],
        now,
    )  # fmt: skip


def _insert_earnings(session: Session, period_id: str, payer_id: str, result: Settled) -> None:
    """Insert one row for every event and party, zeros too: so the unique key proves that no event is settled twice."""
    rows = (
        {
            "period_id": period_id, "evidence_id": evidence, "conversion_id": sale, "payer_id": payer_id,
            "payee_id": party, "amount_minor": minor,
        }
        for evidence, sale, party, minor in _earning_rows(result)
    )  # fmt: skip
    while batch := list(islice(rows, _ROWS)):
        session.execute(insert(cast(Table, Earning.__table__)), batch)


def _earning_rows(result: Settled) -> Iterator[tuple[int, int, str, int]]:
    for evidence, party, minor in _earned_rows(result):
        yield evidence, evidence, party, minor
    for each in result.reversals:
        for party, minor in each.taken:
            yield each.refund.evidence_id, each.before.evidence_id, party, -minor


def _earned_rows(result: Settled) -> Iterator[tuple[int, str, int]]:
    for pool in result.pools:
        for party, rows in zip(pool.parties, pool.rows, strict=True):
            for position, minor in zip(pool.lines, rows, strict=True):
                yield result.conversions[position].evidence_id, party, minor
