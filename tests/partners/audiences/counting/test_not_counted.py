"""Why a pair is not counted: too similar, too soon, too small, no budget left, two laws without an arrangement."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from partners.audiences.counting.queries import pairings_of_partnership
from partners.audiences.release.evaluating import Answer, Question
from partners.directory.models import Footing, Partnership, PartnershipPartner
from partners.store import FolderStore
from tests.cast import Cast
from tests.conftest import NOW
from tests.partners.audiences.counting.written import answers, side
from tests.partners.audiences.lists import Lists

TODAY = NOW.date()
WEEK = timedelta(days=7)


@pytest.mark.parametrize("members", [range(2_001, 6_000), range(2_000, 6_049), range(2_000, 5_951)])
def test_a_list_that_nearly_is_an_earlier_one_is_passed_over(
    session: Session, cast: Cast, lists: Lists, members: range
) -> None:
    lists.put(cast.alder, range(3_000))
    earlier = lists.put(cast.birch, range(2_000, 6_000))
    lists.count()
    later = lists.put(cast.birch, members, now=NOW + 2 * WEEK)

    assert lists.count(later, NOW + 2 * WEEK) == 0

    assert later.similar_to_id == earlier.id
    assert answers(session)[-1] == (Question.PAIR, Answer.TOO_SIMILAR, 0)
    assert pairings_of_partnership(session, cast.partnership.id, TODAY) == []
    lists.count(later, NOW + 2 * WEEK)
    assert len(answers(session)) == 2


def test_a_list_that_differs_enough_is_counted(session: Session, cast: Cast, lists: Lists) -> None:
    lists.put(cast.alder, range(3_000))
    lists.put(cast.birch, range(2_000, 6_000))
    lists.count()
    later = lists.put(cast.birch, range(2_000, 6_050), now=NOW + WEEK)

    assert lists.count(later, NOW + WEEK) == 1
    assert later.similar_to_id is None


def test_it_is_put_off_for_seven_days_and_counted_then(session: Session, cast: Cast, lists: Lists) -> None:
    lists.put(cast.alder, range(3_000))
    lists.put(cast.birch, range(2_000, 6_000))
    lists.count()
    later = NOW + timedelta(days=6)
    lists.put(cast.birch, range(2_000, 7_000), now=later)

    assert [lists.count(now=later), lists.count(now=later), lists.count(now=NOW + WEEK)] == [0, 0, 1]
    assert [answer for _question, answer, _cost in answers(session)] == [
        Answer.COUNTED, Answer.TOO_SOON, Answer.COUNTED,
    ]  # fmt: skip


def test_without_budget_nothing_is_counted_until_there_is_some(session: Session, cast: Cast, lists: Lists) -> None:
    side(session, cast, cast.alder).budget_milli = 600
    lists.put(cast.alder, range(3_000), now=NOW - WEEK)
    for number in range(4):
        now = NOW + number * WEEK
        lists.put(cast.birch, range(2_000, 6_000 + 100 * number), now=now)
        lists.count(now=now)

    assert [cost for _question, _answer, cost in answers(session)] == [250, 250, 0, 0]
    assert answers(session)[-1] == (Question.PAIR, Answer.BUDGET_USED, 0)
    assert lists.count(now=NOW + timedelta(days=365)) == 1


def test_the_other_direction_has_a_budget_of_its_own(session: Session, cast: Cast, lists: Lists) -> None:
    side(session, cast, cast.alder).budget_milli = 250
    lists.put(cast.alder, range(3_000), now=NOW - WEEK)
    lists.put(cast.birch, range(2_000, 6_000))
    lists.count()
    lists.put(cast.alder, range(4_000), now=NOW + WEEK)

    assert lists.count(now=NOW + WEEK) == 1


def test_small_lists_are_not_counted(session: Session, cast: Cast, lists: Lists) -> None:
    lists.put(cast.alder, range(999))
    lists.put(cast.birch, range(5_000))

    assert lists.count() == 0
    assert answers(session) == [(Question.PAIR, Answer.TOO_SMALL, 0)]


def test_another_law_needs_an_arrangement_of_both_sides(session: Session, cast: Cast, lists: Lists) -> None:
    lists.put(cast.alder, range(3_000), region="DE")
    lists.put(cast.birch, range(3_000), region="CN")

    side(session, cast, cast.alder).arrangement = "SCC 2026-04"
    first = lists.count()
    side(session, cast, cast.birch).arrangement = "CAC filing 17"
    second = lists.count(now=NOW + WEEK)

    assert (first, second) == (0, 1)
    assert answers(session)[0] == (Question.PAIR, Answer.NO_ARRANGEMENT, 0)


def test_within_the_economic_area_none_is_needed(session: Session, cast: Cast, lists: Lists) -> None:
    lists.put(cast.alder, range(3_000), region="DE")
    lists.put(cast.birch, range(3_000), region="NO")

    assert lists.count() == 1


def test_where_a_pair_has_two_partnerships_they_share_budget_and_noise(
    session: Session, cast: Cast, lists: Lists, store: FolderStore
) -> None:
    other = Partnership(name="Second", footing=Footing.SIGNED, timezone="UTC", created_at=NOW)
    session.add(other)
    session.flush()
    for brand in (cast.alder, cast.birch):
        session.add(PartnershipPartner(partnership_id=other.id, partner_id=brand.partner.id, accepted_at=NOW))
    session.flush()
    lists.put(cast.alder, range(3_000))
    lists.put(cast.birch, range(3_000))
    lists.count()
    elsewhere = Lists(session, store, other.id)
    elsewhere.put(cast.alder, range(4_000))
    elsewhere.put(cast.birch, range(4_000))

    assert elsewhere.count(now=NOW + timedelta(days=1)) == 0
    assert answers(session)[-1] == (Question.PAIR, Answer.TOO_SOON, 0)


def test_a_list_that_was_passed_over_at_its_registration_is_written_down_as_such(
    session: Session, cast: Cast, lists: Lists
) -> None:
    lists.put(cast.alder, range(3_000))
    earlier = lists.put(cast.birch, range(2_000, 6_000))
    lists.count()
    later = lists.put(cast.birch, range(2_001, 6_000), now=NOW + WEEK)
    later.similar_to_id = earlier.id

    assert [lists.count(later, NOW + WEEK), lists.count(later, NOW + WEEK)] == [0, 0]
    assert answers(session) == [(Question.PAIR, Answer.COUNTED, 250), (Question.PAIR, Answer.TOO_SIMILAR, 0)]
