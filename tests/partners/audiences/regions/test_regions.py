"""Several lists at once: what is kept, what both sides read, and what is hidden."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from partners.audiences.models import Overlap, Regions
from partners.audiences.regions.diagram import Standing, Sum, released_regions
from partners.audiences.regions.queries import files_of, regions_choice, regions_page
from partners.audiences.regions.services import (
    record_regions,
)
from partners.audiences.release.release import ReleaseSettings
from partners.database import EVERY_TENANT, reading, writing
from partners.directory.models import Footing
from partners.errors import NotFound
from partners.store import FolderStore
from tests.cast import build_cast
from tests.conftest import NOW
from tests.partners.audiences.regions.world import CELLS, World


def test_both_sides_read_the_same_and_strangers_nothing(session: Session, world: World) -> None:
    regions_id = world.counted()

    ours = regions_page(session, world.cast.alder.viewer, regions_id)
    theirs = regions_page(session, world.cast.birch.viewer, regions_id)

    assert ours.released is not None
    assert ours.released == theirs.released
    assert sorted(one.count or 0 for one in ours.released.regions) == [0, 510, 700, 980, 1_490, 1_990, 3_020]
    assert ours.released.union == Sum(8_690, False)
    bits = world.place(regions_id)
    assert ours.released.alone(bits[0]).count == 1_990
    assert ours.released.shared(bits[0], bits[1]) == Sum(1_210, True)
    assert (ours.asked_by != "", theirs.asked_by) == (True, "")
    assert [one.is_own for one in ours.card.lists] != [one.is_own for one in theirs.card.lists]
    with pytest.raises(NotFound):
        regions_page(session, world.cast.cedar.viewer, regions_id)
    with pytest.raises(NotFound):
        regions_choice(session, world.cast.cedar.viewer, world.cast.partnership.id, NOW)
    with pytest.raises(NotFound):
        regions_page(session, world.cast.alder.viewer, "no-such-id")


def test_nothing_is_shown_while_it_is_counted_after_it_was_taken_back_and_after_the_end(
    session: Session, world: World
) -> None:
    regions_id = world.ask()
    row = session.get_one(Regions, regions_id)
    waiting = regions_page(session, world.cast.alder.viewer, regions_id)
    record_regions(session, regions_id, [3_200, 5_200, 3_000], CELLS, NOW)
    world.cast.partnership.footing = Footing.ENDED
    ended = regions_page(session, world.cast.alder.viewer, regions_id)
    row.cells, row.taken_back_at = [], NOW
    taken_back = regions_page(session, world.cast.alder.viewer, regions_id)

    assert [page.released for page in (waiting, ended, taken_back)] == [None, None, None]
    assert [page.card.standing for page in (waiting, taken_back)] == [Standing.WAITING, Standing.TAKEN_BACK]


def test_what_is_counted_late_or_twice_is_not_kept(session: Session, world: World) -> None:
    regions_id = world.counted()
    row = session.get_one(Regions, regions_id)
    before = list(row.cells)

    assert not record_regions(session, regions_id, row.sizes, [1] * 7, NOW)
    assert row.cells == before
    assert files_of(session, regions_id) == []
    row.computed_at, row.taken_back_at = None, NOW
    assert not record_regions(session, regions_id, row.sizes, [1] * 7, NOW)


def test_without_noise_more_is_hidden_so_that_nothing_small_is_solved() -> None:
    sizes = [sum(count for number, count in enumerate(CELLS, start=1) if number >> bit & 1) for bit in range(3)]

    exact = released_regions(CELLS, sizes, ["a", "b", "c"], {}, 1_000_000, ReleaseSettings(rounding=1))
    noisy = released_regions(CELLS, sizes, ["a", "b", "c"], {}, 250, ReleaseSettings())

    assert [region.number for region in noisy.regions if region.count is None] == [5]
    assert exact.too >= 1
    assert exact.hidden == 1 + exact.too


def test_either_database_keeps_regions_and_hides_them_from_strangers(engine: Engine, store: FolderStore) -> None:
    with writing(engine, EVERY_TENANT) as session:
        cast = build_cast(session, NOW)
        regions_id = World(session, cast, store).counted()
        session.commit()

    with reading(engine, cast.birch.partner.id) as session:
        page = regions_page(session, cast.birch.viewer, regions_id)
        assert page.released is not None
        assert page.released.hidden == 1
        assert [one.name_zh for one in page.card.lists if not one.is_own] == ["桤木咖啡会员"]
    with reading(engine, cast.cedar.partner.id) as session, pytest.raises(NotFound):
        regions_page(session, cast.cedar.viewer, regions_id)


def test_noise_of_the_pairs_counts_when_they_are_known_elsewhere(session: Session, world: World) -> None:
    regions_id = world.counted()
    for overlap in session.scalars(select(Overlap)):
        overlap.noisy = 1_205
    session.flush()

    page = regions_page(session, world.cast.alder.viewer, regions_id)

    assert page.released is not None
    assert page.released.hidden >= 1
