"""The pages of audiences: registering, what comes back, who may see what, and the matrix."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.installation import Installation
from app.jobs import handler_named
from app.work import Work
from partners import outbox
from partners.database import reading, writing
from partners.directory.models import Footing, Partnership
from partners.directory.policy import Actor
from partners.outbox import Job
from tests.cast import Brand, Cast
from tests.conftest import NOW

SignedIn = Callable[[Actor], FlaskClient]


def members(first: int, last: int) -> bytes:
    return b"email\n" + b"".join(b"secret%d@x.com\n" % number for number in range(first, last))


def send(client: FlaskClient, brand: Brand, data: bytes, **other: Any) -> TestResponse:
    form = {
        "community_id": brand.community.id, "file": (BytesIO(data), "members.csv"), "as_of": "2026-10-01",
        "expires_on": "2027-10-01", "lawful_basis": "consent", "purpose": "joint campaigns", **other,
    }  # fmt: skip
    return client.post("/audiences/register", data=form)


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
def counted(client_for: SignedIn, world: Cast, place: Installation) -> Cast:
    """Both brands have an audience, and their overlap is counted: 500 shared of 2,000 and 1,000."""
    for brand, data in ((world.alder, members(0, 2_000)), (world.birch, members(1_500, 2_500))):
        assert send(client_for(brand.manager), brand, data).status_code == 303
    assert run_jobs(place) == ["count_overlaps", "count_overlaps"]
    return world


def test_a_list_is_registered_and_the_page_says_what_became_of_it(client_for: SignedIn, world: Cast) -> None:
    client = client_for(world.alder.manager)

    sent = send(client, world.alder, b"email\na.secret@x.com\nA.secret@x.com\nno one\n")
    page = client.get(sent.location).text

    assert sent.status_code == 303
    assert "not an e-mail address" in page
    assert "Counting overlaps" in page
    assert "Alder Coffee club" in client.get("/audiences").text
    assert "Alder Coffee club" in client.get("/audiences?csv=1").text


def test_rejected_rows_come_back_to_the_browser_that_sent_them_only(client_for: SignedIn, world: Cast) -> None:
    sender, colleague = client_for(world.alder.manager), client_for(world.alder.manager)
    address = send(sender, world.alder, b"email,club\nana@x.com,a\nno secret,=b\n").location

    given = sender.get(f"{address}/failed.csv")

    assert given.status_code == 200
    assert given.data.decode("utf-8-sig").splitlines() == [
        "email,club,row_no,column,reason", "no secret,'=b,3,email,not an e-mail address",
    ]  # fmt: skip
    assert "Download the rejected rows" in sender.get(address).text
    assert "Download the rejected rows" not in colleague.get(address).text
    assert colleague.get(f"{address}/failed.csv").status_code == 404
    assert client_for(world.cedar.manager).get(f"{address}/failed.csv").status_code == 404


def test_no_address_is_kept_in_database_or_store(client_for: SignedIn, world: Cast, place: Installation) -> None:
    send(client_for(world.alder.manager), world.alder, members(0, 100) + b"broken secret row\n")

    files = [path for path in place.settings.var.rglob("*") if path.is_file()]

    assert {".tokens", ".sealed"} <= {path.suffix for path in files}
    assert not [path for path in files if b"secret" in path.read_bytes()]


def test_sealed_rows_older_than_a_day_are_removed_at_the_next_upload(
    client_for: SignedIn, world: Cast, place: Installation
) -> None:
    client = client_for(world.alder.manager)
    address = send(client, world.alder, b"email\nana@x.com\nno\n").location
    sealed: Path = next(place.settings.store_folder.rglob("*.sealed"))
    long_ago = (NOW - timedelta(days=2)).timestamp()
    os.utime(sealed, (long_ago, long_ago))

    send(client, world.alder, b"email\nben@x.com\nno\n")

    assert not sealed.exists()
    assert client.get(f"{address}/failed.csv").status_code == 404


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty"),
        (b"name\nAna\n", "Missing: email. Found: name."),
        (b"email\nno\nagain no\n", "not an e-mail address: 2"),
        (b"email\n", "it has no rows"),
        ("email\nana@x.com\n".encode("utf-16"), "Save it as CSV in UTF-8 or GB18030"),
        (b"email;e-mail\na@x.com;b@x.com\n", "appears more than once"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(client_for: SignedIn, world: Cast, data: bytes, sentence: str) -> None:
    sent = send(client_for(world.alder.manager), world.alder, data)

    assert sent.status_code == 422
    assert sentence in sent.text


@pytest.mark.parametrize(
    "data",
    ["\ufeffemail\nana@x.com\n".encode(), "姓名,邮箱\n王,ana@x.com\n".encode("gb18030"),
     "name,email\n王,ana@x.com\n".encode() + "李,ben@x.com\n".encode("gb18030"), b"Email;name\r\nana@x.com;Ana\r"],
)  # fmt: skip
def test_files_of_many_programs_are_accepted(client_for: SignedIn, world: Cast, data: bytes) -> None:
    assert send(client_for(world.alder.manager), world.alder, data).status_code == 303


def test_the_same_file_twice_is_refused(client_for: SignedIn, world: Cast) -> None:
    client = client_for(world.alder.manager)
    send(client, world.alder, members(0, 5))

    again = send(client, world.alder, members(0, 5))

    assert again.status_code == 422
    assert "already registered for this community, on 2026-10-05" in again.text


@pytest.mark.parametrize(
    "other", [{"as_of": "2026-10-06"}, {"expires_on": "2026-09-01"}, {"purpose": ""}, {"file": ""}, {"as_of": "x"}]
)
def test_a_form_that_is_wrong_comes_back(client_for: SignedIn, world: Cast, other: dict[str, str]) -> None:
    assert send(client_for(world.alder.manager), world.alder, members(0, 5), **other).status_code == 422


def test_a_file_above_the_limit_is_refused(client_for: SignedIn, world: Cast) -> None:
    client = client_for(world.alder.manager)

    sent = client.post("/audiences/register", data=b"x" * 2_000_000, content_type="multipart/form-data; boundary=x")

    assert sent.status_code == 413


def test_an_upload_stays_in_memory(app: Flask) -> None:
    with app.test_request_context(method="POST", data={"file": (BytesIO(members(0, 5)), "members.csv")}):
        assert isinstance(request.files["file"].stream, BytesIO)


def test_only_managers_register(client_for: SignedIn, world: Cast) -> None:
    for actor in (world.alder.viewer, world.alder.finance, world.alder.admin):
        assert client_for(actor).get("/audiences/register").status_code == 403
        assert send(client_for(actor), world.alder, members(0, 5)).status_code == 403
    assert "Register an audience" not in client_for(world.alder.viewer).get("/audiences").text


def test_a_community_of_another_brand_cannot_be_chosen(client_for: SignedIn, world: Cast) -> None:
    assert send(client_for(world.cedar.manager), world.alder, members(0, 5)).status_code == 422


def test_the_matrix_shows_counts_and_shares_once_signed(client_for: SignedIn, counted: Cast) -> None:
    address = f"/audiences/overlap/{counted.partnership.id}"

    for brand in (counted.alder, counted.birch):
        client = client_for(brand.viewer)
        assert '<td class="is-level-9">500</td>' in client.get(address).text
        assert "50.0" in client.get(f"{address}?measure=coefficient").text
        assert "20.0" in client.get(f"{address}?measure=jaccard").text
        assert '<td class="is-level-9">500</td>' in client.get(f"{address}?measure=nonsense").text


def test_the_page_of_an_audience_shows_whom_it_shares(client_for: SignedIn, counted: Cast) -> None:
    client = client_for(counted.alder.viewer)
    card = client.get("/audiences").text
    address = card[card.index("/audiences/", card.index("<tbody>")) :].partition('"')[0]

    page = client.get(address).text

    assert "Birch Dairy club" in page
    assert ">500<" in page


def test_while_exploring_bands_and_below_the_floor_nothing(
    client_for: SignedIn, counted: Cast, place: Installation
) -> None:
    address = f"/audiences/overlap/{counted.partnership.id}"
    with writing(place.engine) as session:
        session.get_one(Partnership, counted.partnership.id).footing = Footing.EXPLORING
        session.commit()

    exploring = client_for(counted.alder.viewer).get(address).text

    assert "over 40 %" in exploring
    assert ">500<" not in exploring


def test_a_small_overlap_says_only_that_it_is_under_the_floor(
    client_for: SignedIn, world: Cast, place: Installation
) -> None:
    send(client_for(world.alder.manager), world.alder, members(0, 1_000))
    send(client_for(world.birch.manager), world.birch, members(951, 2_000))
    run_jobs(place)

    page = client_for(world.alder.viewer).get(f"/audiences/overlap/{world.partnership.id}").text

    assert '<td class="is-hidden">under 50</td>' in page


def test_a_stranger_finds_nothing(client_for: SignedIn, counted: Cast) -> None:
    client = client_for(counted.cedar.manager)
    page = client_for(counted.alder.viewer).get("/audiences").text
    address = page[page.index("/audiences/", page.index("<tbody>")) :].partition('"')[0]

    assert client.get(address).status_code == 404
    assert client.get(f"{address}/failed.csv").status_code == 404
    assert client.get(f"/audiences/overlap/{counted.partnership.id}").status_code == 404
    assert "Alder" not in client.get("/audiences").text
    assert "Alder" not in client.get("/audiences/overlap").text
    assert client_for(counted.birch.manager).get(address).status_code == 404


def test_a_partnership_that_is_accepted_later_is_counted_then(
    client_for: SignedIn, counted: Cast, place: Installation
) -> None:
    with writing(place.engine) as session:
        session.execute(outbox.select(Job))
        partnership = session.get_one(Partnership, counted.partnership.id)
        outbox.emit(session, "partnership.accepted", partnership, counted.alder.manager, NOW)
        outbox.dispatch(session, {"partnership.accepted": ["count_partnership"]}, NOW)
        session.commit()

    assert run_jobs(place) == ["count_partnership"]

    with reading(place.engine) as session:
        job = outbox.newest_job(session, counted.alder.manager, counted.partnership.id, "count_partnership")
    assert job is not None
    assert (job.state, job.result) == ("done", {"pairs": 0})


def test_a_list_is_taken_back_after_the_page_said_what_follows(client_for: SignedIn, world: Cast) -> None:
    client = client_for(world.alder.manager)
    audience_id = send(client, world.alder, members(0, 60)).location.rpartition("/")[2]

    before = client.get(f"/audiences/{audience_id}/revoke").text
    unexplained = client.post(f"/audiences/{audience_id}/revoke", data={"why": ""})
    done = client.post(f"/audiences/{audience_id}/revoke", data={"why": "shared by mistake"})

    assert "The tokens of 60 members are deleted." in before
    assert (unexplained.status_code, done.status_code) == (422, 303)
    assert "Its tokens were deleted on" in client.get(done.location).text
    assert client.post(f"/audiences/{audience_id}/revoke", data={"why": "again"}).status_code == 409
