"""Blind counts on the pages and in the API: what leads through one, and what strangers find of it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from app.cli import main
from app.installation import Installation
from partners.directory.policy import Actor
from tests.app.blind_world import ALDERS, Home, home_of, homes_of, propose
from tests.cast import Cast

ClientFor = Callable[[Actor], FlaskClient]


@pytest.fixture
def homes(place: Installation, world: Cast, tmp_path: Path) -> tuple[Home, Home]:
    """Alder's machine and Birch's."""
    return homes_of(place, world, tmp_path)


@pytest.fixture
def count_id(place: Installation, world: Cast, homes: tuple[Home, Home]) -> str:
    """A count that Alder proposed."""
    return propose(place, world, homes[0])


def test_the_pages_lead_through_a_count(
    app: Flask, client_for: ClientFor, world: Cast, homes: tuple[Home, Home]
) -> None:
    alder, birch = client_for(world.alder.manager), client_for(world.birch.manager)
    assert "No blind count yet" in alder.get("/audiences/blind").text
    form = {
        "partnership_id": world.partnership.id, "community_id": world.alder.community.id, "members": "1200",
        "as_of": "2026-10-01", "collected_from": "2025-01-01", "collected_to": "2026-09-30",
        "expires_on": "2027-09-01", "lawful_basis": "consent", "consent_text": "2026-1", "purpose": "joint campaigns",
        "region": "DE", "assessment": "",
    }  # fmt: skip

    proposed = alder.post("/audiences/blind/propose", data=form)
    address = proposed.headers["Location"]
    asked = birch.get(address).text
    took_part = birch.post(f"{address}/join", data={**form, "community_id": world.birch.community.id})
    page = html.unescape(birch.get(address).text)

    assert (proposed.status_code, took_part.status_code) == (303, 303), took_part.text
    assert "asks you to count how many members you share" in asked
    line = re.search(r"<code>(tandem blind-count [^<]+)</code>", page)
    assert line is not None
    assert CliRunner().invoke(main, [*line.group(1).split()[1:3], "--help"]).exit_code == 0
    assert "at most 2,000" in page
    assert alder.post(f"{address}/stop").status_code == 303
    assert "stopped" in birch.get(address).text


def test_what_is_wrong_stands_in_the_form(app: Flask, client_for: ClientFor, world: Cast) -> None:
    client = client_for(world.alder.manager)

    empty = client.post("/audiences/blind/propose", data={})
    without_key = client.post(
        "/audiences/blind/propose",
        data={"partnership_id": world.partnership.id, "community_id": world.alder.community.id, "members": "1200",
              "as_of": "2026-10-01", "collected_from": "2025-01-01", "collected_to": "2026-09-30",
              "expires_on": "2027-09-01", "lawful_basis": "consent", "consent_text": "2026-1", "purpose": "joint",
              "region": "DE"},
    )  # fmt: skip

    assert (empty.status_code, without_key.status_code) == (422, 422)
    assert "Your brand has published no key yet" in without_key.text


def test_a_viewer_reads_who_can_take_part(app: Flask, client_for: ClientFor, world: Cast, count_id: str) -> None:
    page = client_for(world.birch.viewer).get(f"/audiences/blind/{count_id}").text

    assert "A partner manager can take part." in page
    assert "/join" not in page


@pytest.mark.parametrize("role", ["manager", "viewer", "finance", "admin"])
def test_a_stranger_finds_no_count(app: Flask, client_for: ClientFor, world: Cast, count_id: str, role: str) -> None:
    client = client_for(getattr(world.cedar, role))

    assert client.get(f"/audiences/blind/{count_id}").status_code == 404
    assert client.post(f"/audiences/blind/{count_id}/stop").status_code in (403, 404)
    assert client.get(f"/audiences/blind/{count_id}/join").status_code in (403, 404)
    assert "Alder" not in re.sub(r"<header.*?</header>", "", client.get("/audiences/blind").text, flags=re.S)


def test_the_api_hides_a_count_from_strangers_and_from_other_scopes(
    guarded_app: Flask, place: Installation, world: Cast, count_id: str, homes: tuple[Home, Home], tmp_path: Path
) -> None:
    cedar = home_of(place, world.cedar, ALDERS, tmp_path / "cedar")
    client = guarded_app.test_client()
    asked = [
        ("GET", ""), ("GET", "/points"), ("PUT", "/once"), ("PUT", "/twice"),
        ("POST", f"/join?audience_id={cedar.audience_id}"),
    ]  # fmt: skip

    for method, rest in asked:
        headers = {"Authorization": f"Bearer {(cedar.folder / 'token').read_text().strip()}"}
        answers = [
            client.open(f"/api/v1/blind-counts/{each}{rest}", method=method, headers=headers)
            for each in (count_id, "zzzzzzzzzzzzzzzz")
        ]
        assert [answer.status_code for answer in answers] == [404, 404], rest
        assert answers[0].json == answers[1].json
    assert client.get("/api/v1/blind-counts", headers=headers).json["items"] == []
