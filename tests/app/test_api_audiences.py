"""Audiences sent in by a program: tokens only, a preview first, and people who withdrew."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select

from app.installation import Installation
from app.worker import reap, run_job
from partners.audiences.models import Audience, Overlap
from partners.database import EVERY_TENANT, reading, writing
from tests.app.programs import GROUND, NO_SUCH_ID, Ask, asking, refused, token_of
from tests.cast import Cast
from tests.conftest import NOW
from tests.keys import give_key, token_csv
from tests.partners.audiences.registering import people

SCOPES = ("read", "register_audiences")


@pytest.fixture
def ask(guarded_app: Flask, world: Cast, place: Installation) -> Ask:
    """A program of Alder that may register audiences; its partnership with Birch has a key."""
    with writing(place.engine, EVERY_TENANT) as session:
        give_key(session, world.alder.manager, world.partnership.id, NOW)
        session.commit()
    return asking(guarded_app, token_of(place, world.alder.admin, SCOPES, NOW))


def send(ask: Ask, community_id: str, data: bytes, **other: str) -> Any:
    address = f"/communities/{community_id}/audiences?{urlencode(GROUND | other)}"
    return ask(address, method="POST", data=data, content_type="text/csv")


def test_a_list_is_sent_looked_at_confirmed_and_counted(
    guarded_app: Flask, ask: Ask, world: Cast, place: Installation
) -> None:
    theirs = asking(guarded_app, token_of(place, world.birch.admin, SCOPES, NOW))

    for program, brand, members in ((ask, world.alder, people(0, 1_500)), (theirs, world.birch, people(500, 2_000))):
        sent = send(program, brand.community.id, token_csv(members))
        assert (sent.status_code, sent.json["audience"]["standing"], sent.json["rejected_rows"]) == (201, "preview", [])
        address = sent.headers["Location"].split("/api/v1")[1]
        confirmed = program(f"{address}/confirmation", method="POST")
        assert (confirmed.status_code, confirmed.json["standing"], confirmed.json["members"]) == (200, "newest", 1_500)
        assert program("/audiences").json["items"] == [program(address).json]
    for job_id in reap(place):
        run_job(place, job_id)

    with reading(place.engine, EVERY_TENANT) as session:
        assert len(session.scalars(select(Overlap)).all()) == 1


def test_a_preview_is_confirmed_once(ask: Ask, world: Cast) -> None:
    sent = send(ask, world.alder.community.id, token_csv(people(0, 5)))
    address = f"/audiences/{sent.json['audience']['id']}/confirmation"

    assert ask(address, method="POST").status_code == 200
    refused(ask(address, method="POST"), 409)


def test_rows_that_are_not_taken_are_named(ask: Ask, world: Cast) -> None:
    data = token_csv(people(0, 3)) + b"12ab\n"

    told = send(ask, world.alder.community.id, data).json

    column = data.partition(b"\n")[0].decode().strip()
    assert (told["audience"]["accepted"], told["audience"]["rejected"]) == (3, 1)
    assert told["reasons"] == {"not_a_token": 1}
    assert told["rejected_rows"] == [{"row": 5, "column": column, "reason": "not_a_token"}]


def test_people_who_withdrew_leave_every_list(ask: Ask, world: Cast) -> None:
    sent = send(ask, world.alder.community.id, token_csv(people(0, 100)))
    audience_id = sent.json["audience"]["id"]

    gone = ask("/withdrawals?name=gone.csv", method="POST", data=token_csv(people(0, 10)), content_type="text/csv")

    assert (gone.status_code, gone.json["people"]) == (201, 10)
    shrunk = {"audience_id": audience_id, "partnership_id": world.partnership.id, "before": 100, "after": 90}
    assert gone.json["shrunk"] == [shrunk]
    assert ask(f"/audiences/{audience_id}").json["members"] == 90


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"as_of": "yesterday"}, "“as_of” is a day"), ({"lawful_basis": "because"}, "“lawful_basis” is one of these"),
        ({"uses": "overlap,sale"}, "“uses” is one of these: overlap, regions"), ({"region": "Germany"}, "country code"),
        ({"purpose": ""}, "Missing: purpose"), ({"purpose": "x" * 121}, "“purpose” has at most 120 characters"),
        ({"expires_on": "2020-01-01"}, "must expire"),
    ],
)  # fmt: skip
def test_a_ground_that_cannot_be_one_is_a_problem(ask: Ask, world: Cast, other: dict[str, str], said: str) -> None:
    answer = send(ask, world.alder.community.id, token_csv(people(0, 3)), **other)

    refused(answer, 422)
    assert said in answer.json["detail"]


def test_addresses_are_refused_and_kept_nowhere(ask: Ask, world: Cast, place: Installation) -> None:
    answer = send(ask, world.alder.community.id, b"email\nana@x.com\n")

    refused(answer, 422)
    assert "ana" not in answer.json["detail"]
    with reading(place.engine, EVERY_TENANT) as session:
        assert session.scalars(select(Audience)).all() == []


def test_a_stranger_finds_neither_the_community_nor_the_list(
    guarded_app: Flask, ask: Ask, world: Cast, place: Installation
) -> None:
    sent = send(ask, world.alder.community.id, token_csv(people(0, 5)))
    stranger = asking(guarded_app, token_of(place, world.cedar.admin, SCOPES, NOW))
    address = f"/audiences/{sent.json['audience']['id']}"

    refused(send(stranger, world.alder.community.id, token_csv(people(0, 5))), 404)
    refused(stranger(address), 404)
    refused(stranger(f"{address}/confirmation", method="POST"), 404)
    refused(ask(f"/audiences/{NO_SUCH_ID}"), 404)
    assert stranger("/audiences").json["items"] == []


def test_a_program_that_only_sends_need_not_read(
    guarded_app: Flask, ask: Ask, world: Cast, place: Installation
) -> None:
    sender = asking(guarded_app, token_of(place, world.alder.admin, ["register_audiences"], NOW))

    sent = send(sender, world.alder.community.id, token_csv(people(0, 20)))
    address = f"/audiences/{sent.json['audience']['id']}"

    assert sender(f"{address}/confirmation", method="POST").json["standing"] == "newest"
    gone = sender("/withdrawals", method="POST", data=token_csv(people(0, 5)), content_type="text/csv")
    assert (gone.status_code, gone.json["shrunk"][0]["after"]) == (201, 15)
    refused(sender(address), 403)


@pytest.mark.parametrize("scopes", [("read",), ("read", "count_blind"), ("read", "report_evidence")])
def test_a_token_without_the_scope_sends_nothing(
    guarded_app: Flask, world: Cast, place: Installation, scopes: tuple[str, ...]
) -> None:
    program = asking(guarded_app, token_of(place, world.alder.admin, scopes, NOW))

    refused(send(program, world.alder.community.id, b"email\nana@x.com\n"), 403)
    refused(program("/withdrawals", method="POST", data=b"", content_type="text/csv"), 403)
    refused(program(f"/audiences/{NO_SUCH_ID}/confirmation", method="POST"), 403)


def test_only_csv_is_read(ask: Ask, world: Cast) -> None:
    address = f"/communities/{world.alder.community.id}/audiences?{urlencode(GROUND)}"

    refused(ask(address, method="POST", data=b"{}", content_type="application/json"), 415)
    refused(ask("/withdrawals", method="POST", data=b"{}", content_type="application/json"), 415)
