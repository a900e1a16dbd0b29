"""Which pairs are counted, how each question is answered, and what is written down of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.audiences.counting.queries import pairings_of_audience, pairings_of_partnership
from partners.audiences.models import Evaluation, Overlap
from partners.audiences.release.evaluating import Answer, Question
from partners.audiences.release.release import Band
from partners.communities.models import Community
from partners.directory.models import Footing, Partnership, PartnershipPartner, Standing
from partners.store import FolderStore
from tests.cast import Brand, Cast
from tests.conftest import NOW
from tests.partners.audiences.lists import Lists

TODAY = NOW.date()
WEEK = timedelta(days=7)


@pytest.fixture
def lists(session: Session, cast: Cast, store: FolderStore) -> Lists:
    return Lists(session, store, cast.partnership.id)


def answers(session: Session) -> list[tuple[Question, Answer, int]]:
    rows = session.scalars(select(Evaluation).order_by(Evaluation.at, Evaluation.question, Evaluation.id))
    return [(row.question, row.answer, row.epsilon_milli) for row in rows]


def overlaps(session: Session) -> list[Overlap]:
    return list(session.scalars(select(Overlap).order_by(Overlap.computed_at, Overlap.id)))


def side(session: Session, cast: Cast, brand: Brand) -> PartnershipPartner:
    return session.get_one(PartnershipPartner, (cast.partnership.id, brand.partner.id))


def second_community(session: Session, brand: Brand) -> Community:
    community = Community(
        partner_id=brand.partner.id, code=f"{brand.partner.code}-two", name="Second", theme="x", channel="email",
        created_at=NOW,
    )  # fmt: skip
    session.add(community)
    session.flush()
    return community


def test_a_pair_is_counted_with_noise_and_paid_by_the_side_whose_list_is_newer(
    session: Session, cast: Cast, lists: Lists
) -> None:
    lists.put(cast.alder, range(3_000), now=NOW - timedelta(hours=1))
    lists.count(lists.put(cast.birch, range(2_000, 6_000)))

    (row,) = overlaps(session)
    (asked,) = session.scalars(select(Evaluation)).all()

    assert row.noisy is not None
    assert abs(row.noisy - 1_000) < 100
    assert {row.size_a, row.size_b} == {3_000, 4_000}
    assert (row.epsilon_milli, row.band) == (250, Band.FROM_20.value)
    assert (asked.asker_id, asked.other_id) == (cast.birch.partner.id, cast.alder.partner.id)
    assert answers(session) == [(Question.PAIR, Answer.COUNTED, 250)]


def test_counting_again_writes_and_costs_nothing(session: Session, cast: Cast, lists: Lists) -> None:
    lists.put(cast.alder, range(3_000))
    lists.put(cast.birch, range(3_000))

    assert [lists.count(), lists.count(), lists.count(now=NOW + 2 * WEEK)] == [1, 0, 0]
    assert answers(session) == [(Question.PAIR, Answer.COUNTED, 250)]


def test_only_the_newest_valid_lists_under_one_key_are_paired(session: Session, cast: Cast, lists: Lists) -> None:
    old = lists.put(cast.alder, range(1_000), now=NOW - 2 * WEEK)
    soon_over = lists.put(cast.alder, range(2_000), now=NOW - WEEK, expires_on=TODAY)
    preview = lists.put(cast.alder, range(4_000))
    preview.confirmed_at = None
    birch = lists.put(cast.birch, range(3_000))

    def paired(days: int) -> list[str]:
        found = pairings_of_audience(session, birch.id, TODAY + timedelta(days=days))
        return [one.other.audience_id for one in found]

    assert (paired(0), paired(1)) == ([soon_over.id], [old.id])
    assert pairings_of_audience(session, old.id, TODAY) == []
    lists.put(cast.alder, range(5_000), now=NOW + timedelta(hours=1), key_name="0" * 12)
    assert paired(0) == []


def test_what_may_not_be_compared_makes_no_pair(session: Session, cast: Cast, lists: Lists) -> None:
    own = lists.put(cast.alder, range(2_000))
    lists.put(cast.alder, range(2_000), community=second_community(session, cast.alder))
    assert pairings_of_audience(session, own.id, TODAY) == []
    birch = lists.put(cast.birch, range(2_000))
    assert len(pairings_of_partnership(session, cast.partnership.id, TODAY)) == 2

    birch.uses = ["regions"]
    assert pairings_of_partnership(session, cast.partnership.id, TODAY) == []
    birch.uses, cast.birch.partner.standing = ["overlap"], Standing.SUSPENDED
    assert pairings_of_partnership(session, cast.partnership.id, TODAY) == []
    cast.birch.partner.standing, cast.partnership.footing = Standing.APPROVED, Footing.ENDED
    assert pairings_of_partnership(session, cast.partnership.id, TODAY) == []


def test_the_same_lists_get_the_same_noise_for_nothing(session: Session, cast: Cast, lists: Lists) -> None:
    lists.put(cast.alder, range(3_000))
    lists.count(lists.put(cast.birch, range(2_000, 6_000)))
    again = lists.put(cast.birch, range(2_000, 6_000), now=NOW + timedelta(hours=1))
    elsewhere = lists.put(cast.birch, range(2_000, 6_000), community=second_community(session, cast.birch))

    assert [lists.count(again), lists.count(elsewhere)] == [1, 1]

    assert len({row.noisy for row in overlaps(session)}) == 1
    assert len(overlaps(session)) == 3
    assert [answer for _question, answer, _cost in answers(session)].count(Answer.SAME_LISTS) == 2
    assert sum(cost for _question, _answer, cost in answers(session)) == 250


def test_the_same_list_in_two_communities_at_once_is_drawn_once(session: Session, cast: Cast, lists: Lists) -> None:
    lists.put(cast.alder, range(3_000))
    lists.put(cast.birch, range(2_000, 6_000))
    lists.put(cast.birch, range(2_000, 6_000), community=second_community(session, cast.birch))

    assert lists.count() == 2

    assert len({row.noisy for row in overlaps(session)}) == 1
    assert sum(cost for _question, _answer, cost in answers(session)) == 250


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


def test_segments_are_counted_once_signed_and_cost_once_more(session: Session, cast: Cast, lists: Lists) -> None:
    cast.partnership.footing = Footing.EXPLORING
    halves = {"low": range(2_000), "high": range(2_000, 4_000)}
    lists.put(cast.alder, range(4_000), segments=halves)
    lists.put(cast.birch, range(1_000, 4_000), segments={"a": range(1_000, 2_500), "b": range(2_500, 4_000)})
    exploring = lists.count()
    cast.partnership.footing = Footing.SIGNED
    signed = lists.count()

    cells = {
        frozenset((row.segment_a, row.segment_b)): row.noisy for row in overlaps(session) if row.segment_a
    }  # fmt: skip
    assert (exploring, signed) == (1, 1)
    assert cells.keys() == {frozenset(pair) for pair in (("low", "a"), ("low", "b"), ("high", "a"), ("high", "b"))}
    expected = {("low", "a"): 1_000, ("low", "b"): 0, ("high", "a"): 500, ("high", "b"): 1_500}
    assert all(abs((cells[frozenset(pair)] or 0) - shared) < 100 for pair, shared in expected.items())
    assert answers(session) == [(Question.PAIR, Answer.COUNTED, 250), (Question.SEGMENTS, Answer.COUNTED, 250)]


def test_the_same_segments_are_repeated_and_moved_people_are_not_counted(
    session: Session, cast: Cast, lists: Lists
) -> None:
    lists.put(cast.alder, range(4_000), segments={"low": range(2_000), "high": range(2_000, 4_000)})
    segments = {"a": range(1_000, 2_500), "b": range(2_500, 4_000)}
    lists.put(cast.birch, range(1_000, 4_000), segments=segments)
    lists.count()
    lists.put(cast.birch, range(1_000, 4_000), now=NOW + WEEK, segments=segments)
    lists.count(now=NOW + WEEK)
    moved = {"a": range(1_000, 2_501), "b": range(2_501, 4_000)}
    lists.put(cast.birch, range(1_000, 4_000), now=NOW + 2 * WEEK, segments=moved)
    lists.count(now=NOW + 2 * WEEK)

    tables = {row.computed_at: set() for row in overlaps(session) if row.segment_a}
    for row in overlaps(session):
        if row.segment_a:
            tables[row.computed_at].add((frozenset((row.segment_a, row.segment_b)), row.noisy))
    assert len(tables) == 2
    first, second = tables.values()
    assert first == second
    assert answers(session)[-2:] == [(Question.PAIR, Answer.SAME_LISTS, 0), (Question.SEGMENTS, Answer.TOO_SIMILAR, 0)]


def test_a_list_that_went_meanwhile_leaves_no_result(session: Session, cast: Cast, lists: Lists) -> None:
    alder = lists.put(cast.alder, range(3_000))
    lists.put(cast.birch, range(3_000))

    def revoked() -> None:
        alder.tokens_deleted_at = NOW
        session.flush()

    assert lists.count(meanwhile=revoked) == 0
    assert (overlaps(session), answers(session)) == ([], [])


def test_a_setting_made_stricter_meanwhile_discards_what_is_too_exact(
    session: Session, cast: Cast, lists: Lists
) -> None:
    lists.put(cast.alder, range(3_000))
    lists.put(cast.birch, range(3_000))

    def stricter() -> None:
        side(session, cast, cast.alder).epsilon_milli = 100
        session.flush()

    assert [lists.count(meanwhile=stricter), lists.count()] == [0, 1]
    assert answers(session) == [(Question.PAIR, Answer.COUNTED, 100)]


def test_who_counts_beside_another_pays_and_draws_nothing(session: Session, cast: Cast, lists: Lists) -> None:
    lists.put(cast.alder, range(3_000))
    lists.put(cast.birch, range(3_000))

    assert lists.count(meanwhile=lists.count) == 0
    assert len(overlaps(session)) == 1
    assert answers(session) == [(Question.PAIR, Answer.COUNTED, 250)]


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
