"""Months are closed in order, once, when they are over; and reopened until they are approved."""

from __future__ import annotations

import pytest

from partners.revenue import services
from tests.conftest import NOW
from tests.partners.revenue.books import AFTER, NOVEMBER, OCTOBER, SEPTEMBER, Books, day


def test_a_reopened_period_drops_its_drafts_and_takes_later_evidence(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    period = books.close(SEPTEMBER)
    services.reopen_period(books.session, books.cast.birch.finance, period.id, NOW)
    assert books.drafts(SEPTEMBER) == []
    books.sell("o-2", day(9, 4), 10000)

    assert books.settle(SEPTEMBER)[0].closing_minor == 800


def test_an_approved_period_is_not_reopened(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    books.settle(SEPTEMBER)

    with pytest.raises(services.PeriodApproved):
        services.reopen_period(books.session, books.cast.alder.finance, books.period(SEPTEMBER).id, NOW)


@pytest.mark.parametrize(
    ("label", "reason"),
    [("2026-08", services.PeriodOutOfOrder), ("2026-10", services.PeriodOutOfOrder)],
)
def test_periods_close_in_order(books: Books, label: str, reason: type[Exception]) -> None:
    books.sell("o-1", day(9, 3), 10000)

    with pytest.raises(reason):
        services.close_period(
            books.session, books.cast.alder.finance, books.cast.partnership.id, label, AFTER[NOVEMBER]
        )


def test_a_month_that_is_not_over_does_not_close(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)

    with pytest.raises(services.PeriodNotOver):
        services.close_period(
            books.session, books.cast.alder.finance, books.cast.partnership.id, SEPTEMBER, day(9, 30, 21)
        )


def test_the_month_before_must_be_issued(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    books.close(SEPTEMBER)

    with pytest.raises(services.EarlierPeriodWaits):
        books.close(OCTOBER)


def test_closing_twice_is_refused(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    books.close(SEPTEMBER)

    with pytest.raises(services.PeriodClosed):
        books.close(SEPTEMBER)


def test_without_evidence_there_is_nothing_to_close(books: Books) -> None:
    with pytest.raises(services.NothingToClose):
        books.close(SEPTEMBER)
