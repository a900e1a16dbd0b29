"""Which pairs are counted, and what is written down of it: results, noise, and who pays."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.audiences.counting.queries import pairings_of_audience, pairings_of_partnership
from partners.audiences.models import Evaluation
from partners.audiences.release.evaluating import Answer, Question
from partners.audiences.release.release import Band
from partners.directory.models import Footing, Standing
from tests.cast import Cast
from tests.conftest import NOW
from tests.partners.audiences.counting.written import answers, overlaps, second_community, side
from tests.partners.audiences.lists import Lists

TODAY = NOW.date()
WEEK = timedelta(days=7)


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
