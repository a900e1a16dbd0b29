"""Blind counts: who takes which step, in which order, and all that is refused on the way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from partners.audiences.blind import counting_services, queries, services
from partners.audiences.blind.queries import Turn
from partners.audiences.models import Answer, Audience
from partners.database import reading, writing
from partners.errors import NotAllowed, NotFound
from partners.store import FolderStore
from tests.cast import Cast
from tests.conftest import NOW
from tests.partners.audiences.blind.world import GROUND, LISTS, Play, begin, declared


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


def test_a_list_with_tokens_may_be_counted_blindly_too_but_not_for_another_use(session: Session, cast: Cast) -> None:
    audience = session.get_one(Audience, declared(session, cast.alder, 1_000))
    audience.uses = []

    with pytest.raises(services.ListNotUsable):
        services.require_usable(audience, GROUND.as_of)


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
