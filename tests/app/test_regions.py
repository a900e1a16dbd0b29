"""The pages of several lists at once: choosing and asking, the job, the result with its figure, and the CSV."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audiences.jobs import counter_of
from app.installation import Installation
from app.jobs import HANDLERS
from partners import outbox
from partners.audiences.counting import overlap
from partners.audiences.deletion_services import revoke_audience
from partners.audiences.models import Audience, Regions
from partners.audiences.regions.services import ask_regions
from partners.communities.models import Community
from partners.database import EVERY_TENANT, reading, writing
from partners.directory.models import Footing, Partnership
from partners.directory.policy import Actor
from tests.app.test_overlaps import run_jobs
from tests.cast import Cast
from tests.conftest import NOW
from tests.partners.audiences.lists import Lists

SignedIn = Callable[[Actor], FlaskClient]


@pytest.fixture
def ids(world: Cast, place: Installation) -> list[str]:
    """Return the communities of three lists whose pairs are counted: one of Alder's, two of Birch's."""
    with writing(place.engine, EVERY_TENANT) as session:
        second = Community(
            partner_id=world.birch.partner.id, code="birch-two", name="Birch <second>", name_zh="白桦第二", theme="x",
            channel="email", created_at=NOW,
        )  # fmt: skip
        session.add(second)
        session.flush()
        lists = Lists(session, place.store, world.partnership.id)
        lists.put(world.alder, range(3_200), now=NOW - timedelta(hours=2))
        lists.put(world.birch, range(2_000, 7_200), now=NOW - timedelta(hours=1))
        lists.put(world.birch, range(2_500, 5_500), community=second)
        lists.count()
        session.commit()
        return [world.alder.community.id, world.birch.community.id, second.id]


@pytest.fixture
def counted(world: Cast, place: Installation, ids: list[str]) -> str:
    """Return the id of a question that is counted; its noise is left as it came."""
    with writing(place.engine, EVERY_TENANT) as session:
        asked = ask_regions(session, world.alder.manager, world.partnership.id, ids, NOW)
        outbox.dispatch(session, HANDLERS, NOW)
        session.commit()
    assert "count_regions" in run_jobs(place)
    return str(asked.regions_id)


def address_of(cast: Cast) -> str:
    return f"/audiences/overlap/{cast.partnership.id}/regions"


def test_communities_are_chosen_and_the_result_is_shown_when_the_job_is_done(
    client_for: SignedIn, world: Cast, place: Installation, ids: list[str]
) -> None:
    client = client_for(world.alder.manager)

    form = client.get(address_of(world)).text
    sent = client.post(address_of(world), data={"communities": ids})
    waiting = client.get(sent.location).text
    done = run_jobs(place)
    shown = client.get(sent.location).text
    again = client.post(address_of(world), data={"communities": ids})

    assert all(f'value="{each}"' in form for each in ids)
    assert sent.status_code == 303
    assert "being counted" in waiting
    assert done == ["count_regions"]
    assert "<svg" in shown
    assert "A ∩ B ∩ C" in shown
    assert "Birch &lt;second&gt;" in shown
    assert again.location == sent.location


def test_the_job_keeps_counts_with_noise_near_the_exact_ones(place: Installation, counted: str) -> None:
    with reading(place.engine, EVERY_TENANT) as session:
        row = session.get_one(Regions, counted)
        paths = [place.store.path(key) for key in _keys(session, row)]
        exact = overlap.count_regions(paths)

        assert sorted(row.sizes) == [3_000, 3_200, 5_200]
        assert row.cells != exact
        assert all(abs(noisy - true) < 200 for noisy, true in zip(row.cells, exact, strict=True))


def _keys(session: object, row: Regions) -> list[str]:
    return [f"audiences/{each}/{row.partnership_id}.0.tokens" for each in row.audience_ids]


def test_both_sides_see_the_same_page_and_strangers_none(client_for: SignedIn, world: Cast, counted: str) -> None:
    address = f"/audiences/regions/{counted}"
    ours, theirs = (client_for(each.viewer).get(f"{address}?csv=1").text for each in (world.alder, world.birch))

    assert ours == theirs
    assert ours.count("\n") == 8
    assert client_for(world.cedar.manager).get(address).status_code == 404
    assert client_for(world.cedar.manager).get(address_of(world)).status_code == 404
    assert client_for(world.alder.viewer).get("/audiences/regions/nothing").status_code == 404
    assert counted in client_for(world.birch.viewer).get(address_of(world)).text


def test_a_viewer_reads_but_does_not_ask(client_for: SignedIn, world: Cast, ids: list[str]) -> None:
    client = client_for(world.birch.viewer)

    assert 'name="communities"' not in client.get(address_of(world)).text
    assert client.post(address_of(world), data={"communities": ids}).status_code == 403


def test_a_wrong_choice_says_what_is_wrong(client_for: SignedIn, world: Cast, ids: list[str]) -> None:
    answer = client_for(world.alder.manager).post(address_of(world), data={"communities": ids[:2]})

    assert answer.status_code == 422
    assert "Choose three to six communities" in answer.text


def test_a_question_too_soon_says_until_when(
    client_for: SignedIn, world: Cast, place: Installation, ids: list[str], counted: str
) -> None:
    with writing(place.engine, EVERY_TENANT) as session:
        third = Community(
            partner_id=world.alder.partner.id, code="alder-3", name="Third", theme="x", channel="email", created_at=NOW
        )
        session.add(third)
        session.flush()
        lists = Lists(session, place.store, world.partnership.id)
        lists.put(world.alder, range(9_000, 12_000), community=third)
        lists.count()
        session.commit()

    answer = client_for(world.alder.manager).post(address_of(world), data={"communities": [*ids, third.id]})

    assert answer.status_code == 422
    assert "too soon, until" in answer.text


def test_a_result_that_was_taken_back_says_so(
    client_for: SignedIn, world: Cast, place: Installation, counted: str
) -> None:
    with writing(place.engine, EVERY_TENANT) as session:
        (audience,) = session.scalars(select(Audience).where(Audience.partner_id == world.alder.partner.id))
        revoke_audience(session, world.alder.manager, place.store, audience.id, "asked to", NOW)
        session.commit()

    page = client_for(world.birch.viewer).get(f"/audiences/regions/{counted}").text

    assert "Taken back on" in page
    assert "<svg" not in page.split("<main", 1)[1]


def test_before_signature_nothing_is_asked_or_shown(
    client_for: SignedIn, world: Cast, place: Installation, counted: str
) -> None:
    with writing(place.engine, EVERY_TENANT) as session:
        session.get_one(Partnership, world.partnership.id).footing = Footing.EXPLORING
        session.commit()
    client = client_for(world.alder.manager)

    assert "only where terms are signed" in client.get(address_of(world)).text
    assert "Nothing is shown" in client.get(f"/audiences/regions/{counted}").text


def test_pages_are_chinese_for_who_reads_chinese(client_for: SignedIn, world: Cast, counted: str) -> None:
    client = client_for(world.alder.viewer)
    with client.session_transaction() as kept:
        kept["locale"] = "zh"

    page = client.get(f"/audiences/regions/{counted}").text

    assert "白桦第二" in page


def test_the_settings_choose_who_counts(place: Installation) -> None:
    assert counter_of(place.settings) is overlap.count_pairs
    assert counter_of(replace(place.settings, cluster="tcp://10.0.0.5:8786")) is not overlap.count_pairs
