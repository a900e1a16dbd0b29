"""Seats, legal entities and the audit log, for admins only."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app.installation import Installation
from partners.database import reading, writing
from partners.directory import audit_queries, services
from partners.directory.accounts import services as account_services
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
    assert client.post(f"/admin/seats/{world.alder.viewer.seat_id}/take").status_code == 403


def test_an_admin_elsewhere_is_a_stranger(client_for: SignedIn, world: Cast) -> None:
    client, address = client_for(world.cedar.admin), f"/admin/seats/{world.alder.viewer.seat_id}"

    assert client.get(address).status_code == 404
    assert client.post(f"{address}/take").status_code == 404
    assert "@alder.example" not in client.get("/admin").text
    assert "Alder Coffee" not in client.get("/admin/entities").text
    assert "ALD" not in client.get("/admin/entities?csv=1").text


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
