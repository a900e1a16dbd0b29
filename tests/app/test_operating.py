"""Who runs the platform: the queue, suspending and resuming; and what its admins never see. A brand that leaves."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.installation import Installation
from partners.database import writing
from partners.directory import invitation_services, standing_services
from partners.directory.models import PartnerType
from partners.directory.policy import Actor
from tests.cast import Cast
from tests.conftest import NOW

ClientFor = Callable[[Actor], FlaskClient]


@pytest.fixture
def operator(place: Installation, world: Cast) -> Actor:
    with writing(place.engine) as session:
        row = standing_services.set_up_operator(session, "Tandem", "op@tandem.example", "Olga", "en", NOW)
        seat = invitation_services.accept_as_newcomer(session, row.id, "Olga", "digest", "en", NOW)
        _ask_no_second_factor(session, seat.partner_id)
        session.commit()
        return Actor(seat.user_id, seat.id, seat.partner_id, "admin", is_operator=True)


@pytest.fixture
def pending(place: Installation, world: Cast) -> Actor:
    said = invitation_services.Registration(
        "Dogwood Tea", "", PartnerType.BRAND, "tea", "DE", "Tea from Bremen.", "Dora", "dora@dogwood.example", "en"
    )
    with writing(place.engine) as session:
        row = invitation_services.register_brand(session, said, NOW)
        seat = invitation_services.accept_as_newcomer(session, row.id, "Dora", "digest", "en", NOW)
        _ask_no_second_factor(session, seat.partner_id)
        session.commit()
        return Actor(seat.user_id, seat.id, seat.partner_id, "admin", "pending")


def test_the_first_page_is_the_queue_and_leads_to_approval(
    client_for: ClientFor, operator: Actor, pending: Actor
) -> None:
    client, address = client_for(operator), f"/admin/partners/{pending.partner_id}"

    assert address in client.get("/").text
    assert "Tea from Bremen." in client.get(address).text
    assert client.post(f"{address}/approve").status_code == 303

    assert "Dogwood Tea" not in client.get("/").text
    assert "waits for approval" not in client_for(pending).get("/").text
    assert client.post(f"{address}/approve").status_code == 422


def test_a_brand_is_refused_with_a_reason(client_for: ClientFor, operator: Actor, pending: Actor) -> None:
    client, address = client_for(operator), f"/admin/partners/{pending.partner_id}"

    assert client.post(f"{address}/refuse", data={"why": ""}).status_code == 422
    assert client.post(f"{address}/refuse", data={"why": "No such company."}).status_code == 303

    assert "No such company." in client_for(pending).get("/").text


def test_a_pending_brand_makes_ready_and_does_nothing_else(client_for: ClientFor, pending: Actor, world: Cast) -> None:
    client = client_for(pending)

    home = client.get("/").text
    assert "/admin/entities" in home
    assert "Alder" not in client.get("/partners").text
    assert client.get("/partners/invite").status_code == 403
    assert client.get("/communities/new").status_code == 403
    assert "Dogwood" not in client_for(world.alder.manager).get("/partners").text


def test_a_suspended_brand_reads_why_and_is_marked(client_for: ClientFor, operator: Actor, world: Cast) -> None:
    client, address = client_for(operator), f"/admin/partners/{world.alder.partner.id}"

    assert "still read and download" in client.get(address).text
    assert client.post(f"{address}/suspend", data={"why": "Unpaid fees."}).status_code == 303

    assert "Unpaid fees." in client_for(world.alder.viewer).get("/").text
    assert client_for(world.alder.manager).get("/partners/invite").status_code == 403
    assert client_for(world.alder.admin).get("/admin").status_code == 403
    assert "suspended" in client_for(world.birch.viewer).get("/partners").text
    assert "suspended" in client_for(world.birch.viewer).get(f"/partners/{world.alder.partner.id}").text
    assert client_for(world.cedar.viewer).get(f"/partners/{world.alder.partner.id}").status_code == 404

    assert client.post(f"{address}/resume").status_code == 303
    assert client_for(world.alder.admin).get("/admin").status_code == 200


def test_who_runs_the_platform_sees_no_business_and_no_page_breaks(
    app: Flask, client_for: ClientFor, operator: Actor, world: Cast
) -> None:
    client = client_for(operator)

    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.arguments and not rule.rule.startswith(("/session", "/api")):
            answer = client.get(rule.rule, query_string={"q": "lder"})
            assert answer.status_code in (200, 303, 403), rule.rule
            if rule.rule != "/admin/partners":
                assert b"Alder" not in answer.data, rule.rule
    for address in (f"/partners/partnerships/{world.partnership.id}", f"/communities/{world.alder.community.id}"):
        assert client.get(address).status_code in (403, 404)
    assert 'href="/network"' not in client.get("/").text


@pytest.mark.parametrize("role", ["manager", "viewer", "finance", "admin"])
def test_nobody_else_operates(client_for: ClientFor, world: Cast, role: str) -> None:
    client = client_for(getattr(world.alder, role))

    assert client.get("/admin/partners").status_code == 403
    assert client.get(f"/admin/partners/{world.birch.partner.id}").status_code == 403
    for act in ("approve", "resume"):
        assert client.post(f"/admin/partners/{world.birch.partner.id}/{act}").status_code == 403
    for act in ("refuse", "suspend"):
        data = {"why": "why"}
        assert client.post(f"/admin/partners/{world.birch.partner.id}/{act}", data=data).status_code == 403


def test_a_brand_leaves_after_its_code_was_typed(client_for: ClientFor, world: Cast) -> None:
    client = client_for(world.alder.admin)

    assert "1 partnership or open invitation ends" in client.get("/admin/leave").text
    wrong = client.post("/admin/leave", data={"why": "The shop closes.", "code": "birch"})
    assert (wrong.status_code, "not your brand" in wrong.text) == (422, True)
    assert client.post("/admin/leave", data={"why": "The shop closes.", "code": "alder"}).status_code == 303

    assert "has left the platform" in client.get("/").text
    other_side = client_for(world.birch.viewer).get(f"/partners/partnerships/{world.partnership.id}").text
    assert "The shop closes." in other_side
    assert client.get("/admin").status_code == 403


def test_only_an_admin_leaves_and_who_runs_the_platform_stays(
    client_for: ClientFor, world: Cast, operator: Actor
) -> None:
    for actor in (world.alder.manager, world.alder.viewer, world.alder.finance, operator):
        data = {"why": "why", "code": "alder"}
        assert client_for(actor).get("/admin/leave").status_code == 403
        assert client_for(actor).post("/admin/leave", data=data).status_code == 403


def _ask_no_second_factor(session, partner_id: str) -> None:  # type: ignore[no-untyped-def]
    from partners.directory.models import Partner

    session.get_one(Partner, partner_id).requires_second_factor = False
