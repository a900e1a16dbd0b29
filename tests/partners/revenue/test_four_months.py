"""Whatever comes in whatever order over months: everything is settled once, and every balance agrees with the books."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from partners.database import EVERY_TENANT, writing
from partners.ledger.queries import check_ledger, outstanding
from partners.referrals.models import Evidence
from partners.revenue import services
from partners.revenue.models import Earning, Payout, Period, Statement
from partners.revenue.verify import recompute
from tests.cast import Brand
from tests.conftest import NOW
from tests.partners.revenue.books import AFTER, Books, day, open_books


@pytest.mark.parametrize("seed", range(4))
def test_every_event_is_settled_once_and_every_balance_is_the_ledgers(session: Session, seed: int) -> None:
    books = _lived(session, random.Random(seed))

    _check(books)


def test_the_same_on_postgres(postgres_engine: Engine) -> None:
    with writing(postgres_engine, EVERY_TENANT) as session:
        _check(_lived(session, random.Random(99)))


def _lived(session: Session, dice: random.Random) -> Books:
    """Four months of sales, late sales, refunds of all ages, amendments, payments and closings."""
    books = open_books(session, NOW, weights=(50, 30, 20), third=True)
    brands = [books.cast.alder, books.cast.birch]
    left: dict[str, int] = {}
    for month, label in enumerate(AFTER, start=9):
        for number in range(dice.randint(3, 12)):
            order, gross = f"{label}-{number}", dice.randint(0, 30_000)
            merchant = dice.choice(brands).partner.id
            at = day(dice.choice([month, month, max(month - 1, 9)]), dice.randint(1, 28))
            books.sell(order, at, gross, gross - gross // 6, merchant_id=merchant)
            left[order] = gross
        for number in range(dice.randint(0, 8)):
            order = dice.choice(sorted(left))
            part = dice.choice([left[order], dice.randint(0, left[order])])
            left[order] -= part
            books.refund(order, day(dice.choice([month, 9]), dice.randint(1, 28)), part, f"{label}-{number}")
        if dice.random() < 0.5:
            weights = {b.partner.id: dice.randint(1, 9) for b in (*brands, books.cast.cedar)}
            books.amend(weights, f"0.{dice.randint(1, 9)}")
        _settle(books, label, brands, dice)
    return books


def _settle(books: Books, label: str, brands: list[Brand], dice: random.Random) -> None:
    period = books.close(label)
    places = [each.partner.id for each in (books.cast.alder, books.cast.birch, books.cast.cedar)]
    payers = {draft.payer_id for draft in books.drafts(label)}
    for brand in brands:
        if brand.partner.id in payers:
            for statement in sorted(books.issue(label, brand), key=lambda each: places.index(each.payee_id)):
                _pay(books, brand, statement, dice)
    assert period.state == "issued"


def _pay(books: Books, brand: Brand, statement: Statement, dice: random.Random) -> None:
    if statement.closing_minor > 0 and dice.random() < 0.7:
        amount = dice.choice([statement.closing_minor, dice.randint(1, statement.closing_minor)])
        at = statement.issued_at
        services.record_payout(books.session, brand.finance, statement.id, amount, at.date(), "SEPA", at)


def _check(books: Books) -> None:
    session = books.session
    events, parties = session.scalar(select(func.count()).select_from(Evidence)), 3
    assert session.scalar(select(func.count()).select_from(Earning)) == (events or 0) * parties
    held = session.execute(
        select(func.sum(Earning.amount_minor)).group_by(Earning.conversion_id, Earning.payee_id)
    ).scalars()
    assert all(minor >= 0 for minor in held)
    chains: dict[tuple[str, str], int] = {}
    rows = session.scalars(select(Statement).join(Period, Period.id == Statement.period_id).order_by(Period.starts_at))
    for statement in rows:
        chain = (statement.payer_id, statement.payee_id)
        assert statement.opening_minor == chains.get(chain, 0)
        assert recompute(statement.document) == []
        assert _earnings(session, statement) == statement.earned_minor - statement.reversed_minor
        chains[chain] = statement.closing_minor
    for (payer, payee), closing in chains.items():
        owed = outstanding(session, books.cast.partnership.id, payer, payee, "EUR")
        assert owed == closing - _paid_since(session, payer, payee)
    assert check_ledger(session) == []


def _earnings(session: Session, statement: Statement) -> int:
    return session.scalar(
        select(func.sum(Earning.amount_minor)).where(
            Earning.period_id == statement.period_id, Earning.payer_id == statement.payer_id,
            Earning.payee_id == statement.payee_id,
        )
    ) or 0  # fmt: skip


def _paid_since(session: Session, payer: str, payee: str) -> int:
    newest = session.scalars(
        select(Statement).join(Period, Period.id == Statement.period_id)
        .where(Statement.payer_id == payer, Statement.payee_id == payee).order_by(Period.starts_at.desc()).limit(1)
    ).one()  # fmt: skip
    watermark = session.get_one(Period, newest.period_id).entry_watermark or 0
    return session.scalar(
        select(func.sum(Payout.amount_minor)).join(Statement, Statement.id == Payout.statement_id)
        .where(Statement.payer_id == payer, Statement.payee_id == payee, Payout.entry_seq > watermark)
    ) or 0  # fmt: skip
