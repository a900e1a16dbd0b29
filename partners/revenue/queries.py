"""Reads of revenue: one month, the ledger, what waits for the actor.

Months are listed in ``month_queries``, statements in ``statement_queries``, pending shares in ``pending_queries``.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from partners.directory import policy
from partners.directory.accounts.models import User
from partners.directory.cards import PartnerName, Waiting, WaitingKind
from partners.directory.models import Partnership
from partners.directory.policy import Action, Actor
from partners.directory.queries import names_of, own_partnership, partner_ids_in
from partners.errors import NotFound
from partners.ledger import queries as books
from partners.ledger.balance import EntryLine
from partners.referrals.models import Evidence, EvidenceKind
from partners.revenue.cards import (
    AccountCard,
    ApprovalCard,
    Control,
    DraftCard,
    EntryCard,
    LedgerPage,
    MonthState,
    Payment,
    PeriodLine,
    PeriodPage,
    PostingCard,
    Totals,
    WaitsFor,
)
from partners.revenue.case_queries import Reach, Span, in_span, terms_authors
from partners.revenue.models import Approval, Draft, Period
from partners.revenue.month_queries import months_of, periods
from partners.revenue.months import bounds
from partners.revenue.pending_queries import pending, settled_by_party
from partners.revenue.period_queries import drafts_digest, sells_in, span_of
from partners.revenue.statement_queries import (
    statement_document,
    statement_id_of,
    statement_page,
    statements,
    statements_of_period,
)

__all__ = [
    "ledger", "pending", "period_id_of", "period_page", "periods", "settled_by_party", "statement_document",
    "statement_id_of", "statement_page", "statements", "waiting_for",
]  # fmt: skip

CLOSE_WITHIN, APPROVE_WITHIN = timedelta(days=10), timedelta(days=5)
"""How long after its end a month may wait to be closed, and its drafts to be approved, before they are overdue."""

_ALWAYS = (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))


def period_id_of(session: Session, actor: Actor, partnership_id: str, label: str) -> str:
    """Return what the page of a month takes; a month that was never closed has an address, too."""
    policy.require(actor, Action.READ)
    own_partnership(session, actor, partnership_id)
    found = session.scalar(select(Period.id).where(Period.partnership_id == partnership_id, Period.label == label))
    return found or f"{partnership_id}-{label}"


def period_page(session: Session, actor: Actor, period_id: str, now: datetime) -> PeriodPage:
    """Return one month; drafts only of what the actor's partner pays or is paid. NotFound for who is not in it."""
    policy.require(actor, Action.READ)
    period = session.get(Period, period_id)
    partnership_id, _, label = (period.partnership_id, "", period.label) if period else period_id.partition("-")
    partnership = own_partnership(session, actor, partnership_id)
    period = period or session.scalar(
        select(Period).where(Period.partnership_id == partnership_id, Period.label == label)
    )
    lines = {line.label: line for line in months_of(session, actor, [partnership], now)}
    if label not in lines:
        raise NotFound()
    return _page(session, actor, partnership, period, lines[label], lines.values())


def ledger(session: Session, actor: Actor, partnership_id: str, label: str, now: datetime) -> LedgerPage:
    """Return the actor's own accounts and their entries over a month; an empty label is all time."""
    partnership = own_partnership(session, actor, partnership_id)
    since, until = bounds(label, partnership.timezone) if label else _ALWAYS
    named = names_of(session, partner_ids_in(session, partnership_id))
    names = {partner_id: PartnerName(partner_id, *both) for partner_id, both in named.items()}
    accounts = books.balances(session, actor, partnership_id, since, until)
    entries = books.entries(session, actor, partnership_id, since, until)
    return LedgerPage(
        partnership_id=partnership.id, partnership=partnership.name, timezone=partnership.timezone, label=label,
        labels=tuple(line.label for line in reversed(months_of(session, actor, [partnership], now))),
        accounts=tuple(
            AccountCard(
                a.kind, names[a.owner_id], names[a.counterparty_id], a.currency, a.opening_minor, a.debit_minor,
                a.credit_minor, a.closing_minor,
            )
            for a in accounts
        ),
        entries=tuple(
            EntryCard(e.seq, e.text, e.posted_at, e.digest, tuple(_posting(line, names) for line in e.lines))
            for e in entries
        ),
    )  # fmt: skip


def waiting_for(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """Return the months that the actor may close or approve and the statements that it is to pay; finance only."""
    if not policy.may(actor, Action.CLOSE_PERIODS):
        return []
    found = []
    for line in periods(session, actor, now):
        name = f"{line.name}, {line.label}"
        if line.waits_for == WaitsFor.CLOSE:
            due = (line.ends_at + CLOSE_WITHIN).date()
            found.append(Waiting(WaitingKind.CLOSE_PERIOD, name, (), line.since, line.id, due))
        if line.waits_for == WaitsFor.OWN_APPROVAL and not _refused(session, actor, session.get_one(Period, line.id)):
            due = (line.since + APPROVE_WITHIN).date()
            found.append(Waiting(WaitingKind.APPROVE_DRAFTS, name, (), line.since, line.id, due))
    for card in statements(session, actor):
        if card.payer.id == actor.partner_id and card.state == Payment.DUE:
            with_names = (card.payee.name,)
            found.append(
                Waiting(WaitingKind.PAY_STATEMENT, card.number, with_names, card.issued_at, card.id, card.due_on)
            )
    return found


def _page(
    session: Session, actor: Actor, partnership: Partnership, period: Period | None, line: PeriodLine,
    lines: Collection[PeriodLine],
) -> PeriodPage:  # fmt: skip
    starts_at, ends_at = bounds(line.label, partnership.timezone)
    is_closed = period is not None and line.state in (MonthState.CLOSING, MonthState.DRAFTED, MonthState.ISSUED)
    drafts = _drafts(session, actor, period.id) if period else []
    approvals = _approvals(session, period.id) if period else []
    own = tuple(card for card in drafts if card.payer.id == actor.partner_id)
    is_first = line.label == min(each.label for each in lines)
    may_act = policy.may(actor, Action.CLOSE_PERIODS)
    return PeriodPage(
        id=line.id, partnership_id=partnership.id, partnership=partnership.name, timezone=partnership.timezone,
        label=line.label, starts_at=starts_at, ends_at=ends_at, state=line.state, waits_for=line.waits_for,
        waits_names=line.waits_names,
        next_label=next((each.label for each in lines if each.state != MonthState.ISSUED), ""),
        watermark=period.watermark or 0 if period else 0, closed_by=_name_of(session, period),
        closed_at=period.closed_at if period else None,
        may_close=may_act and line.waits_for == WaitsFor.CLOSE,
        may_reopen=may_act and not approvals and line.state in (MonthState.CLOSING, MonthState.DRAFTED)
        and sells_in(session, actor.partner_id, partnership.id),
        own_digest=drafts_digest(session, period.id, actor.partner_id) if period and own else "",
        refused=_refused(session, actor, period) if period and own else "",
        own_drafts=own, due_drafts=tuple(card for card in drafts if card.payee.id == actor.partner_id),
        approvals=tuple(approvals),
        statements=tuple(statements_of_period(session, actor, period.id)) if period and is_closed else (),
        controls=tuple(_controls(session, actor, _span(session, partnership, period, line.label, is_first))),
    )  # fmt: skip


def _span(session: Session, partnership: Partnership, period: Period | None, label: str, is_first: bool) -> Span:
    """Return the evidence of a month: as it was closed, or as it would be if it and those before it were closed now."""
    if period is not None and period.watermark is not None:
        return span_of(session, period)
    starts_at, ends_at = bounds(label, partnership.timezone)
    before = session.scalar(
        select(Period).where(
            Period.partnership_id == partnership.id, Period.ends_at == starts_at, Period.watermark.is_not(None)
        )
    )
    watermark = before.watermark if before and before.watermark is not None else partnership.last_seq
    earlier = None if is_first else Reach(starts_at, watermark)
    return Span(partnership.id, Reach(ends_at, partnership.last_seq), earlier)


def _drafts(session: Session, actor: Actor, period_id: str) -> list[DraftCard]:
    rows = session.execute(
        select(Draft.id, Draft.payer_id, Draft.payee_id, Draft.currency, Draft.digest, Draft.totals)
        .where(
            Draft.period_id == period_id,
            (Draft.payer_id == actor.partner_id) | (Draft.payee_id == actor.partner_id),
        )
        .order_by(Draft.currency, Draft.payee_id)
    ).all()  # fmt: skip
    named = names_of(session, {partner_id for row in rows for partner_id in (row.payer_id, row.payee_id)})
    names = {partner_id: PartnerName(partner_id, *both) for partner_id, both in named.items()}
    return [
        DraftCard(row.id, names[row.payer_id], names[row.payee_id], row.currency, row.digest, Totals(**row.totals))
        for row in rows
    ]


def _approvals(session: Session, period_id: str) -> list[ApprovalCard]:
    rows = session.execute(
        select(Approval.id, Approval.payer_id, User.name, Approval.approved_at)
        .join(User, User.id == Approval.user_id).where(Approval.period_id == period_id).order_by(Approval.approved_at)
    ).all()  # fmt: skip
    names = names_of(session, {row.payer_id for row in rows})
    return [ApprovalCard(r.id, PartnerName(r.payer_id, *names[r.payer_id]), r.name, r.approved_at) for r in rows]


def _refused(session: Session, actor: Actor, period: Period) -> str:
    """Return why the actor may not approve drafts of a period: role, preparer, author, or "" where it may."""
    if not policy.may(actor, Action.CLOSE_PERIODS):
        return "role"
    if actor.user_id == period.closed_by:
        return "preparer"
    return "author" if actor.user_id in terms_authors(session, span_of(session, period)) else ""


def _controls(session: Session, actor: Actor, span: Span) -> list[Control]:
    """Return counts and sums of what the actor's partner reported into a span, by currency."""
    rows = session.execute(
        select(Evidence.currency, Evidence.kind, func.count(), cast(func.sum(Evidence.gross_minor), BigInteger))
        .where(in_span(span, Evidence, Evidence), Evidence.merchant_id == actor.partner_id)
        .group_by(Evidence.currency, Evidence.kind)
    )
    sums: dict[str, dict[EvidenceKind, tuple[int, int]]] = {}
    for currency, kind, count, gross in rows:
        sums.setdefault(currency, {})[kind] = (count, gross)
    none = (0, 0)
    return [
        Control(currency, *by.get(EvidenceKind.CONVERSION, none), *by.get(EvidenceKind.REFUND, none))
        for currency, by in sorted(sums.items())
    ]


def _name_of(session: Session, period: Period | None) -> str:
    found = session.get(User, period.closed_by) if period and period.closed_by else None
    return found.name if found else ""


def _posting(line: EntryLine, names: dict[str, PartnerName]) -> PostingCard:
    return PostingCard(line.kind, names[line.owner], line.currency, line.minor)
