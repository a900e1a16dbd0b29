"""What whoever knows the rules may try: padding, differencing, asking again, subtracting (specification D4)."""

from __future__ import annotations

import random
from datetime import timedelta
from math import exp

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from partners.audiences.models import Evaluation, Overlap
from partners.audiences.release.evaluating import Answer
from partners.audiences.release.explain_queries import SegmentTable, segment_table
from partners.audiences.release.noise import noise
from partners.audiences.release.pair_queries import overlap_matrix
from partners.audiences.release.release import Released, ReleaseKind, ReleaseSettings, released
from partners.store import FolderStore
from tests.cast import Cast
from tests.conftest import NOW
from tests.partners.audiences.lists import Lists

TRIALS = 1_000
WEEK = timedelta(days=7)


@pytest.fixture
def lists(session: Session, cast: Cast, store: FolderStore) -> Lists:
    return Lists(session, store, cast.partnership.id)


def theory(epsilon_milli: int) -> float:
    """Return how often the best guess from "shown or hidden" is right: one more member or not, at the floor.

    Half of P(50 + noise >= 50) + P(49 + noise < 50), which is P(noise >= 0) = (1 + p) / 2 with p = (1 - q) / (1 + q).
    """
    q = exp(-epsilon_milli / 1000)
    return (1 + (1 - q) / (1 + q)) / 2


@pytest.mark.parametrize("epsilon_milli", [50, 100, 250, 500, 1_000])
def test_padding_with_a_planted_target_guesses_no_better_than_the_noise_allows(epsilon_milli: int) -> None:
    dice = random.Random(epsilon_milli)
    settings = ReleaseSettings(epsilon_milli=epsilon_milli)
    right = 0
    for _ in range(TRIALS):
        is_in = dice.random() < 0.5
        noisy = settings.floor - 1 + is_in + noise(epsilon_milli, dice.randrange)
        right += released(noisy, 1_000, 50_000, settings, "signed").is_shown == is_in

    assert abs(right / TRIALS - theory(epsilon_milli)) < 0.03


def test_with_the_usual_noise_a_guess_is_right_56_times_of_100() -> None:
    assert round(theory(250), 2) == 0.56


def test_lists_that_differ_by_one_person_are_refused_100_of_100(session: Session, cast: Cast, lists: Lists) -> None:
    lists.put(cast.alder, range(3_000))
    first = lists.put(cast.birch, range(2_000, 5_000))
    lists.count()
    for number in range(100):
        now = NOW + WEEK + number * timedelta(hours=1)
        members = set(range(2_000, 5_000)) ^ {1_990 + number}
        one = lists.put(cast.birch, members, now=now)
        assert lists.count(one, now) == 0
        assert one.similar_to_id == first.id

    refused = select(func.count()).select_from(Evaluation).where(Evaluation.answer == Answer.TOO_SIMILAR)
    assert session.scalar(refused) == 100
    assert session.scalar(select(func.count()).select_from(Overlap)) == 1


def test_repeated_questions_give_one_answer(session: Session, cast: Cast, lists: Lists) -> None:
    lists.put(cast.alder, range(3_000))
    for number in range(30):
        now = NOW + number * timedelta(hours=1)
        lists.count(lists.put(cast.birch, range(2_000, 5_000), now=now), now)

    assert session.scalar(select(func.count()).select_from(Overlap)) == 30
    assert len(session.scalars(select(Overlap.noisy).distinct()).all()) == 1
    assert session.scalar(select(func.sum(Evaluation.epsilon_milli))) == 250


def test_a_used_budget_gives_the_last_answer_and_says_so(session: Session, cast: Cast, lists: Lists) -> None:
    lists.put(cast.alder, range(3_000), now=NOW - WEEK)
    seen, now = [], NOW
    for number in range(12):
        now = NOW + number * WEEK
        lists.put(cast.birch, range(2_000, 5_000 + 100 * number), now=now)
        lists.count(now=now)
        matrix = overlap_matrix(session, cast.birch.viewer, cast.partnership.id, now)
        seen.append((matrix.cells[0][0], matrix.notes[0][0]))

    spent = session.scalar(select(func.sum(Evaluation.epsilon_milli)))
    assert spent == 2_000
    assert [note is None for _cell, note in seen] == [True] * 8 + [False] * 4
    assert {note.why for _cell, note in seen if note} == {Answer.BUDGET_USED}
    assert {note.until for _cell, note in seen if note} == {NOW + timedelta(days=365)}
    assert len({cell.count for cell, _note in seen[7:] if cell}) == 1


def test_hidden_cells_between_segments_are_not_worked_out(session: Session, cast: Cast, lists: Lists) -> None:
    segments = [range(number * 3_000, (number + 1) * 3_000) for number in range(3)]
    halves = {name: [*part[:1_500]] for name, part in zip("abc", segments, strict=True)}
    rest = {name: [*part[1_500:]] for name, part in zip("xyz", segments, strict=True)}
    lists.put(cast.alder, [each for part in halves.values() for each in part], segments=halves)
    lists.put(cast.birch, [each for part in rest.values() for each in part], segments=rest)
    assert lists.count() == 2
    rows = session.scalars(select(Overlap).where(Overlap.segment_a != "")).all()
    rows = sorted(rows, key=lambda row: sorted((row.segment_a, row.segment_b)))  # ids are random, and the dice are not
    (whole,) = session.scalars(select(Overlap).where(Overlap.segment_a == "")).all()
    dice = random.Random(4)
    ids = (cast.alder.community.id, cast.birch.community.id)
    hidden = 0
    for _ in range(25):
        for row in rows:
            row.noisy = dice.choice([dice.randint(-9, 99), dice.randint(100, 450), dice.randint(100, 450)])
        whole.noisy = sum(row.noisy or 0 for row in rows) + dice.randint(-9, 9)
        session.flush()
        table = segment_table(session, cast.alder.viewer, cast.partnership.id, *ids, NOW)
        total = overlap_matrix(session, cast.alder.viewer, cast.partnership.id, NOW).cells[0][0]
        hidden += worked_out(table, total)

    assert hidden == 0


def worked_out(table: SegmentTable, total: Released | None) -> int:
    """Return how many hidden cells whoever reads table and total knows to within less than the floor.

    One sum is known, rounded to ten like every cell. A hidden cell is at least 0, and at most what the sum leaves.
    """
    cells = [cell for line in table.cells for cell in line]
    hidden = [cell for cell in cells if cell.kind is ReleaseKind.HIDDEN]
    if total is None or total.count is None or not hidden:
        return 0
    slack = 5 * (1 + len(cells) - len(hidden))
    left = total.count - sum(cell.count or 0 for cell in cells)
    most = max(left + slack, 0)
    least = max(left - slack, 0) if len(hidden) == 1 else 0
    return len(hidden) if most - least < table.floor else 0
