"""Evidence sent in by a program: the file, how far it is read, what cannot be taken, and who did it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.installation import Installation
from app.worker import reap, run_job
from partners.directory.policy import Actor
from tests.app.programs import BOTH, SALES, asking, refused, token_of
from tests.cast import Cast
from tests.conftest import NOW


def test_a_file_is_sent_read_and_asked_about(guarded_app: Flask, world: Cast, place: Installation) -> None:
    ask = asking(guarded_app, token_of(place, world.alder.admin, BOTH, NOW))

    sent = ask("/imports?name=shop.csv", method="POST", data=SALES, content_type="text/csv; charset=utf-8")
    assert (sent.status_code, sent.json["rows_total"]) == (202, 1)
    address = sent.headers["Location"].split("/api/v1")[1]
    assert ask(address).json["state"] == "queued"
    for job_id in reap(place):
        run_job(place, job_id)

    told = ask(address).json
    assert (told["name"], told["state"], told["rows_read"], told["rejected"]) == ("shop.csv", "done", 1, 1)
    failed = ask(f"{address}/failed-rows")
    assert failed.mimetype == "text/csv"
    assert "O-1" in failed.text
    assert ask("/imports").json["items"][0]["id"] == sent.json["id"]


def test_the_same_file_sent_twice_says_where_the_first_is(guarded_app: Flask, world: Cast, place: Installation) -> None:
    ask = asking(guarded_app, token_of(place, world.alder.admin, BOTH, NOW))
    first = ask("/imports", method="POST", data=SALES, content_type="text/csv")

    second = ask("/imports", method="POST", data=SALES, content_type="text/csv")

    refused(second, 409)
    assert second.headers["Location"] == first.headers["Location"]


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"", "text/csv", 422), (b"a,b\n1,2\n", "text/csv", 422), (SALES, "application/json", 415), (SALES, "", 415),
        (b"x" * 1_100_000, "text/csv", 413),
    ],
)  # fmt: skip
def test_what_cannot_be_evidence_is_a_problem(
    guarded_app: Flask, world: Cast, place: Installation, data: bytes, kind: str, status: int
) -> None:
    ask = asking(guarded_app, token_of(place, world.alder.admin, BOTH, NOW))

    refused(ask("/imports", method="POST", data=data, content_type=kind), status)


def test_who_may_not_send_is_refused_before_the_file_is_read(
    guarded_app: Flask, world: Cast, place: Installation
) -> None:
    ask = asking(guarded_app, token_of(place, world.alder.admin, ["read"], NOW))

    refused(ask("/imports", method="POST", data=b"x" * 1_100_000, content_type="text/csv"), 403)


def test_what_a_program_did_stands_in_the_log_under_its_token(
    guarded_app: Flask, client_for: Callable[[Actor], FlaskClient], world: Cast, place: Installation
) -> None:
    ask = asking(guarded_app, token_of(place, world.alder.admin, BOTH, NOW))
    ask("/imports", method="POST", data=SALES, content_type="text/csv")

    log = client_for(world.alder.admin).get("/admin/audit?action=receive_import&thing=import").text

    assert "Alder Coffee admin sent a file of evidence" in log
    assert "<small>Program of the test</small>" in log
