"""The pages of overlaps: the matrix with its measures, what stands behind a figure, segments, settings and the log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.installation import Installation
from app.jobs import handler_named
from app.work import Work
from partners import outbox
from partners.audiences.models import Evaluation, Overlap
from partners.database import EVERY_TENANT, reading, writing
from partners.directory.models import Footing, Partnership, PartnershipPartner
from partners.directory.policy import Actor
from partners.outbox import Job
from tests.app.test_audiences import members, register
from tests.cast import Cast
from tests.conftest import NOW
from tests.keys import give_key
from tests.partners.audiences.lists import Lists

SignedIn = Callable[[Actor], FlaskClient]

PAGES = ("", "/explain", "/segments", "/settings", "/log")


def run_jobs(place: Installation) -> list[str]:
    """Run every queued job here and now; return what was done."""
    with reading(place.engine) as session:
        waiting = outbox.requeue_stale(session, NOW)
    done = []
    for job_id in waiting:
        with writing(place.engine) as session:
            claim = outbox.claim(session, job_id, NOW)
            session.commit()
        assert claim is not None
        handler_named(claim.handler)(Work(place, claim))
        done.append(claim.handler)
    return done


@pytest.fixture
def counted(world: Cast, place: Installation) -> Cast:
    """Both brands have a list in segments, and their overlap is counted: 500 of 2,000 and 1,000, without noise."""
    with writing(place.engine, EVERY_TENANT) as session:
        lists = Lists(session, place.store, world.partnership.id)
        lists.put(world.alder, range(2_000), NOW - timedelta(hours=1), segments={"gold": range(1_700), "new": ()})
        lists.put(world.birch, range(1_500, 2_500), segments={"town": range(1_500, 2_400)})
        lists.count()
        for row in session.scalars(select(Overlap)):
            row.noisy = 500 if not row.segment_a else 200 if {"gold"} & {row.segment_a, row.segment_b} else 0
        session.commit()
    return world


def address_of(cast: Cast, page: str = "") -> str:
    return f"/audiences/overlap/{cast.partnership.id}{page}"


def test_the_matrix_shows_every_measure(client_for: SignedIn, counted: Cast) -> None:
    shown = {
        measure: client_for(counted.alder.viewer).get(f"{address_of(counted)}?measure={measure}&universe=8000").text
        for measure in ("shared", "coefficient", "jaccard", "lift", "unique", "nonsense")
    }

    for measure, figure in {"shared": "500", "coefficient": "50.0", "jaccard": "20.0", "unique": "1,500"}.items():
        assert f">{figure}" in shown[measure], measure
    assert ">2.00<" in shown["lift"]
    assert "N = 8,000" in shown["lift"]
    assert ">500<" in shown["nonsense"]


def test_lift_is_nothing_without_its_universe(client_for: SignedIn, counted: Cast) -> None:
    page = client_for(counted.alder.viewer).get(f"{address_of(counted)}?measure=lift").text

    assert "People in all (for lift)" in page
    assert "N = " not in page


def test_the_partner_reads_its_own_reach(client_for: SignedIn, counted: Cast) -> None:
    page = client_for(counted.birch.viewer).get(f"{address_of(counted)}?measure=unique").text

    assert ">500<" in page


def test_the_matrix_is_given_as_csv(client_for: SignedIn, counted: Cast) -> None:
    answer = client_for(counted.alder.viewer).get(f"{address_of(counted)}?csv=1&universe=8000")

    head, row = answer.data.decode("utf-8-sig").splitlines()
    assert head.startswith("Community,Partner,")
    assert row.split(",")[4:11] == ["500", "2000", "1000", "0.5", "0.2", "2.0", "1500"]


def test_a_figure_is_explained(client_for: SignedIn, counted: Cast) -> None:
    page = client_for(counted.alder.viewer).get(f"{address_of(counted, '/explain')}?measure=jaccard").text

    for sentence in ("|A ∩ B| / |A ∪ B|", "ε = 0.250", "0.500 of 2.000", "0.000 of 2.000", "counted from tokens"):
        assert sentence in page


def test_segments_are_shown_against_each_other_and_small_ones_hidden(client_for: SignedIn, counted: Cast) -> None:
    page = client_for(counted.birch.viewer).get(address_of(counted, "/segments")).text

    assert ">200<" in page
    assert ">hidden<" in page
    assert "fewer than 100 members" in page


def test_why_nothing_newer_is_counted_stands_beside_the_figure(
    client_for: SignedIn, counted: Cast, place: Installation
) -> None:
    with writing(place.engine, EVERY_TENANT) as session:
        lists = Lists(session, place.store, counted.partnership.id)
        lists.put(counted.birch, range(1_000, 3_000), now=NOW + timedelta(minutes=1))
        lists.count(now=NOW + timedelta(minutes=1))
        session.commit()

    for brand in (counted.alder, counted.birch):
        page = client_for(brand.viewer).get(address_of(counted)).text
        assert ">500<" in page
        assert "too soon until" in page
        assert "too soon" in client_for(brand.viewer).get(address_of(counted, "/log")).text


def test_the_log_is_searched_sorted_and_given_as_csv(client_for: SignedIn, counted: Cast) -> None:
    client, address = client_for(counted.birch.viewer), address_of(counted, "/log")

    assert "how many are shared" in client.get(f"{address}?q=birch&sort=-at").text
    assert "Nothing matches" in client.get(f"{address}?q=nothing").text
    assert len(client.get(f"{address}?csv=1").data.decode().splitlines()) == 3


def test_a_side_sets_what_it_asks_for_and_the_other_reads_it(
    client_for: SignedIn, counted: Cast, place: Installation
) -> None:
    client, address = client_for(counted.alder.manager), address_of(counted, "/settings")
    form = {"floor": "600", "rounding": "50", "epsilon": "0.1", "budget": "1.5", "arrangement": "SCC 2026-04"}

    assert client.post(address, data=form).status_code == 303

    other = client_for(counted.birch.viewer)
    for shown in ("600", "50", "0.100", "1.500", "SCC 2026-04"):
        assert shown in other.get(address).text
    assert "under 600" in other.get(address_of(counted)).text
    with reading(place.engine, EVERY_TENANT) as session:
        side = session.get_one(PartnershipPartner, (counted.partnership.id, counted.alder.partner.id))
        assert (side.epsilon_milli, side.budget_milli, side.arrangement) == (100, 1_500, "SCC 2026-04")
        assert session.scalars(select(Job.handler).where(Job.handler == "count_partnership")).all()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"floor": "49"}, "between 50 and 1000000"), ({"epsilon": "0.0501"}, "At most three decimals."),
        ({"epsilon": "NaN"}, "At most three decimals."), ({"epsilon": "2"}, "between 0.050 and 1.000"),
        ({"budget": "3"}, "between 0 and 2.000"), ({"rounding": "7"}, "Not a valid choice"),
        ({"arrangement": "x" * 121}, "120"), ({"floor": "many"}, "Smallest count shown"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_comes_back(
    client_for: SignedIn, counted: Cast, changes: dict[str, str], sentence: str
) -> None:
    form = {"floor": "60", "rounding": "10", "epsilon": "0.25", "budget": "2", "arrangement": "", **changes}

    answer = client_for(counted.alder.manager).post(address_of(counted, "/settings"), data=form)

    assert answer.status_code == 422
    assert sentence in answer.text


def test_only_managers_set_and_every_role_reads(client_for: SignedIn, counted: Cast) -> None:
    form = {"floor": "60", "rounding": "10", "epsilon": "0.25", "budget": "2", "arrangement": ""}
    for actor in (counted.alder.viewer, counted.alder.finance, counted.alder.admin):
        client = client_for(actor)
        assert [client.get(address_of(counted, page)).status_code for page in PAGES] == [200] * 5
        assert client.post(address_of(counted, "/settings"), data=form).status_code == 403
        assert "Your side" not in client.get(address_of(counted, "/settings")).text


def test_a_stranger_finds_none_of_it(client_for: SignedIn, counted: Cast) -> None:
    client = client_for(counted.cedar.manager)

    assert [client.get(address_of(counted, page)).status_code for page in PAGES] == [404] * 5
    assert client.post(address_of(counted, "/settings"), data={"floor": "60"}).status_code == 404


@pytest.mark.parametrize("footing", [Footing.INVITED, Footing.EXPLORING, Footing.ENDED])
def test_the_pages_stand_on_every_footing(
    client_for: SignedIn, counted: Cast, place: Installation, footing: Footing
) -> None:
    with writing(place.engine, EVERY_TENANT) as session:
        session.get_one(Partnership, counted.partnership.id).footing = footing
        session.commit()

    pages = [client_for(counted.alder.manager).get(address_of(counted, page)) for page in PAGES]

    assert [page.status_code for page in pages] == [200] * 5
    assert not [page for page in pages if ">500<" in page.text]


def test_lists_that_are_registered_are_counted_with_noise(
    client_for: SignedIn, world: Cast, place: Installation
) -> None:
    with writing(place.engine) as session:
        give_key(session, world.alder.manager, world.partnership.id, NOW)
        session.commit()
    register(client_for(world.alder.manager), world.alder, members(0, 2_000))
    register(client_for(world.birch.manager), world.birch, members(1_000, 3_000))

    done = run_jobs(place)

    with reading(place.engine, EVERY_TENANT) as session:
        (row,) = session.scalars(select(Overlap)).all()
    assert [each for each in done if each != "count_overlaps"] == []
    assert row.noisy is not None
    assert abs(row.noisy - 1_000) < 100


def test_a_new_day_counts_what_had_to_wait(place: Installation, world: Cast) -> None:
    with writing(place.engine, EVERY_TENANT) as session:
        lists = Lists(session, place.store, world.partnership.id)
        lists.put(world.alder, range(2_000))
        lists.put(world.birch, range(1_000, 3_000))
        outbox.begin_day(session, NOW)
        outbox.dispatch(session, {outbox.DAY_BEGAN: ["count_waiting"]}, NOW)
        session.commit()

    assert run_jobs(place) == ["count_waiting"]

    with reading(place.engine, EVERY_TENANT) as session:
        assert session.scalars(select(Job.result)).one() == {"pairs": 1}
        assert len(session.scalars(select(Evaluation)).all()) == 1
