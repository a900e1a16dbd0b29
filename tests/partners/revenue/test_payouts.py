"""Payouts: recorded once, never more than is owed, and carried into the next statement."""

from __future__ import annotations

import pytest

from partners.ledger.queries import check_ledger, outstanding
from partners.revenue import services
from partners.revenue.models import PeriodState
from partners.revenue.verify import recompute
from tests.partners.revenue.books import AFTER, NOVEMBER, OCTOBER, SEPTEMBER, Books, day


def test_a_payout_shows_in_the_next_statement_and_the_chain_holds(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    first = books.settle(SEPTEMBER)[0]
    services.record_payout(
        books.session,
        books.cast.alder.finance,
        first.id,
        150,
        day(10, 20).date(),
        "SEPA 1",
        AFTER[SEPTEMBER].replace(day=21),
    )

    second = books.settle(OCTOBER)[0]

    assert (second.opening_minor, second.paid_minor, second.closing_minor) == (400, 150, 250)
    assert second.document["settlement"]["earlier"]["digest"] == first.digest
    owed = outstanding(books.session, first.partnership_id, first.payer_id, first.payee_id, "EUR")
    assert owed == second.closing_minor
    assert check_ledger(books.session) == []
    assert recompute(second.document) == []


def test_a_month_without_anything_is_issued_at_once(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    first = books.settle(SEPTEMBER)[0]
    services.record_payout(
        books.session, books.cast.alder.finance, first.id, 400, day(10, 4).date(), "SEPA 1", AFTER[SEPTEMBER]
    )
    books.settle(OCTOBER)

    period = books.close(NOVEMBER)

    assert period.state == PeriodState.ISSUED


def test_a_negative_balance_is_carried_and_nothing_is_payable(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    first = books.settle(SEPTEMBER)[0]
    services.record_payout(
        books.session, books.cast.alder.finance, first.id, 400, day(10, 4).date(), "SEPA 1", AFTER[SEPTEMBER]
    )
    books.refund("o-1", day(10, 9), 10000)

    second = books.settle(OCTOBER)[0]

    assert (second.closing_minor, second.document["settlement"]["totals"]["payable"]) == (-400, 0)
    assert second.due_on == AFTER[OCTOBER].date()  # nothing new to pay, so no days until payment


def test_a_payout_beyond_what_is_outstanding_is_refused(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    statement = books.settle(SEPTEMBER)[0]

    with pytest.raises(services.PayoutTooLarge, match=r"4\.00 EUR"):
        services.record_payout(
            books.session, books.cast.alder.finance, statement.id, 401, day(10, 4).date(), "SEPA 1", AFTER[SEPTEMBER]
        )


def test_a_reference_is_used_once(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    statement = books.settle(SEPTEMBER)[0]
    paid = (statement.id, 100, day(10, 4).date(), "SEPA 1", AFTER[SEPTEMBER])
    services.record_payout(books.session, books.cast.alder.finance, *paid)

    with pytest.raises(services.ReferenceTaken):
        services.record_payout(books.session, books.cast.alder.finance, *paid)
