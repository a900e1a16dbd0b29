"""Several lists at once: who may ask, what it costs, what is kept, and what both sides read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from partners.audiences.models import Audience, Evaluation, Overlap, Regions
from partners.audiences.regions.diagram import Standing, Sum, region_cost, released_regions
from partners.audiences.regions.queries import files_of, regions_choice, regions_page
from partners.audiences.regions.services import (
    NoListToCompare,
    NotSigned,
    OtherKey,
    PairsNotCounted,
    RegionsNotAgreed,
    WrongNumberOfLists,
    ask_regions,
    record_regions,
)
from partners.audiences.release.evaluating import Answer, Question
from partners.audiences.release.release import ReleaseSettings
from partners.communities.models import Community
from partners.database import EVERY_TENANT, reading, writing
from partners.directory.models import Footing, PartnershipPartner
from partners.errors import NotAllowed, NotFound
from partners.outbox import OutboxEvent
from partners.store import FolderStore
from tests.cast import Brand, Cast, build_cast
from tests.conftest import NOW
from tests.partners.audiences.lists import Lists

WEEK = timedelta(days=7)

CELLS = [1_990, 3_020, 510, 980, 20, 1_490, 700]
"""Of Alder's club (bit 0), Birch's club (1) and Birch's second (2), in the order of the numbers."""


def second_community(session: Session, brand: Brand) -> Community:
    community = Community(
        partner_id=brand.partner.id, code=f"{brand.partner.code}-two", name="Second", name_zh="第二", theme="x",
        channel="email", created_at=NOW,
    )  # fmt: skip
    session.add(community)
    session.flush()
    return community


class World:
    """Three lists of two brands whose pairs are counted."""

    def __init__(self, session: Session, cast: Cast, store: FolderStore) -> None:
        self.session, self.cast = session, cast
        self.lists = Lists(session, store, cast.partnership.id)
        self.second = second_community(session, cast.birch)
        alder, club, second = range(3_200), range(2_000, 7_200), range(2_500, 5_500)
        self.lists.put(cast.alder, alder, now=NOW - timedelta(hours=2))
        self.lists.put(cast.birch, club, now=NOW - timedelta(hours=1))
        self.lists.put(cast.birch, second, community=self.second)
        self.lists.count()
        self.ids = [cast.alder.community.id, cast.birch.community.id, self.second.id]

    def ask(self) -> str:
        asked = ask_regions(self.session, self.cast.alder.manager, self.cast.partnership.id, self.ids, NOW)
        assert asked.regions_id is not None
        return asked.regions_id

    def place(self, regions_id: str) -> list[int]:
        """Return for Alder's club, Birch's club and Birch's second which bit it has."""
        row = self.session.get_one(Regions, regions_id)
        order = [self.session.get_one(Audience, each).community_id for each in row.audience_ids]
        return [order.index(each) for each in self.ids]

    def counted(self) -> str:
        """Ask, and keep CELLS as they would be counted."""
        regions_id = self.ask()
        bits = self.place(regions_id)
        noisy = [0] * 7
        for number, count in enumerate(CELLS, start=1):
            noisy[sum(1 << bits[bit] for bit in range(3) if number >> bit & 1) - 1] = count
        sizes = [members for _key, members in files_of(self.session, regions_id)]
        assert record_regions(self.session, regions_id, sizes, noisy, NOW)
        return regions_id


@pytest.fixture
def world(session: Session, cast: Cast, store: FolderStore) -> World:
    return World(session, cast, store)


def regions_evaluations(session: Session) -> list[tuple[Answer, int]]:
    rows = session.scalars(select(Evaluation).where(Evaluation.question == Question.REGIONS).order_by(Evaluation.at))
    return [(row.answer, row.epsilon_milli) for row in rows]


def test_a_question_costs_each_pair_of_brands_and_starts_a_job(session: Session, world: World) -> None:
    regions_id = world.ask()

    row = session.get_one(Regions, regions_id)
    events = session.scalars(select(OutboxEvent.kind).where(OutboxEvent.subject_id == regions_id)).all()

    assert (row.cells, row.epsilon_milli, len(row.audience_ids)) == ([], 250, 3)
    assert regions_evaluations(session) == [(Answer.COUNTED, 250), (Answer.COUNTED, 250)]
    assert events == ["regions.asked"]
    assert [members for _key, members in files_of(session, regions_id)] == [
        session.get_one(Audience, each).accepted for each in row.audience_ids
    ]


def test_the_same_question_has_the_same_answer_and_costs_nothing_more(session: Session, world: World) -> None:
    first = world.counted()
    again = ask_regions(session, world.cast.birch.manager, world.cast.partnership.id, world.ids[::-1], NOW + 2 * WEEK)

    assert (again.answer, again.regions_id) == (Answer.SAME_LISTS, first)
    assert sorted(regions_evaluations(session)) == [
        (Answer.COUNTED, 250), (Answer.COUNTED, 250), (Answer.SAME_LISTS, 0), (Answer.SAME_LISTS, 0),
    ]  # fmt: skip


def test_another_question_about_the_same_pair_has_to_wait_a_week(session: Session, world: World) -> None:
    world.counted()
    third = Community(
        partner_id=world.cast.alder.partner.id, code="alder-third", name="Third", theme="x", channel="email",
        created_at=NOW,
    )  # fmt: skip
    session.add(third)
    session.flush()
    world.lists.put(world.cast.alder, range(9_000, 12_000), community=third)
    world.lists.count()
    wider = [*world.ids, third.id]

    soon = ask_regions(session, world.cast.alder.manager, world.cast.partnership.id, wider, NOW)
    later = ask_regions(session, world.cast.alder.manager, world.cast.partnership.id, wider, NOW + WEEK)

    assert (soon.answer, soon.regions_id, soon.until) == (Answer.TOO_SOON, None, NOW + WEEK)
    assert {soon.own_name, soon.other_name} <= {"Alder Coffee club", "Birch Dairy club", "Second"}
    assert later.answer is Answer.COUNTED


def test_a_question_beyond_the_budget_is_refused_and_written_down(session: Session, world: World) -> None:
    side = session.get_one(PartnershipPartner, (world.cast.partnership.id, world.cast.birch.partner.id))
    side.budget_milli = 240

    refused = ask_regions(session, world.cast.alder.manager, world.cast.partnership.id, world.ids, NOW)

    assert (refused.answer, refused.regions_id) == (Answer.BUDGET_USED, None)
    assert regions_evaluations(session) == [(Answer.BUDGET_USED, 0)]
    assert session.scalars(select(Regions)).all() == []


def test_what_may_not_be_asked_is_refused_with_its_reason(session: Session, world: World) -> None:
    manager, bond = world.cast.alder.manager, world.cast.partnership

    with pytest.raises(WrongNumberOfLists):
        ask_regions(session, manager, bond.id, world.ids[:2], NOW)
    with pytest.raises(NotFound):
        ask_regions(session, manager, bond.id, [*world.ids, world.cast.cedar.community.id], NOW)
    with pytest.raises(NotAllowed):
        ask_regions(session, world.cast.alder.viewer, bond.id, world.ids, NOW)
    with pytest.raises(NotFound):
        ask_regions(session, world.cast.cedar.manager, bond.id, world.ids, NOW)
    bond.footing = Footing.EXPLORING
    with pytest.raises(NotSigned):
        ask_regions(session, manager, bond.id, world.ids, NOW)


def test_a_list_that_was_not_registered_for_it_is_not_compared(session: Session, world: World) -> None:
    (audience,) = session.scalars(select(Audience).where(Audience.community_id == world.second.id))
    audience.uses = ["overlap"]
    session.flush()

    with pytest.raises(RegionsNotAgreed, match="Second"):
        world.ask()
    audience.confirmed_at = None
    session.flush()
    with pytest.raises(NoListToCompare, match="Second"):
        world.ask()

    choice = regions_choice(session, world.cast.alder.viewer, world.cast.partnership.id, NOW)
    assert {one.name: one.why_not for one in choice.candidates} == {
        "Alder Coffee club": "", "Birch Dairy club": "", "Second": "no_list",
    }  # fmt: skip


def test_lists_under_another_key_or_not_counted_in_pairs_have_to_wait(session: Session, world: World) -> None:
    world.lists.put(world.cast.birch, range(2_000), now=NOW + WEEK, community=world.second, key_name="bb1916ecd637")
    with pytest.raises(OtherKey):
        world.ask()

    world.lists.put(world.cast.birch, range(2_000), now=NOW + 2 * WEEK, community=world.second)
    with pytest.raises(PairsNotCounted):
        world.ask()


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


def test_regions_that_are_taken_back_may_be_asked_anew(session: Session, world: World) -> None:
    first = world.counted()
    session.get_one(Regions, first).taken_back_at = NOW

    asked = ask_regions(session, world.cast.alder.manager, world.cast.partnership.id, world.ids, NOW + WEEK)

    assert asked.answer is Answer.COUNTED
    assert asked.regions_id != first


def test_without_noise_more_is_hidden_so_that_nothing_small_is_solved() -> None:
    sizes = [sum(count for number, count in enumerate(CELLS, start=1) if number >> bit & 1) for bit in range(3)]

    exact = released_regions(CELLS, sizes, ["a", "b", "c"], {}, 1_000_000, ReleaseSettings(rounding=1))
    noisy = released_regions(CELLS, sizes, ["a", "b", "c"], {}, 250, ReleaseSettings())

    assert [region.number for region in noisy.regions if region.count is None] == [5]
    assert exact.too >= 1
    assert exact.hidden == 1 + exact.too


def test_each_region_has_noise_for_half_of_the_cost() -> None:
    assert [region_cost(epsilon) for epsilon in (250, 1_000, 1)] == [125, 500, 1]


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


def test_asking_works_within_the_wall_of_the_own_tenant(engine: Engine, store: FolderStore) -> None:
    with writing(engine, EVERY_TENANT) as session:
        cast = build_cast(session, NOW)
        ids = World(session, cast, store).ids
        session.commit()

    with writing(engine, cast.alder.partner.id) as session:
        asked = ask_regions(session, cast.alder.manager, cast.partnership.id, ids, NOW)
        session.commit()

    assert asked.answer is Answer.COUNTED


def test_noise_of_the_pairs_counts_when_they_are_known_elsewhere(session: Session, world: World) -> None:
    regions_id = world.counted()
    for overlap in session.scalars(select(Overlap)):
        overlap.noisy = 1_205
    session.flush()

    page = regions_page(session, world.cast.alder.viewer, regions_id)

    assert page.released is not None
    assert page.released.hidden >= 1
