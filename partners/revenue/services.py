"""The life of a period: closing it, opening it again, approving its drafts, recording that a statement was paid.

The drafts are made in ``draft_services`` and the statements in ``issue_services``, by jobs.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from partners import audit, outbox
from partners.database import beyond_tenant, locked
from partners.directory import policy
from partners.directory.models import Partnership
from partners.directory.policy import Action, Actor
from partners.directory.queries import own_partnership
from partners.errors import Conflict, Invalid, NotAllowed, NotFound
from partners.ledger.models import AccountKind
from partners.ledger.queries import outstanding
from partners.ledger.services import locked_head, post_entry
from partners.money import to_decimal
from partners.revenue.case_queries import terms_authors
from partners.revenue.draft_services import draft_statements
from partners.revenue.issue_services import issue_statements
from partners.revenue.models import Approval, Draft, Payout, Period, PeriodState, Statement
from partners.revenue.months import bounds, following
from partners.revenue.period_queries import drafts_digest, next_label, sells_in, span_of

__all__ = [
    "approve_drafts", "close_period", "draft_statements", "issue_statements", "record_payout", "reopen_period",
]  # fmt: skip


class OnlyMerchantsClose(NotAllowed):
    """Only a party that sells can close a period of this partnership."""


class PeriodNotOver(Conflict):
    """The month {label} is not over yet. Close it from {first_day} on."""


class PeriodOutOfOrder(Conflict):
    """Periods close in order. The next one to close is {label}."""


class NothingToClose(Conflict):
    """No conversion has been reported yet, so there is no period to close."""


class EarlierPeriodWaits(Conflict):
    """The period {label} is not issued yet. Finish it first."""


class PeriodClosed(Conflict):
    """This period is closed already."""


class PeriodApproved(Conflict):
    """A payer has approved its drafts, so the period cannot be opened again. Correct it in the next period."""


class NotYetDrafted(Conflict):
    """The drafts of this period are still being computed. Wait a moment and look again."""


class DraftsChanged(Conflict):
    """The drafts are not the ones you looked at. Look at them again, then approve."""


class AlreadyApproved(Conflict):
    """These drafts are approved already."""


class PreparerMayNotApprove(NotAllowed):
    """You closed this period, so somebody else must approve it."""


class AuthorMayNotSettle(NotAllowed):
    """You wrote the terms that this settles, so somebody else must prepare and approve it."""


class PayoutNotPositive(Invalid):
    """A payment is more than zero."""


class PayoutTooLarge(Invalid):
    """At most {outstanding} {currency} is outstanding between payer and payee."""


class PayoutInFuture(Invalid):
    """The day of a payment is not in the future."""


class ReferenceMissing(Invalid):
    """Write the bank's reference, so that the payee can find the payment."""


class ReferenceTaken(Invalid):
    """A payment with the reference {reference} is recorded for this statement already."""


def close_period(session: Session, actor: Actor, partnership_id: str, label: str, now: datetime) -> Period:
    """Lock a month at a watermark for all its payers; drafts are computed afterwards.

    Raises:
        MonthUnreadable, PeriodNotOver, PeriodOutOfOrder, EarlierPeriodWaits, PeriodClosed, NothingToClose: as said.
        OnlyMerchantsClose, AuthorMayNotSettle: another person must close it.
    """
    policy.require(actor, Action.CLOSE_PERIODS)
    own_partnership(session, actor, partnership_id)
    starts_at, ends_at = _closable(session, actor, partnership_id, label, now)
    watermark = session.get_one(Partnership, partnership_id).last_seq
    entry_watermark = locked_head(session).seq  # a payout posted from here on is the next period's
    period = session.scalar(select(Period).where(Period.partnership_id == partnership_id, Period.label == label))
    if period is None:
        period = Period(partnership_id=partnership_id, label=label, starts_at=starts_at, ends_at=ends_at)
        session.add(period)
    period.state, period.closed_by, period.closed_at = PeriodState.CLOSING, actor.user_id, now
    period.watermark, period.entry_watermark = watermark, entry_watermark
    session.flush()
    if actor.user_id in terms_authors(session, span_of(session, period)):
        raise AuthorMayNotSettle()
    audit.record(
        session, actor, "close_period", period, now, {"state": "open"},
        {"state": "closing", "label": label, "watermark": period.watermark, "entries": period.entry_watermark},
    )  # fmt: skip
    outbox.emit(session, "period.closed", period, actor, now)
    return period


def reopen_period(session: Session, actor: Actor, period_id: str, now: datetime) -> Period:
    """Open a closed period again and drop its drafts; possible until the first payer has approved."""
    policy.require(actor, Action.CLOSE_PERIODS)
    period = _own_period(session, actor, period_id)
    _check_merchant(session, actor, period.partnership_id)
    if period.state not in (PeriodState.CLOSING, PeriodState.DRAFTED) or session.scalar(
        select(Approval.id).where(Approval.period_id == period.id).limit(1)
    ):
        raise PeriodApproved()
    before = {"state": period.state.value, "watermark": period.watermark}
    with beyond_tenant(session):  # the period is the partnership's: the drafts of every payer go
        session.execute(delete(Draft).where(Draft.period_id == period.id))
    period.state = PeriodState.OPEN
    period.watermark = period.entry_watermark = period.closed_by = period.closed_at = None
    audit.record(session, actor, "reopen_period", period, now, before, {"state": "open"})
    return period


def approve_drafts(session: Session, actor: Actor, period_id: str, digest: str, now: datetime) -> Approval:
    """Approve all drafts of the actor's partner in a period, by the digest that was shown; issuing follows as a job.

    Raises:
        NotFound: the partner owes nothing in this period.
        PreparerMayNotApprove, AuthorMayNotSettle: a second person must approve.
        DraftsChanged, AlreadyApproved, NotYetDrafted: what it says.
    """
    policy.require(actor, Action.CLOSE_PERIODS)
    period = _own_period(session, actor, period_id)
    if period.state == PeriodState.CLOSING:
        raise NotYetDrafted()
    mine = (Approval.period_id == period.id, Approval.payer_id == actor.partner_id)
    if session.scalar(select(Approval.id).where(*mine)):
        raise AlreadyApproved()
    if digest != drafts_digest(session, period.id, actor.partner_id):
        raise DraftsChanged()
    if actor.user_id == period.closed_by:
        raise PreparerMayNotApprove()
    if actor.user_id in terms_authors(session, span_of(session, period)):
        raise AuthorMayNotSettle()
    approval = Approval(
        period_id=period.id, payer_id=actor.partner_id, digest=digest, user_id=actor.user_id, approved_at=now
    )
    session.add(approval)
    audit.record(session, actor, "approve_drafts", approval, now, None, {"period": period.id, "digest": digest})
    outbox.emit(session, "drafts.approved", approval, actor, now)
    return approval


def record_payout(
    session: Session, actor: Actor, statement_id: str, amount_minor: int, paid_on: date, reference: str, now: datetime
) -> Payout:
    """Write down that the payer has paid, at most what is outstanding on the books; the next statement shows it.

    Raises:
        NotFound: the actor's partner is not the payer.
        PayoutNotPositive, PayoutTooLarge, PayoutInFuture, ReferenceMissing, ReferenceTaken: what it says.
    """
    policy.require(actor, Action.RECORD_PAYOUTS)
    statement = session.scalar(
        select(Statement).where(Statement.id == statement_id, Statement.payer_id == actor.partner_id)
    )
    if statement is None:
        raise NotFound()
    reference = " ".join(reference.split())
    head = locked_head(session)  # two payouts at once would both find the same amount outstanding
    _check_payout(session, statement, amount_minor, paid_on, reference, now)
    payout = Payout(
        statement_id=statement.id, amount_minor=amount_minor, paid_on=paid_on, reference=reference,
        entry_seq=head.seq + 1, recorded_by=actor.user_id, recorded_at=now,
    )  # fmt: skip
    session.add(payout)
    session.flush()
    payer, payee, currency = statement.payer_id, statement.payee_id, statement.currency
    post_entry(
        session, statement.partnership_id, f"payout:{payout.id}", f"Payout of {statement.number}, {reference}"[:120],
        [(AccountKind.PAYABLE, payee, payer, currency, amount_minor),
         (AccountKind.CASH, payer, payee, currency, -amount_minor)], now,
    )  # fmt: skip
    audit.record(
        session, actor, "record_payout", payout, now, None,
        {"statement": statement.number, "amount_minor": amount_minor, "paid_on": paid_on.isoformat(),
         "reference": reference},
    )  # fmt: skip
    return payout


def _closable(
    session: Session, actor: Actor, partnership_id: str, label: str, now: datetime
) -> tuple[datetime, datetime]:
    """Return the bounds of the month, with the partnership locked, or raise why it cannot close."""
    partnership = locked(session)(Partnership, partnership_id)
    _check_merchant(session, actor, partnership_id)
    starts_at, ends_at = bounds(label, partnership.timezone)
    for period in session.scalars(
        select(Period).where(Period.partnership_id == partnership_id, Period.starts_at <= starts_at)
    ):
        if period.label == label and period.state != PeriodState.OPEN:
            raise PeriodClosed()
        if period.label != label and period.state != PeriodState.ISSUED:
            raise EarlierPeriodWaits(label=period.label)
    expected = next_label(session, partnership_id, partnership.timezone)
    if expected is None:
        raise NothingToClose()
    if label != expected:
        raise PeriodOutOfOrder(label=expected)
    if now < ends_at:
        raise PeriodNotOver(label=label, first_day=f"{following(label)}-01")
    return starts_at, ends_at


def _check_merchant(session: Session, actor: Actor, partnership_id: str) -> None:
    if not sells_in(session, actor.partner_id, partnership_id):
        raise OnlyMerchantsClose()


def _own_period(session: Session, actor: Actor, period_id: str) -> Period:
    """Return a period of the actor's partnerships, locked; NotFound for every other."""
    period: Period | None = locked(session)(Period, period_id)
    if period is None:
        raise NotFound()
    own_partnership(session, actor, period.partnership_id)
    return period


def _check_payout(
    session: Session, statement: Statement, amount_minor: int, paid_on: date, reference: str, now: datetime
) -> None:
    if amount_minor <= 0:
        raise PayoutNotPositive()
    if not reference:
        raise ReferenceMissing()
    if paid_on > now.astimezone(ZoneInfo(session.get_one(Partnership, statement.partnership_id).timezone)).date():
        raise PayoutInFuture()
    if session.scalar(select(Payout.id).where(Payout.statement_id == statement.id, Payout.reference == reference)):
        raise ReferenceTaken(reference=reference)
    owed = outstanding(session, statement.partnership_id, statement.payer_id, statement.payee_id, statement.currency)
    if amount_minor > owed:
        raise PayoutTooLarge(outstanding=to_decimal(max(owed, 0), statement.currency), currency=statement.currency)
