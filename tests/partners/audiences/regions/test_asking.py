"""Several lists at once: who may ask, what it costs, and what is refused."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from partners.audiences.models import Audience, Regions
from partners.audiences.regions.diagram import region_cost
from partners.audiences.regions.queries import files_of, regions_choice
from partners.audiences.regions.services import (
    NoListToCompare,
    NotSigned,
    OtherKey,
    PairsNotCounted,
    RegionsNotAgreed,
    WrongNumberOfLists,
    ask_regions,
)
from partners.audiences.release.evaluating import Answer
from partners.communities.models import Community
from partners.database import EVERY_TENANT, writing
from partners.directory.models import Footing, PartnershipPartner
from partners.errors import NotAllowed, NotFound
from partners.outbox import OutboxEvent
from partners.store import FolderStore
from tests.cast import build_cast
from tests.conftest import NOW
from tests.partners.audiences.regions.world import WEEK, World, regions_evaluations


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


def test_regions_that_are_taken_back_may_be_asked_anew(session: Session, world: World) -> None:
    first = world.counted()
    session.get_one(Regions, first).taken_back_at = NOW

    asked = ask_regions(session, world.cast.alder.manager, world.cast.partnership.id, world.ids, NOW + WEEK)

    assert asked.answer is Answer.COUNTED
    assert asked.regions_id != first


def test_each_region_has_noise_for_half_of_the_cost() -> None:
    assert [region_cost(epsilon) for epsilon in (250, 1_000, 1)] == [125, 500, 1]


def test_asking_works_within_the_wall_of_the_own_tenant(engine: Engine, store: FolderStore) -> None:
    with writing(engine, EVERY_TENANT) as session:
        cast = build_cast(session, NOW)
        ids = World(session, cast, store).ids
        session.commit()

    with writing(engine, cast.alder.partner.id) as session:
        asked = ask_regions(session, cast.alder.manager, cast.partnership.id, ids, NOW)
        session.commit()

    assert asked.answer is Answer.COUNTED
