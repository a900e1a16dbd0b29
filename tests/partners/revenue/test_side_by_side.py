"""Two at once: what must happen once happens once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from partners.database import EVERY_TENANT, reading, writing
from partners.errors import Conflict, Invalid
from partners.ledger.queries import check_ledger
from partners.revenue import services
from partners.revenue.models import Earning, Payout, Statement
from partners.revenue.period_queries import drafts_digest
from tests.conftest import NOW
from tests.partners.revenue.books import AFTER, SEPTEMBER, day, open_books


def test_two_issues_of_one_approval_give_one_statement_and_one_number(engine: Engine) -> None:
    with writing(engine, EVERY_TENANT) as session:
        books = open_books(session, NOW)
        books.sell("o-1", day(9, 3), 10000)
        period = books.close(SEPTEMBER)
        digest = drafts_digest(session, period.id, books.cast.alder.partner.id)
        approval = services.approve_drafts(session, books.cast.alder.finance_two, period.id, digest, NOW).id
        session.commit()

    outcomes = _twice(engine, lambda session: services.issue_statements(session, approval, NOW)[0].number)

    assert outcomes == ["ALD-2026-0001", "ALD-2026-0001"]
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(Statement)) == 1
        assert session.scalar(select(func.count()).select_from(Earning)) == 2
        assert check_ledger(session) == []


def test_statements_of_two_payers_at_once_have_their_own_numbers(engine: Engine) -> None:
    with writing(engine, EVERY_TENANT) as session:
        books = open_books(session, NOW)
        books.sell("o-1", day(9, 3), 10000)
        books.sell("o-2", day(9, 3), 10000, merchant_id=books.cast.birch.partner.id)
        period = books.close(SEPTEMBER)
        approvals = [
            services.approve_drafts(
                session, brand.finance_two, period.id, drafts_digest(session, period.id, brand.partner.id), NOW
            ).id
            for brand in (books.cast.alder, books.cast.birch)
        ]
        session.commit()

    _twice(engine, lambda session: services.issue_statements(session, approvals.pop(), NOW))

    with reading(engine) as session:
        assert sorted(session.scalars(select(Statement.number))) == ["ALD-2026-0001", "BIR-2026-0001"]
        assert session.get_one(type(period), period.id).state == "issued"


def test_two_payouts_at_once_never_exceed_what_is_owed(engine: Engine) -> None:
    with writing(engine, EVERY_TENANT) as session:
        books = open_books(session, NOW)
        books.sell("o-1", day(9, 3), 10000)
        statement = books.settle(SEPTEMBER)[0].id
        session.commit()
    references, payer = ["one", "two"], books.cast.alder.finance

    outcomes = _twice(
        engine,
        lambda session: (
            services.record_payout(
                session, payer, statement, 300, day(10, 4).date(), references.pop(), AFTER[SEPTEMBER]
            ).amount_minor
        ),
    )

    assert sorted(outcomes, key=str) == [300, "PayoutTooLarge"]
    with reading(engine) as session:
        assert session.scalar(select(func.sum(Payout.amount_minor))) == 300


def test_two_closings_at_once_are_one(engine: Engine) -> None:
    with writing(engine, EVERY_TENANT) as session:
        books = open_books(session, NOW)
        books.sell("o-1", day(9, 3), 10000)
        session.commit()
    closers, partnership = [books.cast.alder.finance, books.cast.birch.finance], books.cast.partnership.id

    outcomes = _twice(
        engine,
        lambda session: services.close_period(session, closers.pop(), partnership, SEPTEMBER, AFTER[SEPTEMBER]).label,
    )

    assert sorted(outcomes) == ["2026-09", "PeriodClosed"]


def _twice(engine: Engine, act: Callable[[Session], object]) -> list[object]:
    """Do the same in two transactions that begin together; a conflict is answered with its name."""
    start = Barrier(2)

    def once(_: int) -> object:
        start.wait()
        with writing(engine, EVERY_TENANT) as session:
            try:
                outcome = act(session)
            except (Conflict, Invalid) as conflict:
                return type(conflict).__name__
            session.commit()
            return outcome

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(once, range(2)))
