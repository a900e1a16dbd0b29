"""The admin's pages of seats and invitations."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app.installation import Installation
from partners.database import reading, writing
from partners.directory import seat_queries
from partners.directory.accounts.models import Role, Seat, SignIn, User
from partners.directory.policy import Actor
from tests.cast import Cast
from tests.conftest import NOW

ClientFor = Callable[[Actor], FlaskClient]

INVITED = {"email": "nora@alder.example", "name": "Nora", "role": "viewer", "locale": "en"}


def test_an_invitation_shows_its_link_once_and_waits_in_a_list(client_for: ClientFor, world: Cast) -> None:
    client = client_for(world.alder.admin)

    assert client.post("/admin", data=INVITED).status_code == 303
    first, second = client.get("/admin").text, client.get("/admin").text

    assert "/session/invitation/" in first
    assert "/session/invitation/" not in second
    assert "nora@alder.example" in second


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"email": "viewer@alder.example"}, "has this seat already"),
        ({"email": "nobody"}, "not an email address"),
        ({"role": "owner"}, "Not a valid choice"),
        ({"name": ""}, "Name"),
    ],
)
def test_an_invitation_that_cannot_be_sent_says_why(
    client_for: ClientFor, world: Cast, change: dict[str, str], reason: str
) -> None:
    refused = client_for(world.alder.admin).post("/admin", data=INVITED | change)

    assert refused.status_code == 422
    assert reason in refused.text


def test_an_invitation_is_sent_again_and_withdrawn(client_for: ClientFor, world: Cast) -> None:
    client = client_for(world.alder.admin)
    client.post("/admin", data=INVITED)
    address = re.search(r"/admin/invitations/\w+", client.get("/admin").text)
    assert address

    assert client.post(f"{address[0]}/again").status_code == 303
    assert "/session/invitation/" in client.get("/admin").text
    assert client.post(f"{address[0]}/withdraw").status_code == 303
    assert "nora@alder.example" not in client.get("/admin").text
    assert client.post(f"{address[0]}/again").status_code == 409


def test_a_stranger_finds_no_invitation(client_for: ClientFor, world: Cast) -> None:
    client = client_for(world.alder.admin)
    client.post("/admin", data=INVITED)
    address = re.search(r"/admin/invitations/\w+", client.get("/admin").text)
    assert address

    for change in ("again", "withdraw"):
        assert client_for(world.cedar.admin).post(f"{address[0]}/{change}").status_code == 404
        assert client_for(world.alder.viewer).post(f"{address[0]}/{change}").status_code == 403


def test_a_seat_is_suspended_and_ends_at_once(client_for: ClientFor, world: Cast) -> None:
    client, viewer = client_for(world.alder.admin), client_for(world.alder.viewer)
    address = f"/admin/seats/{world.alder.viewer.seat_id}"

    assert client.post(f"{address}/suspend").status_code == 303
    assert viewer.get("/").status_code == 303
    assert "suspended since" in client.get(address).text
    assert client.post(f"{address}/suspend").status_code == 422

    assert client.post(f"{address}/resume").status_code == 303
    assert client_for(world.alder.viewer).get("/").status_code == 200


def test_another_role_is_another_seat_with_its_note(client_for: ClientFor, world: Cast, place: Installation) -> None:
    client, address = client_for(world.alder.admin), f"/admin/seats/{world.alder.viewer.seat_id}"
    client.post(f"{address}/note", data={"note": "until May"})

    moved = client.post(f"{address}/role", data={"role": "finance"})

    assert moved.status_code == 303
    assert "until May" in client.get(moved.location).text
    assert client.get(address).status_code == 404
    with reading(place.engine) as session:
        roles = {card.role for card in seat_queries.seats(session, world.alder.admin)}
        assert roles == {"manager", "finance", "admin"}


def test_an_admin_who_takes_another_role_is_led_home(
    client_for: ClientFor, world: Cast, place: Installation
) -> None:
    with writing(place.engine) as session:
        second = Seat(
            user_id=world.alder.viewer.user_id, partner_id=world.alder.partner.id, role=Role.ADMIN, created_at=NOW
        )
        session.add(second)
        session.commit()

    moved = client_for(world.alder.admin).post(
        f"/admin/seats/{world.alder.admin.seat_id}/role", data={"role": "viewer"}
    )

    assert moved.location == "/"


@pytest.mark.parametrize(("act", "data"), [("role", {"role": "viewer"}), ("suspend", {}), ("take", {})])
def test_the_last_admin_keeps_the_seat(
    client_for: ClientFor, world: Cast, act: str, data: dict[str, str]
) -> None:
    client, address = client_for(world.alder.admin), f"/admin/seats/{world.alder.admin.seat_id}"

    refused = client.post(f"{address}/{act}", data=data)

    assert refused.status_code == 422
    assert "at least one admin" in refused.text
    assert client.get("/admin").status_code == 200


def test_a_seat_is_taken_away(client_for: ClientFor, world: Cast) -> None:
    client, address = client_for(world.alder.admin), f"/admin/seats/{world.alder.viewer.seat_id}"
    viewer = client_for(world.alder.viewer)

    assert "signed out of this seat at once" in client.get(address).text
    assert client.post(f"{address}/take").status_code == 303

    assert viewer.get("/").status_code == 303
    assert client.get(address).status_code == 404


def test_grave_things_ask_who_signed_in_long_ago_to_confirm(
    client_for: ClientFor, world: Cast, place: Installation
) -> None:
    client = client_for(world.alder.admin)
    with writing(place.engine) as session:
        for sign_in in session.query(SignIn):
            sign_in.confirmed_at = NOW - timedelta(hours=1)
        session.commit()

    for act in ("role", "suspend", "resume", "take"):
        answer = client.post(f"/admin/seats/{world.alder.viewer.seat_id}/{act}")
        assert answer.location.startswith("/session/confirm")
    assert client.post("/admin/second-factor").location.startswith("/session/confirm")
    assert client.get("/admin/leave").location.startswith("/session/confirm")


def test_a_second_factor_is_asked_of_all_by_who_has_one(
    client_for: ClientFor, world: Cast, place: Installation
) -> None:
    client = client_for(world.alder.admin)

    client.post("/admin/second-factor", data={"is_required": "yes"})
    assert "no second factor yourself yet" in client.get("/admin").text
    with writing(place.engine) as session:
        session.get_one(User, world.alder.admin.user_id).code_key_sealed = b"sealed"
        session.commit()
    client.post("/admin/second-factor", data={"is_required": "yes"})

    assert "asked of every seat" in client.get("/admin").text
    assert client_for(world.alder.viewer).get("/").status_code == 303
    client.post("/admin/second-factor", data={"is_required": "no"})
    assert client_for(world.alder.viewer).get("/").status_code == 200
