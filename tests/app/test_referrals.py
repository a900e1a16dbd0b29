"""The pages of evidence: sending a file, what became of it, mending, examples, lines, and who may see what."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.installation import Installation
from app.jobs import handler_named
from app.referrals import jobs
from app.work import Work
from partners import outbox
from partners.database import reading, writing
from partners.directory.policy import Actor
from partners.outbox import Job
from partners.referrals.models import Import
from tests.cast import Cast
from tests.conftest import NOW
from tests.partners.referrals.world import CONVERSIONS, REFUNDS, World, build_world, refund, sale, sheet

SignedIn = Callable[[Actor], FlaskClient]


@pytest.fixture
def live(world: Cast, place: Installation) -> World:
    """A live campaign in which Alder and Birch sell."""
    with writing(place.engine) as session:
        made = build_world(session, world)
        session.commit()
        return made


def send(client: FlaskClient, rows: list[str], header: str = CONVERSIONS, name: str = "sales.csv") -> TestResponse:
    return client.post("/referrals", data={"file": (sheet(rows, header), name)})


def run_job(place: Installation) -> None:
    with reading(place.engine) as session:
        waiting = outbox.requeue_stale(session, NOW)
    for job_id in waiting:
        with writing(place.engine) as session:
            claim = outbox.claim(session, job_id, NOW)
            session.commit()
        assert claim is not None
        handler_named(claim.handler)(Work(place, claim))


def test_a_file_is_sent_read_and_explained(client_for: SignedIn, live: World, place: Installation) -> None:
    client = client_for(live.cast.alder.finance)

    sent = send(client, [sale("ALD-1"), sale("ALD-1"), sale("ALD-2", gross="12,50").replace("12,50", '"12,50"')])
    waiting = client.get(sent.location).text
    run_job(place)
    page = client.get(sent.location).text

    assert sent.status_code == 303
    assert "Reading evidence" in waiting
    assert "“12,50” is not an amount in EUR" in page
    assert "<code>gross</code>" in page
    assert "sales.csv" in client.get("/referrals").text
    assert "sales.csv" in client.get("/referrals?csv=1").text


def test_the_rows_that_failed_can_be_mended_and_sent_again(
    client_for: SignedIn, live: World, place: Installation
) -> None:
    client = client_for(live.cast.alder.manager)
    address = send(client, [sale("ALD-1", campaign="autmn"), sale("ALD-2")]).location
    run_job(place)

    failed = client.get(f"{address}/failed.csv")
    again = client.post("/referrals", data={"file": (BytesIO(failed.data.replace(b"autmn", b"autumn")), "m.csv")})
    run_job(place)

    assert failed.mimetype == "text/csv"
    assert "There is no campaign “autmn”" in failed.text
    assert "Every row was taken" in client.get(again.location).text


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "The file is empty"), (b"mail\nana@example.com\n", "The first line says neither"),
     (CONVERSIONS.encode(), "has a header but no rows")],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_explained_in_the_form(
    client_for: SignedIn, live: World, content: bytes, said: str
) -> None:
    client = client_for(live.cast.alder.finance)

    answer = client.post("/referrals", data={"file": (BytesIO(content), "a.csv")})

    assert answer.status_code == 422
    assert said in answer.text
    assert client.post("/referrals").status_code == 422


def test_the_same_file_again_names_the_first(client_for: SignedIn, live: World) -> None:
    client = client_for(live.cast.alder.finance)
    send(client, [sale()], name="september.csv")

    again = send(client, [sale()])

    assert again.status_code == 422
    assert "sent before, on 2026-10-05, as “september.csv”" in again.text


def test_examples_have_the_codes_of_own_campaigns_and_are_never_taken(
    client_for: SignedIn, live: World, place: Installation
) -> None:
    client = client_for(live.cast.alder.finance)

    for kind in ("conversions", "refunds"):
        example = client.get(f"/referrals/examples/{kind}.csv")
        address = client.post("/referrals", data={"file": (BytesIO(example.data), f"{kind}.csv")}).location
        run_job(place)
        assert "is a number of the example file" in client.get(address).text
    conversions = client.get("/referrals/examples/conversions.csv").data.replace(b"EXAMPLE-", b"ALD-")
    address = client.post("/referrals", data={"file": (BytesIO(conversions), "mine.csv")}).location
    run_job(place)

    assert "Every row was taken" in client.get(address).text
    assert client.get("/referrals/examples/others.csv").status_code == 404


def test_lines_are_shown_as_far_as_each_side_may_see_them(
    client_for: SignedIn, live: World, place: Installation
) -> None:
    alder, birch = client_for(live.cast.alder.finance), client_for(live.cast.birch.viewer)
    send(alder, [sale(f"ALD-{n:04d}", referred_by="birch-club") for n in range(60)])
    run_job(place)
    send(alder, [refund(order="ALD-0007")], REFUNDS)
    run_job(place)
    address = f"/referrals/campaigns/{live.campaign.id}"

    assert "ALD-0007" in alder.get(address + "?page=2").text
    assert "Page 2 of 2" in alder.get(address + "?page=999").text
    assert "partly refunded" in alder.get(address + "?page=2").text
    assert "ALD-" not in birch.get(address).text
    assert "…0059" in birch.get(address).text
    assert len(birch.get(address + "?csv=1").text.splitlines()) == 62


def test_failed_rows_are_set_aside_by_who_may_report(client_for: SignedIn, live: World, place: Installation) -> None:
    finance, viewer = client_for(live.cast.alder.finance), client_for(live.cast.alder.viewer)
    address = send(finance, [sale(campaign="winter")], name="bad.csv").location
    run_job(place)
    shown = finance.get("/").text

    assert viewer.post(f"{address}/set-aside").status_code == 403
    assert finance.post(f"{address}/set-aside").status_code == 303
    assert "bad.csv" in shown
    assert "I have dealt with them" not in finance.get(address).text


def test_a_viewer_reads_but_sends_nothing(client_for: SignedIn, live: World) -> None:
    viewer = client_for(live.cast.alder.viewer)

    assert 'type="file"' not in viewer.get("/referrals").text
    assert send(viewer, [sale()]).status_code == 403


def test_a_stranger_finds_nothing(client_for: SignedIn, live: World, place: Installation) -> None:
    address = send(client_for(live.cast.alder.finance), [sale(gross="x")]).location
    run_job(place)

    for actor in (live.cast.cedar.finance, live.cast.birch.finance):
        client = client_for(actor)
        assert client.get(address).status_code == 404
        assert client.get(f"{address}/failed.csv").status_code == 404
        assert client.post(f"{address}/set-aside").status_code == 404
        assert "sales.csv" not in client.get("/referrals").text
    stranger = client_for(live.cast.cedar.viewer)
    assert stranger.get(f"/referrals/campaigns/{live.campaign.id}").status_code == 404
    assert stranger.get(f"/referrals/campaigns/{live.campaign.id}?csv=1").status_code == 404


def test_a_worker_that_dies_is_followed_by_one_that_goes_on(
    client_for: SignedIn, live: World, place: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = send(client_for(live.cast.alder.finance), [sale(f"ALD-{n}") for n in range(25)]).location
    chunks: list[int] = []
    read_chunk = jobs.services.read_chunk

    def read_ten(*given: object) -> object:
        chunks.append(1)
        if len(chunks) == 3:
            raise KeyboardInterrupt
        return read_chunk(*given, 10)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs.services, "read_chunk", read_ten)
    with pytest.raises(KeyboardInterrupt):
        run_job(place)
    with writing(place.engine) as session:
        job = session.query(Job).filter_by(handler="read_import").one()
        assert (job.progress, job.total) == (20, 25)
        job.state = outbox.JobState.QUEUED
        session.commit()
    run_job(place)

    with reading(place.engine) as session:
        done = session.get_one(Import, address.rsplit("/", 1)[-1])
        assert (done.rows_read, done.accepted, done.duplicates) == (25, 25, 0)
