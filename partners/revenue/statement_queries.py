"""Reads of statements and payouts; only the payer and the payee of a statement see it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from partners.directory import policy
from partners.directory.accounts.models import User
from partners.directory.cards import PartnerName
from partners.directory.models import Partnership
from partners.directory.policy import Action, Actor
from partners.directory.queries import names_of
from partners.errors import NotFound
from partners.revenue.cards import Payment, PayoutCard, StatementCard, StatementPage
from partners.revenue.models import Payout, Period, Statement


def statements(session: Session, actor: Actor) -> list[StatementCard]:
    """Return every statement that the actor's partner pays or is paid by, newest first."""
    policy.require(actor, Action.READ)
    return _cards(session, _own(actor))


def statements_of_period(session: Session, actor: Actor, period_id: str) -> list[StatementCard]:
    """Return the actor's statements of one period, newest first."""
    policy.require(actor, Action.READ)
    chains = select(Statement.partnership_id).where(Statement.period_id == period_id)
    found = _cards(session, _own(actor) & Statement.partnership_id.in_(chains))
    return [card for card in found if card.period_id == period_id]


def statement_page(session: Session, actor: Actor, statement_id: str) -> StatementPage:
    """Return one statement with its payouts; NotFound for who is neither payer nor payee."""
    policy.require(actor, Action.READ)
    row = _own_statement(session, actor, statement_id)
    chain = _cards(session, _same_chain(row))
    place = next(number for number, card in enumerate(chain) if card.id == row.id)
    card = chain[place]
    payouts = session.execute(
        select(Payout, User.name).join(User, User.id == Payout.recorded_by)
        .where(Payout.statement_id == row.id).order_by(Payout.entry_seq)
    )  # fmt: skip
    return StatementPage(
        card=card,
        payouts=tuple(PayoutCard(p.amount_minor, p.paid_on, p.reference, name, p.recorded_at) for p, name in payouts),
        follower=chain[place - 1] if place else None,
        may_pay=row.payer_id == actor.partner_id and policy.may(actor, Action.RECORD_PAYOUTS)
        and card.outstanding_minor > 0,
    )  # fmt: skip


def statement_document(session: Session, actor: Actor, statement_id: str) -> dict[str, Any]:
    """Return the document of a statement; NotFound for who is neither payer nor payee."""
    policy.require(actor, Action.READ)
    return _own_statement(session, actor, statement_id).document


def statement_id_of(session: Session, actor: Actor, number: str) -> str:
    """Return the id of the statement with that number, within what the actor may see."""
    policy.require(actor, Action.READ)
    found = session.scalar(select(Statement.id).where(_own(actor), Statement.number == number))
    if found is None:
        raise NotFound()
    return found


def _own(actor: Actor) -> ColumnElement[bool]:
    return or_(Statement.payer_id == actor.partner_id, Statement.payee_id == actor.partner_id)


def _own_statement(session: Session, actor: Actor, statement_id: str) -> Statement:
    found = session.scalar(select(Statement).where(Statement.id == statement_id, _own(actor)))
    if found is None:
        raise NotFound()
    return found


def _same_chain(row: Statement) -> ColumnElement[bool]:
    return (
        (Statement.partnership_id == row.partnership_id) & (Statement.payer_id == row.payer_id)
        & (Statement.payee_id == row.payee_id) & (Statement.currency == row.currency)
    )  # fmt: skip


def _cards(session: Session, condition: ColumnElement[bool]) -> list[StatementCard]:
    """Return statements with what is left to pay on each, newest first; a whole chain must be within the condition."""
    rows = session.execute(
        select(
            Statement.id, Statement.number, Statement.partnership_id, Partnership.name, Statement.period_id,
            Period.label, Period.entry_watermark, Statement.payer_id, Statement.payee_id, Statement.currency,
            Statement.closing_minor, Statement.issued_at, Statement.due_on, Statement.digest,
        )
        .join(Period, Period.id == Statement.period_id).join(Partnership, Partnership.id == Statement.partnership_id)
        .where(condition).order_by(Period.starts_at.desc(), Statement.number.desc())
    ).all()  # fmt: skip
    payouts = _payouts_by_chain(session, condition)
    names = _names(session, rows)
    follows: dict[tuple[str, ...], int] = {}
    found = []
    for row in rows:
        chain = (row.partnership_id, row.payer_id, row.payee_id, row.currency)
        until = follows.get(chain)
        paid = sum(
            amount for seq, amount in payouts.get(chain, ())
            if seq > row.entry_watermark and (until is None or seq <= until)
        )  # fmt: skip
        follows[chain] = row.entry_watermark
        found.append(_card(row, names, paid, until is None))
    return found


def _payouts_by_chain(session: Session, condition: ColumnElement[bool]) -> dict[tuple[str, ...], list[tuple[int, int]]]:
    found: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for *chain, seq, amount in session.execute(
        select(
            Statement.partnership_id, Statement.payer_id, Statement.payee_id, Statement.currency, Payout.entry_seq,
            Payout.amount_minor,
        )
        .join(Statement, Statement.id == Payout.statement_id).where(condition)
    ):  # fmt: skip
        found.setdefault(tuple(chain), []).append((seq, amount))
    return found


def _names(session: Session, rows: Iterable[Any]) -> dict[str, PartnerName]:
    ids = {partner_id for row in rows for partner_id in (row.payer_id, row.payee_id)}
    return {partner_id: PartnerName(partner_id, *names) for partner_id, names in names_of(session, ids).items()}


def _card(row: Any, names: dict[str, PartnerName], paid: int, is_newest: bool) -> StatementCard:
    left = max(row.closing_minor - paid, 0)
    if row.closing_minor <= 0:
        state = Payment.NOTHING
    elif not left:
        state = Payment.PAID
    else:
        state = Payment.DUE if is_newest else Payment.CARRIED
    return StatementCard(
        id=row.id, number=row.number, partnership_id=row.partnership_id, partnership=row.name,
        period_id=row.period_id, period=row.label, payer=names[row.payer_id], payee=names[row.payee_id],
        currency=row.currency, closing_minor=row.closing_minor, outstanding_minor=left if is_newest else 0,
        state=state.value, issued_at=row.issued_at, due_on=row.due_on, digest=row.digest,
    )  # fmt: skip
