"""When a question is counted, answered from what is known, or put off, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.audiences.release.evaluating import (
    YEAR,
    Answer,
    Asking,
    Earlier,
    Question,
    answer_to,
    budget_back,
    legal_region,
    next_time,
    possible_from,
    spent_milli,
)
from tests.conftest import NOW

ASKING = Asking(Question.PAIR, "own", 250, 1_000)
DAY = timedelta(days=1)


def earlier(*days_ago: int, own: str = "own", question: Question = Question.PAIR, cost: int = 250) -> list[Earlier]:
    return [Earlier(own, question, cost, NOW - days * DAY) for days in sorted(days_ago, reverse=True)]


def answer(asking: Asking, *before: list[Earlier], budget: int = 2_000) -> Answer:
    return answer_to(asking, [one for each in before for one in each], budget, NOW)


def test_the_first_question_is_counted() -> None:
    assert answer(ASKING) is Answer.COUNTED


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"smaller": 999}, Answer.TOO_SMALL),
        ({"is_known": True}, Answer.SAME_LISTS),
        ({"is_similar": True}, Answer.TOO_SIMILAR),
        ({"may_cross": False, "is_known": True}, Answer.NO_ARRANGEMENT),
        ({"is_known": True, "is_similar": True}, Answer.SAME_LISTS),
    ],
)
def test_what_is_asked_decides_first(changes: dict[str, object], expected: Answer) -> None:
    asking = replace(ASKING, **changes)  # type: ignore[arg-type]

    assert answer(asking, earlier(1)) is expected


def test_within_seven_days_it_is_too_soon_whoever_asked() -> None:
    assert answer(ASKING, earlier(6, own="other")) is Answer.TOO_SOON
    assert answer(ASKING, earlier(7, own="other")) is Answer.COUNTED


def test_a_blind_count_is_a_question_about_the_pair_and_one_about_segments_is_not() -> None:
    assert answer(ASKING, earlier(1, question=Question.BLIND)) is Answer.TOO_SOON
    assert answer(ASKING, earlier(1, question=Question.SEGMENTS)) is Answer.COUNTED


def test_twelve_a_year_are_the_most() -> None:
    twelve = earlier(*range(10, 130, 10), cost=0)

    assert answer(ASKING, twelve[1:]) is Answer.COUNTED
    assert answer(ASKING, twelve) is Answer.TOO_SOON
    assert next_time(Question.PAIR, twelve, NOW) == NOW - 120 * DAY + YEAR


def test_the_budget_is_of_one_direction_and_one_year() -> None:
    used = earlier(*range(20, 100, 10))

    assert spent_milli("own", used, NOW) == 2_000
    assert answer(ASKING, used) is Answer.BUDGET_USED
    assert answer(replace(ASKING, own_community_id="other"), used) is Answer.COUNTED
    assert answer(ASKING, earlier(*range(20, 90, 10)), earlier(365)) is Answer.COUNTED
    assert answer(ASKING, used, budget=2_250) is Answer.COUNTED


def test_every_question_costs_the_same_budget() -> None:
    used = earlier(*range(20, 100, 10), question=Question.REGIONS)

    assert answer(ASKING, used) is Answer.BUDGET_USED


def test_budget_comes_back_when_what_was_spent_is_a_year_old() -> None:
    used = earlier(*range(20, 100, 10))

    assert budget_back("own", used, 250, 2_000, NOW) == NOW - 90 * DAY + YEAR
    assert budget_back("own", used, 500, 2_000, NOW) == NOW - 80 * DAY + YEAR
    assert budget_back("own", used, 250, 200, NOW) is None
    assert budget_back("own", used[1:], 250, 2_000, NOW) == NOW


def test_waiting_helps_where_it_is_too_soon_or_too_much() -> None:
    assert possible_from(Answer.TOO_SOON, ASKING, earlier(2), 2_000, NOW) == NOW + 5 * DAY
    assert possible_from(Answer.TOO_SIMILAR, ASKING, earlier(2), 2_000, NOW) is None
    used = earlier(*range(2, 82, 10))
    assert possible_from(Answer.TOO_SOON, ASKING, used, 2_000, NOW) == NOW - 72 * DAY + YEAR


@given(st.lists(st.integers(0, 500), max_size=20), st.integers(0, 3_000))
def test_what_may_be_counted_from_a_day_is_counted_then(days_ago: list[int], budget: int) -> None:
    before = earlier(*days_ago)
    found = answer_to(ASKING, before, budget, NOW)

    at = possible_from(found, ASKING, before, budget, NOW)

    if at is not None:
        assert answer_to(ASKING, before, budget, at) is Answer.COUNTED
        assert answer_to(ASKING, before, budget, at - timedelta(microseconds=1)) is not Answer.COUNTED


def test_the_economic_area_is_one_region() -> None:
    assert len({legal_region(each) for each in ("DE", "FR", "IS", "NO", "LI")}) == 1
    assert [legal_region(each) for each in ("GB", "CN", "CH", "")] == ["GB", "CN", "CH", ""]
