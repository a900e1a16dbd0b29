"""How n of m is counted."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.trust.panel import Duty, Item, Outcome, Window, figure, outcome, was_live

TODAY = date(2026, 10, 5)
DAYS = st.one_of(st.none(), st.dates(date(2024, 1, 1), date(2027, 1, 1)))


def item(due: date, done: date | None = None, dropped: date | None = None) -> Item:
    return Item("terms", "1", "Autumn", "1", due - timedelta(days=14), due, done, dropped)


@pytest.mark.parametrize(
    ("done", "dropped", "expected"),
    [
        (date(2026, 9, 30), None, Outcome.KEPT),
        (date(2026, 10, 1), None, Outcome.LATE),
        (None, None, Outcome.LATE),
        (None, date(2026, 9, 30), Outcome.DROPPED),
        (None, date(2026, 10, 1), Outcome.LATE),
        (date(2026, 9, 29), date(2026, 9, 28), Outcome.DROPPED),
        (date(2026, 9, 29), date(2026, 9, 29), Outcome.KEPT),
    ],
)
def test_what_became_of_something_due_at_the_end_of_september(
    done: date | None, dropped: date | None, expected: Outcome
) -> None:
    assert outcome(item(date(2026, 9, 30), done, dropped), TODAY) is expected


def test_what_is_due_today_is_still_open() -> None:
    assert outcome(item(TODAY), TODAY) is Outcome.OPEN
    assert outcome(replace(item(TODAY), is_over=True), TODAY) is Outcome.LATE


def test_only_what_was_kept_or_is_late_counts() -> None:
    items = [item(TODAY, TODAY), item(TODAY - timedelta(1)), item(TODAY + timedelta(1)), item(TODAY, None, TODAY)]

    found = figure(Duty.ANSWER, items, TODAY, Window.ALL)

    assert (found.kept, found.counted, len(found.rows)) == (1, 2, 4)
    assert found.share is None


def test_three_are_enough_to_say() -> None:
    found = figure(Duty.PAY, [item(TODAY, TODAY), item(TODAY, TODAY), item(date(2026, 9, 1))], TODAY, Window.ALL)

    assert found.share == Fraction(2, 3)


def test_a_year_leaves_older_ones_out() -> None:
    items = [item(TODAY - timedelta(days=366)), item(TODAY - timedelta(days=365))]

    assert figure(Duty.PAY, items, TODAY, Window.YEAR).counted == 1
    assert figure(Duty.PAY, items, TODAY, Window.ALL).counted == 2


@given(st.lists(st.builds(item, st.dates(date(2024, 1, 1), date(2027, 1, 1)), DAYS, DAYS)))
def test_never_more_are_kept_than_counted_and_never_more_counted_than_shown(items: list[Item]) -> None:
    found = figure(Duty.ANSWER, items, TODAY, Window.ALL)

    assert 0 <= found.kept <= found.counted <= len(found.rows) == len(items)
    assert found.share is None or 0 <= found.share <= 1


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ([], False),
        ([("live", 1)], True),
        ([("live", 1), ("paused", 9)], False),
        ([("live", 1), ("paused", 9), ("live", 15)], True),
        ([("live", 1), ("ended", 11)], True),
        ([("approved", 1), ("live", 20)], False),
    ],
)
def test_a_campaign_was_live_between_the_tenth_and_the_twentieth(moves: list[tuple[str, int]], expected: bool) -> None:
    dated = [(stage, datetime(2026, 9, day, tzinfo=UTC)) for stage, day in moves]

    assert was_live(dated, datetime(2026, 9, 10, tzinfo=UTC), datetime(2026, 9, 20, tzinfo=UTC)) is expected
