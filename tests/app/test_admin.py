"""Seats, legal entities and the audit log, for admins only."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from app.installation import Installation
from partners.database import reading, writing
from partners.directory import account_services, audit_queries, services
from partners.directory.policy import Actor
from tests.cast import Cast
from tests.conftest import NOW

SignedIn = Callable[[Actor], FlaskClient]

ENTITY = {
    "code": "aldcn", "name": "Alder China Ltd", "address": "1 Nanjing Road", "country": "cn", "currency": "cny",
}  # fmt: skip


@pytest.mark.parametrize("role", ["manager", "viewer", "finance"])
@pytest.mark.parametrize("address", ["/admin", "/admin/entities", "/admin/audit", "/admin/audit?csv=1"])
def test_nobody_else_administers(client_for: SignedIn, world: Cast, role: str, address: str) -> None:
    client = client_for(getattr(world.alder, role))

    assert client.get(address).status_code == 403
    assert client.post("/admin/entities", data=ENTITY).status_code == 403
    assert client.post(f"/admin/seats/{world.alder.viewer.seat_id}").status_code == 403


def test_somebody_new_gets_a_seat_and_can_sign_in(
    client_for: SignedIn, world: Cast, sign_in: Callable[[FlaskClient, str], TestResponse]
) -> None:
    client = client_for(world.alder.admin)
    form = {"email": "new@alder.example", "role": "viewer", "name": "New One", "password": "correct horse battery"}

    assert client.post("/admin", data=form).status_code == 303
    assert "New One" in client.get("/admin").text
    assert sign_in(client.application.test_client(), "new@alder.example").status_code == 303


def test_somebody_known_gets_a_second_seat_and_keeps_the_password(
    client_for: SignedIn, world: Cast, sign_in: Callable[[FlaskClient, str], TestResponse]
) -> None:
    client = client_for(world.alder.admin)
    form = {"email": "viewer@birch.example", "role": "finance", "name": "Else", "password": "another password"}

    assert client.post("/admin", data=form).status_code == 303
    assert "Birch Dairy viewer" in client.get("/admin").text
    assert sign_in(client.application.test_client(), "viewer@birch.example").status_code == 303


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({"email": "new@alder.example", "role": "viewer"}, "Give a name and a first password"),
        ({"email": "viewer@alder.example", "role": "viewer"}, "has this seat already"),
        ({"email": "nobody", "role": "viewer"}, "not an email address"),
        ({"email": "new@alder.example", "role": "viewer", "name": "N", "password": "short"}, "12"),
        ({"email": "new@alder.example", "role": "owner"}, "Not a valid choice"),
    ],
)
def test_a_seat_that_cannot_be_given_says_why(
    client_for: SignedIn, world: Cast, form: dict[str, str], reason: str
) -> None:
    refused = client_for(world.alder.admin).post("/admin", data=form)

    assert refused.status_code == 422
    assert reason in refused.text


def test_a_seat_is_taken_away_after_a_question(client_for: SignedIn, world: Cast) -> None:
    client, address = client_for(world.alder.admin), f"/admin/seats/{world.alder.viewer.seat_id}"
    viewer = client_for(world.alder.viewer)

    assert "signed out of this seat at once" in client.get(address).text
    assert client.post(address).status_code == 303

    assert viewer.get("/").status_code == 303
    assert client.get(address).status_code == 404


def test_the_last_admin_keeps_the_seat(client_for: SignedIn, world: Cast) -> None:
    refused = client_for(world.alder.admin).post(f"/admin/seats/{world.alder.admin.seat_id}")

    assert refused.status_code == 422
    assert "at least one admin" in refused.text


def test_an_admin_elsewhere_is_a_stranger(client_for: SignedIn, world: Cast) -> None:
    client, address = client_for(world.cedar.admin), f"/admin/seats/{world.alder.viewer.seat_id}"

    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 404
    assert "alder" not in client.get("/admin").text
    assert "ALD" not in client.get("/admin/entities").text


def test_a_legal_entity_is_added_once(client_for: SignedIn, world: Cast) -> None:
    client = client_for(world.alder.admin)

    assert client.post("/admin/entities", data=ENTITY).status_code == 303
    assert "ALDCN" in client.get("/admin/entities").text
    refused = client.post("/admin/entities", data=ENTITY)

    assert refused.status_code == 422
    assert "is taken" in refused.text
    assert "ALDCN" in client.get("/admin/entities?csv=1").text


def test_the_log_is_read_filtered_and_taken_away(client_for: SignedIn, world: Cast, place: Installation) -> None:
    _act(place, world)
    client = client_for(world.alder.admin)

    assert "set the smallest count shown in Alder with Birch" in client.get("/admin/audit").text
    assert "No event matches" in client.get("/admin/audit?action=take_seat").text
    assert "No event matches" in client.get("/admin/audit?until=2026-10-04").text
    assert "2 events" in client.get("/admin/audit?since=2026-10-05&until=2026-10-05&page=x").text
    file = client.get("/admin/audit?csv=1&action=set_floor").text
    assert file.count("set_floor") == 1
    assert '{""floor"":50}' in file


def test_the_log_of_another_brand_is_not_in_it(client_for: SignedIn, world: Cast, place: Installation) -> None:
    _act(place, world)

    page = client_for(world.cedar.admin).get("/admin/audit").text

    assert "Nobody of your brand has changed anything yet" in page


def test_no_address_is_made_from_a_strangers_link(client_for: SignedIn, world: Cast) -> None:
    page = client_for(world.alder.admin).get("/admin/audit?_external=1&_scheme=javascript&action=x").text

    assert "javascript:" not in page


def test_the_chain_is_checked(client_for: SignedIn, world: Cast, place: Installation) -> None:
    _act(place, world)
    client = client_for(world.alder.admin)

    assert "The chain holds" in client.get("/admin/audit?check=1").text
    _forge(place)

    assert "The chain breaks at event 2" in client.get("/admin/audit?check=1").text


def _forge(place: Installation) -> None:
    """Change history as somebody with the database in hand could: without the triggers that forbid it."""
    triggers = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_event'")
    with writing(place.engine) as session:
        for name in session.scalars(triggers).all():
            session.execute(text(f"DROP TRIGGER {name}"))
        session.execute(text("UPDATE audit_event SET thing_id = 'forged' WHERE seq = 2"))
        session.commit()


def _act(place: Installation, world: Cast) -> None:
    with writing(place.engine) as session:
        services.set_floor(session, world.alder.manager, world.partnership.id, 60, NOW)
        account_services.change_password(session, world.alder.viewer, "-", NOW)
        session.commit()
    with reading(place.engine) as session:
        assert len(audit_queries.recent_activity(session, world.alder.viewer, 9)) == 2
