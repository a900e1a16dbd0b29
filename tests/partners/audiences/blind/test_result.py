"""What a blind count comes to: one overlap that both sides read, on both databases, and nothing exact anywhere."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from partners import outbox
from partners.audiences.blind import counting_services, queries, services
from partners.audiences.blind.queries import Turn
from partners.audiences.models import Answer, CountMethod, Evaluation, Overlap, Question
from partners.audiences.queries import audiences, waiting_for
from partners.audiences.release.pair_queries import overlap_matrix
from partners.database import EVERY_TENANT, reading, writing
from partners.store import FolderStore
from tests.cast import Cast
from tests.conftest import NOW
from tests.partners.audiences.blind.kept import places_of
from tests.partners.audiences.blind.world import (
    COMMON,
    LISTS,
    Play,
    begin,
    compared,
    count,
    declared,
    done_by_both,
    row_of,
)


def test_two_brands_count_and_both_read_one_overlap(
    engine: Engine, store: FolderStore, cast_of: Cast, tmp_path: Path
) -> None:
    play = begin(engine, store, cast_of, tmp_path, LISTS)

    turns = [play.step(player) for _ in range(2) for player in (play.a, play.b)]
    common = compared(play)
    is_kept = count(play, common)

    assert turns == ["blind_own", "blind_own", "blind_other", "blind_other"]
    assert (common, is_kept) == (COMMON, True)
    with reading(engine, EVERY_TENANT) as session:
        overlap = session.scalars(select(Overlap)).one()
        assert (overlap.noisy, overlap.method, overlap.epsilon_milli) == (COMMON, CountMethod.BLIND, 250)
        assert {overlap.size_a, overlap.size_b} == {1_100, 1_101}
        asked = session.scalars(select(Evaluation)).one()
        assert (asked.question, asked.answer, asked.epsilon_milli) == (Question.BLIND, Answer.COUNTED, 250)
        assert session.scalars(select(outbox.OutboxEvent.kind)).all().count("blind_count.ready") == 1
        for player in (play.a, play.b):
            assert queries.blind_count(session, player.actor, play.count_id).turn is Turn.DONE
        row = row_of(session, play)
        assert not any((row.once_a, row.once_b, row.twice_a, row.twice_b))


def test_the_same_communities_wait_a_week(play: Play, cast_here: Cast) -> None:
    done_by_both(play)
    assert count(play, compared(play))

    with writing(play.engine, play.b.actor.partner_id) as session:
        again = services.propose_blind_count(
            session, play.b.actor, cast_here.partnership.id, declared(session, cast_here.birch, 1_200), NOW
        )
        session.commit()
    with writing(play.engine, play.a.actor.partner_id) as session:
        mine = declared(session, cast_here.alder, 1_300)
        with pytest.raises(services.NotCountable) as refused:
            services.join_blind_count(session, play.a.actor, again.id, mine, NOW)
        assert refused.value.fields["answer"] == Answer.TOO_SOON
        services.join_blind_count(session, play.a.actor, again.id, mine, NOW + timedelta(days=7))


def test_a_count_that_was_recorded_is_not_recorded_again(play: Play) -> None:
    done_by_both(play)

    assert [count(play, COMMON), count(play, COMMON + 500)] == [True, True]

    with reading(play.engine, EVERY_TENANT) as session:
        assert session.scalars(select(Overlap.noisy)).all() == [COMMON]


def test_the_exact_count_is_written_nowhere(play: Play) -> None:
    exact, noise = 617, 6_211  # nothing else is as many; the noise would give the count away
    done_by_both(play)

    with writing(play.engine, EVERY_TENANT) as session:
        counting_services.record_blind_count(session, play.count_id, exact, NOW, lambda _epsilon: noise)
        session.commit()

    with reading(play.engine, EVERY_TENANT) as session:
        assert places_of(session, exact + noise) == ["overlap.noisy"]
        assert places_of(session, exact) == places_of(session, noise) == []


def test_what_was_counted_stands_in_the_matrix_of_both_sides(play: Play, cast_here: Cast) -> None:
    done_by_both(play)
    count(play, COMMON)

    for player in (play.a, play.b):
        with reading(play.engine, player.actor.partner_id) as session:
            cell = overlap_matrix(session, player.actor, cast_here.partnership.id, NOW).cells[0][0]
            assert cell is not None
            assert cell.count == 200


def test_a_declared_list_takes_no_other_lists_place(session: Session, cast: Cast) -> None:
    declared(session, cast.alder, 1_000)

    assert [card.standing for card in audiences(session, cast.alder.manager, NOW)] == ["declared"]
    assert waiting_for(session, cast.alder.manager, NOW + timedelta(days=360)) == []
