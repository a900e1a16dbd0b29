"""Blind counts on both databases: from proposal to overlap, and all that is refused on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from partners import outbox
from partners.audiences.blind import counting_services, ending_services, queries, services
from partners.audiences.blind.curve import count_common
from partners.audiences.blind.queries import Turn
from partners.audiences.models import (
    Answer,
    Audience,
    BlindCount,
    BlindStep,
    CountMethod,
    Evaluation,
    Overlap,
    Question,
)
from partners.audiences.queries import audiences, waiting_for
from partners.audiences.release.pair_queries import overlap_matrix
from partners.audit import AuditEvent
from partners.database import EVERY_TENANT, reading, writing
from partners.directory.models import Footing, Partnership
from partners.errors import NotAllowed, NotFound
from partners.store import FolderStore
from tests.cast import Cast, build_cast
from tests.conftest import NOW
from tests.partners.audiences.blind.world import GROUND, Play, begin, declared, exactly

LISTS = (range(1, 1_101), range(900, 2_001))
COMMON = 201


@pytest.fixture
def cast_of(engine: Engine) -> Cast:
    with writing(engine, EVERY_TENANT) as session:
        cast = build_cast(session, NOW)
        session.commit()
        return cast


@pytest.fixture
def cast_here(sqlite_engine: Engine) -> Cast:
    with writing(sqlite_engine, EVERY_TENANT) as session:
        cast = build_cast(session, NOW)
        session.commit()
        return cast


@pytest.fixture
def play(sqlite_engine: Engine, store: FolderStore, cast_here: Cast, tmp_path: Path) -> Play:
    """A count that both have joined."""
    return begin(sqlite_engine, store, cast_here, tmp_path, LISTS)


def count(play: Play, common: int) -> bool:
    with writing(play.engine, EVERY_TENANT) as session:
        is_kept = counting_services.record_blind_count(session, play.count_id, common, NOW, exactly)
        session.commit()
        return is_kept


def compared(play: Play) -> int:
    with reading(play.engine, EVERY_TENANT) as session:
        row = session.get_one(BlindCount, play.count_id)
        return count_common(play.store.get(row.twice_a), play.store.get(row.twice_b))


def row_of(session: Session, play: Play) -> BlindCount:
    return session.get_one(BlindCount, play.count_id)


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


def test_neither_side_gets_the_others_list_before_its_own_is_there(play: Play) -> None:
    play.step(play.a)

    for player in (play.a, play.b):
        with writing(play.engine, player.actor.partner_id) as session, pytest.raises(services.NotYourTurn):
            services.partners_points(session, player.actor, play.count_id, NOW)


@pytest.mark.parametrize("again", ["once", "twice"])
def test_a_step_is_taken_once(play: Play, again: str) -> None:
    play.step(play.a)
    if again == "twice":
        play.step(play.b)
        play.step(play.a)

    with pytest.raises(services.NotYourTurn):
        play.send(play.a, b"whatever", again)


def test_a_step_that_is_too_early_is_refused(play: Play) -> None:
    with pytest.raises(services.NotYourTurn):
        play.send(play.a, bytes(32_000), "twice")


@pytest.mark.parametrize("change", [-1, 1, -32, 32])
def test_a_list_of_another_size_than_declared_is_not_kept(play: Play, change: int) -> None:
    with writing(play.engine, play.a.actor.partner_id) as session:
        expected = services.once_size(session, play.a.actor, play.count_id, NOW)

    with pytest.raises(services.WrongSize):
        services.keep_points(play.store, play.count_id, [bytes(expected + change)], expected)

    assert not [path for path in play.store.path("blind").rglob("*") if path.is_file()]


def test_strangers_find_nothing(play: Play, cast_here: Cast) -> None:
    stranger = cast_here.cedar.manager
    with writing(play.engine, stranger.partner_id) as session:
        audience_id = declared(session, cast_here.cedar, 1_000)

        assert queries.blind_counts(session, stranger) == []
        for ask in (
            lambda: queries.blind_count(session, stranger, play.count_id),
            lambda: services.join_blind_count(session, stranger, play.count_id, audience_id, NOW),
            lambda: services.once_size(session, stranger, play.count_id, NOW),
            lambda: services.twice_size(session, stranger, play.count_id, NOW),
            lambda: services.take_once(session, stranger, play.store, play.count_id, "x", NOW),
            lambda: services.take_twice(session, stranger, play.store, play.count_id, "x", NOW),
            lambda: services.partners_points(session, stranger, play.count_id, NOW),
            lambda: services.stop_blind_count(session, stranger, play.store, play.count_id, NOW),
            lambda: services.propose_blind_count(session, stranger, cast_here.partnership.id, audience_id, NOW),
        ):
            with pytest.raises(NotFound):
                ask()


@pytest.mark.parametrize(("brand", "role"), [("alder", "viewer"), ("birch", "finance"), ("birch", "admin")])
def test_only_who_registers_lists_takes_part(play: Play, cast_here: Cast, brand: str, role: str) -> None:
    found = getattr(cast_here, brand)
    actor = getattr(found, role)

    with writing(play.engine, actor.partner_id) as session:
        assert queries.blind_count(session, actor, play.count_id).turn is Turn.BLIND_OWN
        for ask in (
            lambda: services.once_size(session, actor, play.count_id, NOW),
            lambda: services.stop_blind_count(session, actor, play.store, play.count_id, NOW),
            lambda: declared(session, replace(found, manager=actor), 1_000),
        ):
            with pytest.raises(NotAllowed):
                ask()


def test_the_own_count_cannot_be_joined_nor_one_twice(
    sqlite_engine: Engine, store: FolderStore, cast_here: Cast, tmp_path: Path
) -> None:
    play = begin(sqlite_engine, store, cast_here, tmp_path, LISTS, joins=False)
    with writing(sqlite_engine, play.a.actor.partner_id) as session:
        mine = declared(session, cast_here.alder, 1_000)
        with pytest.raises(services.OwnCount):
            services.join_blind_count(session, play.a.actor, play.count_id, mine, NOW)
    with writing(sqlite_engine, play.b.actor.partner_id) as session:
        theirs = declared(session, cast_here.birch, 1_000)
        services.join_blind_count(session, play.b.actor, play.count_id, theirs, NOW)
        with pytest.raises(services.JoinedAlready):
            services.join_blind_count(session, play.b.actor, play.count_id, theirs, NOW)


def test_without_a_published_key_nothing_begins(sqlite_engine: Engine, cast_here: Cast) -> None:
    alder = cast_here.alder
    with writing(sqlite_engine, alder.partner.id) as session:
        audience_id = declared(session, alder, 1_000)
        with pytest.raises(services.NoBrandKey):
            services.propose_blind_count(session, alder.manager, cast_here.partnership.id, audience_id, NOW)


@pytest.mark.parametrize("members", [0, counting_services.MOST_MEMBERS + 1])
def test_a_number_that_cannot_be_is_refused(session: Session, cast: Cast, members: int) -> None:
    with pytest.raises(counting_services.MembersOutOfRange):
        declared(session, cast.alder, members)


def test_a_list_that_is_too_small_is_not_blinded(
    sqlite_engine: Engine, store: FolderStore, cast_here: Cast, tmp_path: Path
) -> None:
    with pytest.raises(services.NotCountable) as refused:
        begin(sqlite_engine, store, cast_here, tmp_path, (range(1, 1_100), range(1, 500)))

    assert refused.value.fields["answer"] == Answer.TOO_SMALL


def test_the_same_communities_wait_a_week(play: Play, cast_here: Cast) -> None:
    for _ in range(2):
        play.step(play.a)
        play.step(play.b)
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


def test_a_budget_that_was_used_meanwhile_stops_the_count(play: Play) -> None:
    for _ in range(2):
        play.step(play.a)
        play.step(play.b)
    with writing(play.engine, EVERY_TENANT) as session:
        lists = {one.partner_id: one for one in session.scalars(select(Audience))}
        own, other = lists[play.b.actor.partner_id], lists[play.a.actor.partner_id]
        for asker, asked in ((own, other), (other, own)):
            session.add(
                Evaluation(
                    partnership_id=row_of(session, play).partnership_id, asker_id=asker.partner_id,
                    other_id=asked.partner_id, own_community_id=asker.community_id,
                    other_community_id=asked.community_id, own_audience_id=asker.id, other_audience_id=asked.id,
                    question=Question.REGIONS, answer=Answer.COUNTED, epsilon_milli=1_900, at=NOW,
                )
            )  # fmt: skip
        session.commit()

    assert not count(play, compared(play))

    with reading(play.engine, EVERY_TENANT) as session:
        card = queries.blind_count(session, play.a.actor, play.count_id)
        assert (card.turn, card.refusal) == (Turn.STOPPED, "budget_used")
        assert session.scalars(select(Overlap)).all() == []


def test_either_side_stops_it_and_nothing_stays(play: Play) -> None:
    play.step(play.a)
    play.step(play.b)

    with writing(play.engine, play.b.actor.partner_id) as session:
        services.stop_blind_count(session, play.b.actor, play.store, play.count_id, NOW)
        session.commit()

    assert list(play.store.path(f"blind/{play.count_id}").iterdir()) == []
    with pytest.raises(services.NotYourTurn):
        play.send(play.a, bytes(32), "twice")
    with reading(play.engine, EVERY_TENANT) as session:
        assert row_of(session, play).step == BlindStep.STOPPED
        actions = set(session.scalars(select(AuditEvent.action)))
    assert {"propose_blind_count", "join_blind_count", "blind_own_list", "stop_blind_count"} <= actions


def test_a_list_that_was_taken_back_ends_the_count(play: Play) -> None:
    play.step(play.a)
    with writing(play.engine, EVERY_TENANT) as session:
        audience_id = row_of(session, play).audience_a_id
        assert ending_services.stop_counts_of(session, play.store, [audience_id], NOW) == 1
        session.commit()

    assert row_is(play, BlindStep.STOPPED)


def test_a_list_that_expired_is_not_blinded_any_more(play: Play) -> None:
    with pytest.raises(services.ListNotUsable):
        play.step(play.a, NOW + timedelta(days=400))


@pytest.mark.parametrize(("days", "footing", "stopped"), [(13, "signed", 0), (15, "signed", 1), (1, "ended", 1)])
def test_what_takes_too_long_or_has_no_partnership_is_stopped(
    play: Play, days: int, footing: str, stopped: int
) -> None:
    play.step(play.a)
    with writing(play.engine, EVERY_TENANT) as session:
        partnership = session.get_one(Partnership, row_of(session, play).partnership_id)
        partnership.footing = Footing(footing)
        session.flush()
        assert ending_services.stop_unfinished(session, play.store, NOW + timedelta(days=days)) == stopped
        session.commit()

    assert row_is(play, BlindStep.STOPPED) == bool(stopped)


def test_a_count_that_was_recorded_is_not_recorded_again(play: Play) -> None:
    for _ in range(2):
        play.step(play.a)
        play.step(play.b)

    assert [count(play, COMMON), count(play, COMMON + 500)] == [True, True]

    with reading(play.engine, EVERY_TENANT) as session:
        assert session.scalars(select(Overlap.noisy)).all() == [COMMON]


def test_the_exact_count_is_written_nowhere(play: Play) -> None:
    for _ in range(2):
        play.step(play.a)
        play.step(play.b)
    with writing(play.engine, EVERY_TENANT) as session:
        counting_services.record_blind_count(session, play.count_id, 201, NOW, lambda _epsilon: 7_000)
        session.commit()

    with reading(play.engine, EVERY_TENANT) as session:
        said = [str(event.after) for event in session.scalars(select(AuditEvent))]
        assert session.scalars(select(Overlap.noisy)).one() == 7_201
    assert not [text for text in said if "201" in text]


def test_a_list_with_tokens_may_be_counted_blindly_too_but_not_for_another_use(session: Session, cast: Cast) -> None:
    audience = session.get_one(Audience, declared(session, cast.alder, 1_000))
    audience.uses = []

    with pytest.raises(services.ListNotUsable):
        services.require_usable(audience, GROUND.as_of)


def row_is(play: Play, step: BlindStep) -> bool:
    with reading(play.engine, EVERY_TENANT) as session:
        return row_of(session, play).step == step


def test_what_was_counted_stands_in_the_matrix_of_both_sides(play: Play, cast_here: Cast) -> None:
    for _ in range(2):
        play.step(play.a)
        play.step(play.b)
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


def test_whoever_is_next_is_told_on_the_first_page(
    sqlite_engine: Engine, store: FolderStore, cast_here: Cast, tmp_path: Path
) -> None:
    begin(sqlite_engine, store, cast_here, tmp_path, LISTS, joins=False)
    waits = {}
    for brand in (cast_here.alder, cast_here.birch, cast_here.cedar):
        with reading(sqlite_engine, brand.partner.id) as session:
            waits[brand.partner.code] = [each.with_names for each in queries.waiting_for(session, brand.manager)]
            assert queries.waiting_for(session, brand.viewer) == []

    assert waits == {"alder": [], "birch": [("Alder Coffee",)], "cedar": []}
