"""When a statement was covered, along its chain."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from partners.revenue.arrears import Link, Paid, covered_on

FIRST, SECOND = date(2026, 10, 4), date(2026, 11, 4)


def test_a_payment_covers_on_the_day_it_was_made() -> None:
    assert covered_on([Link(FIRST, 400, 0, 3)], [Paid(4, date(2026, 10, 20), 400)]) == [date(2026, 10, 20)]


def test_a_payment_that_the_statement_has_read_already_is_not_for_it() -> None:
    assert covered_on([Link(FIRST, 400, 0, 4)], [Paid(4, date(2026, 10, 20), 400)]) == [None]


def test_a_part_does_not_cover() -> None:
    assert covered_on([Link(FIRST, 400, 0, 3)], [Paid(4, date(2026, 10, 20), 399)]) == [None]


def test_what_is_carried_on_stays_owed_since_its_first_statement() -> None:
    chain = [Link(FIRST, 400, 0, 3), Link(SECOND, 900, 0, 5)]

    assert covered_on(chain, []) == [None, None]
    assert covered_on(chain, [Paid(6, date(2026, 11, 20), 400)]) == [date(2026, 11, 20), None]


def test_what_a_later_statement_takes_back_lessens_the_debt() -> None:
    chain = [Link(FIRST, 400, 0, 3), Link(SECOND, 300, 100, 5)]

    assert covered_on(chain, [Paid(6, date(2026, 11, 9), 300)]) == [date(2026, 11, 9), date(2026, 11, 9)]


def test_with_nothing_to_pay_it_is_covered_at_once() -> None:
    assert covered_on([Link(FIRST, 0, 0, 3), Link(SECOND, -50, 50, 3)], []) == [FIRST, SECOND]


@given(
    st.lists(st.integers(1, 10_000), min_size=1, max_size=6), st.lists(st.integers(1, 10_000), max_size=6)
)  # fmt: skip
def test_an_older_debt_is_never_covered_after_a_newer_one(earned: list[int], paid: list[int]) -> None:
    chain = [Link(date(2026, n + 1, 4), sum(earned[: n + 1]), 0, 0) for n in range(len(earned))]
    payouts = [Paid(n + 1, date(2026, 7 + n // 3, 9), minor) for n, minor in enumerate(paid)]

    found = [day or date.max for day in covered_on(chain, payouts)]

    assert found == sorted(found)
