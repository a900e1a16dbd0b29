"""The pages of audiences: looking, registering, what comes back, who may see what, withdrawing, taking back."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.installation import Installation
from partners.database import writing
from partners.directory.policy import Actor
from tests.cast import Brand, Cast
from tests.conftest import NOW
from tests.keys import TEST_KEY, give_key, key_name, token_csv

SignedIn = Callable[[Actor], FlaskClient]


def members(first: int, last: int) -> bytes:
    return token_csv(f"secret{number}@x.com" for number in range(first, last))


def send(client: FlaskClient, brand: Brand, data: bytes, **other: Any) -> TestResponse:
    form = {
        "community_id": brand.community.id, "file": (BytesIO(data), "members.tokens.csv"), "as_of": "2026-10-01",
        "expires_on": "2027-10-01", "lawful_basis": "consent", "purpose": "joint campaigns",
        "consent_text": "club terms 3", "collected_from": "2025-01-01", "collected_to": "2026-10-01",
        "uses": ["overlap", "regions"], "region": "DE", **other,
    }  # fmt: skip
    return client.post("/audiences/register", data=form)


def register(client: FlaskClient, brand: Brand, data: bytes) -> str:
    """Send a list, confirm it and return its address."""
    address = send(client, brand, data).location
    assert client.post(f"{address}/confirm").status_code == 303
    return address


@pytest.fixture(autouse=True)
def _key(world: Cast, place: Installation) -> None:
    with writing(place.engine) as session:
        give_key(session, world.alder.manager, world.partnership.id, NOW)
        session.commit()


def test_a_list_is_looked_at_and_then_registered(client_for: SignedIn, world: Cast) -> None:
    client = client_for(world.alder.manager)

    sent = send(client, world.alder, token_csv(["ana@x.com", "ben@x.com"], segments={"ana@x.com": "gold"}))
    looked_at = client.get(sent.location).text
    confirmed = client.post(f"{sent.location}/confirm")
    registered = client.get(confirmed.location).text

    assert (sent.status_code, confirmed.status_code) == (303, 303)
    for part in ("Confirm and register", "Alder with Birch", "<td>gold</td>", "club terms 3", "Germany"):
        assert part in looked_at
    assert "Counting overlaps" not in looked_at
    assert "Counting overlaps" in registered
    assert "Confirm and register" not in registered
    assert "Alder with Birch" in client.get("/audiences").text
    assert "Alder Coffee club" in client.get("/audiences?csv=1").text
    assert client.post(f"{sent.location}/confirm").status_code == 409
    assert client.post(f"{sent.location}/discard").status_code == 409


def test_a_list_that_was_looked_at_can_be_discarded(client_for: SignedIn, world: Cast, place: Installation) -> None:
    client = client_for(world.alder.manager)
    address = send(client, world.alder, members(0, 5)).location

    discarded = client.post(f"{address}/discard")

    assert discarded.status_code == 303
    assert client.get(address).status_code == 404
    assert list(place.settings.store_folder.rglob("*.tokens")) == []


def test_a_list_that_is_too_similar_says_so(client_for: SignedIn, world: Cast) -> None:
    client = client_for(world.alder.manager)
    register(client, world.alder, members(0, 1_000))

    page = client.get(send(client, world.alder, members(0, 1_001)).location).text

    assert "It differs from the list of Alder Coffee club of 1 Oct 2026 in fewer than 50 members." in page


def test_rejected_rows_come_back_to_the_browser_that_sent_them_only(client_for: SignedIn, world: Cast) -> None:
    sender, colleague = client_for(world.alder.manager), client_for(world.alder.manager)
    data = token_csv(["ana@x.com"], segments={"ana@x.com": "gold"})
    address = send(sender, world.alder, data + b"12ab,new\n").location

    given = sender.get(f"{address}/failed.csv")

    assert given.status_code == 200
    name = key_name(TEST_KEY)
    assert given.data.decode("utf-8-sig").splitlines() == [
        f"token_{name},segment,row_no,column,reason", f"12ab,new,3,token_{name},not a token",
    ]  # fmt: skip
    assert "Download the rejected rows" in sender.get(address).text
    assert "Download the rejected rows" not in colleague.get(address).text
    assert colleague.get(f"{address}/failed.csv").status_code == 404
    assert client_for(world.cedar.manager).get(f"{address}/failed.csv").status_code == 404


def test_sealed_rows_older_than_a_day_are_removed_at_the_next_upload(
    client_for: SignedIn, world: Cast, place: Installation
) -> None:
    client = client_for(world.alder.manager)
    address = send(client, world.alder, members(0, 1) + b"12ab\n").location
    sealed: Path = next(place.settings.store_folder.rglob("*.sealed"))
    long_ago = (NOW - timedelta(days=2)).timestamp()
    os.utime(sealed, (long_ago, long_ago))

    send(client, world.alder, members(1, 2) + b"12ab\n")

    assert not sealed.exists()
    assert client.get(f"{address}/failed.csv").status_code == 404


TOKENS = members(0, 1)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty"),
        (b"email\nana@x.com\n", "This file holds addresses or other data of people (line 1)"),
        (TOKENS + b"ana@x.com\n", "This file holds addresses or other data of people (line 3)"),
        (TOKENS + b"Ana\n", "Line 3 holds something that is no token"),
        (TOKENS.splitlines()[0], "it has no rows"),
        (TOKENS.splitlines()[0] + b"\n12ab\n", "not a token: 1"),
        (TOKENS.decode().encode("utf-16"), "Save it as CSV in UTF-8 or GB18030"),
        (b"PK\x03\x04" + bytes(100), "a file of the kind zip or Excel, not CSV"),
        (b"a," * 200_000 + b"a\n", "1000 is the most that is read"),
        (TOKENS + b"\0\n", "or hold NUL bytes"),
        (TOKENS + members(1, 2).splitlines()[1] + b"\r\n", "line 3 ends in another way than those before it"),
        (token_csv(["ana@x.com"], [b"o" * 32]), "is under no key that you use now"),
        (TOKENS.replace(b"\n", b",club\n", 1), "The column club is not read here."),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_the_form_keeps_what_was_typed(
    client_for: SignedIn, world: Cast, data: bytes, sentence: str
) -> None:
    sent = send(client_for(world.alder.manager), world.alder, data, purpose="a purpose of ours", uses=["regions"])

    assert sent.status_code == 422
    assert sentence in unescape(sent.text)
    assert 'value="a purpose of ours"' in sent.text
    assert 'value="club terms 3"' in sent.text
    assert '<option selected value="DE">' in sent.text
    assert re.findall(r'checked[^>]*name="uses"[^>]*value="(\w+)"', sent.text) == ["regions"]


@pytest.mark.parametrize(
    "data",
    [b"\xef\xbb\xbf" + TOKENS, TOKENS.replace(b"\n", b"\r\n"), TOKENS.upper().replace(b"TOKEN", b"token"),
     TOKENS.replace(b"\n", b"\r")],
)  # fmt: skip
def test_a_byte_order_mark_and_any_line_ends_are_read(client_for: SignedIn, world: Cast, data: bytes) -> None:
    assert send(client_for(world.alder.manager), world.alder, data).status_code == 303


def test_the_same_file_twice_is_refused(client_for: SignedIn, world: Cast) -> None:
    client = client_for(world.alder.manager)
    send(client, world.alder, members(0, 5))

    again = send(client, world.alder, members(0, 5))

    assert again.status_code == 422
    assert "already sent for this community, on 5 Oct 2026" in again.text


@pytest.mark.parametrize(
    "other",
    [{"as_of": "2026-10-06"}, {"expires_on": "2026-09-01"}, {"purpose": ""}, {"file": ""}, {"as_of": "x"},
     {"uses": []}, {"consent_text": ""}, {"region": ""}, {"collected_from": ""}, {"collected_to": "2026-10-02"}],
)  # fmt: skip
def test_a_form_that_is_wrong_comes_back(client_for: SignedIn, world: Cast, other: dict[str, Any]) -> None:
    assert send(client_for(world.alder.manager), world.alder, members(0, 5), **other).status_code == 422


def test_without_a_key_the_page_says_where_to_make_one(client_for: SignedIn, world: Cast) -> None:
    page = client_for(world.cedar.manager).get("/audiences/register").text

    assert "you have no key yet" in page
    assert 'href="/audiences/keys"' in page
    assert "data-blind" not in page


def test_only_managers_register(client_for: SignedIn, world: Cast) -> None:
    address = send(client_for(world.alder.manager), world.alder, members(0, 5)).location
    for actor in (world.alder.viewer, world.alder.finance, world.alder.admin):
        client = client_for(actor)
        assert client.get("/audiences/register").status_code == 403
        assert send(client, world.alder, members(0, 5)).status_code == 403
        assert client.post(f"{address}/confirm").status_code == 403
        assert client.post(f"{address}/discard").status_code == 403
        assert "Confirm and register" not in client.get(address).text
    assert "Register an audience" not in client_for(world.alder.viewer).get("/audiences").text


def test_a_community_of_another_brand_cannot_be_chosen(client_for: SignedIn, world: Cast) -> None:
    assert send(client_for(world.birch.manager), world.alder, members(0, 5)).status_code == 422


def test_a_stranger_and_a_partner_find_nothing(client_for: SignedIn, world: Cast) -> None:
    address = register(client_for(world.alder.manager), world.alder, members(0, 5))
    waiting = send(client_for(world.alder.manager), world.alder, members(0, 99)).location

    for actor in (world.cedar.manager, world.birch.manager):
        client = client_for(actor)
        for path in (address, waiting, f"{address}/failed.csv"):
            assert client.get(path).status_code == 404
        for path in (f"{waiting}/confirm", f"{waiting}/discard"):
            assert client.post(path).status_code == 404
        assert "Alder Coffee club" not in client.get("/audiences").text


def test_who_withdrew_is_taken_out_and_written_down(client_for: SignedIn, world: Cast) -> None:
    client = client_for(world.alder.manager)
    address = register(client, world.alder, members(0, 100))

    sent = client.post("/audiences/withdraw", data={"file": (BytesIO(members(0, 7)), "gone.tokens.csv")})
    log = client.get(sent.location).text

    assert sent.status_code == 303
    assert "7 people are left out from now on. 1 list changed." in log
    assert "gone.tokens.csv" in log
    assert re.search(r"Withdrew since.*?<summary>7</summary>", client.get(address).text, re.DOTALL)
    csv = client.get("/audiences/withdraw?csv=1").text.splitlines()
    assert csv[1].endswith(",100,93")
    assert "gone" not in client_for(world.birch.manager).get("/audiences/withdraw").text
    assert client_for(world.alder.viewer).post("/audiences/withdraw").status_code in (403, 422)


def test_addresses_of_who_withdrew_are_refused(client_for: SignedIn, world: Cast) -> None:
    client = client_for(world.alder.manager)

    sent = client.post("/audiences/withdraw", data={"file": (BytesIO(b"email\nana@x.com\n"), "gone.csv")})

    assert sent.status_code == 422
    assert "This file holds addresses" in sent.text


def test_a_list_is_taken_back_after_the_page_said_what_follows(client_for: SignedIn, world: Cast) -> None:
    client = client_for(world.alder.manager)
    audience_id = register(client, world.alder, members(0, 60)).rpartition("/")[2]

    before = client.get(f"/audiences/{audience_id}/revoke").text
    unexplained = client.post(f"/audiences/{audience_id}/revoke", data={"why": ""})
    done = client.post(f"/audiences/{audience_id}/revoke", data={"why": "shared by mistake"})

    assert "The tokens of 60 members are deleted." in before
    assert (unexplained.status_code, done.status_code) == (422, 303)
    assert "Its tokens were deleted on" in client.get(done.location).text
    assert client.post(f"/audiences/{audience_id}/revoke", data={"why": "again"}).status_code == 409
