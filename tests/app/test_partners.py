"""The pages of the directory and of partnerships."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.installation import Installation
from partners.database import reading, writing
from partners.directory import services
from partners.directory.models import Partnership
from partners.directory.policy import Actor
from tests.cast import Cast
from tests.conftest import NOW

SignedIn = Callable[[Actor], FlaskClient]


def test_the_directory_shows_own_partnerships_and_everybody(client_for: SignedIn, world: Cast) -> None:
    page = client_for(world.alder.viewer).get("/partners").text

    assert "Alder with Birch" in page
    assert "Cedar Stranger" in page
    assert "Invite partners" not in page


def test_both_lists_come_as_files(client_for: SignedIn, world: Cast) -> None:
    client = client_for(world.alder.viewer)

    assert "Alder with Birch" in client.get("/partners?mine_csv=1").text
    assert "Cedar Stranger" in client.get("/partners?csv=1").text


def test_a_stranger_sees_a_profile_and_no_community(client_for: SignedIn, world: Cast) -> None:
    address = f"/partners/{world.alder.partner.id}"

    assert "Alder Coffee club" not in client_for(world.cedar.manager).get(address).text
    assert "Alder Coffee club" in client_for(world.birch.viewer).get(address).text


def test_a_manager_invites_and_the_other_side_accepts(client_for: SignedIn, world: Cast, place: Installation) -> None:
    form = {"name": "Breakfast", "partner_ids": [world.cedar.partner.id], "timezone": "Europe/Berlin"}

    sent = client_for(world.alder.manager).post("/partners/invite", data=form)
    assert sent.status_code == 303
    page = client_for(world.cedar.manager).get(sent.location).text
    assert "Your answer is awaited" in page
    answered = client_for(world.cedar.manager).post(f"{sent.location}/accept")

    assert answered.status_code == 303
    assert _partnership(place, "Breakfast").footing == "exploring"


def test_an_invitation_that_cannot_be_sent_says_why(client_for: SignedIn, world: Cast) -> None:
    client = client_for(world.alder.manager)
    form = {"name": "Again", "partner_ids": [world.birch.partner.id], "timezone": "Europe/Berlin"}

    refused = client.post("/partners/invite", data=form)
    assert refused.status_code == 422
    assert "exactly these partners already" in refused.text
    assert client.post("/partners/invite", data={"name": ""}).status_code == 422


def test_a_profile_leads_to_an_invitation_with_its_partner_chosen(client_for: SignedIn, world: Cast) -> None:
    page = client_for(world.alder.manager).get(f"/partners/invite?partner_id={world.cedar.partner.id}").text

    chosen = page.split(f'value="{world.cedar.partner.id}"')[0].rsplit("<input", 1)[1]
    assert "checked" in chosen


def test_an_invitation_is_declined(client_for: SignedIn, world: Cast, place: Installation) -> None:
    with writing(place.engine) as session:
        services.invite_partners(session, world.alder.manager, [world.cedar.partner.id], "Breakfast", "UTC", NOW)
        session.commit()
    address = f"/partners/partnerships/{_partnership(place, 'Breakfast').id}"

    client = client_for(world.cedar.manager)
    assert "Nothing was shared and nothing was counted" in client.get(f"{address}/decline").text
    page = client.post(f"{address}/decline", data={"why": "Not this year"}, follow_redirects=True).text

    assert "closed this invitation on" in page
    assert "“Not this year”" in page


def test_ending_says_first_what_follows(client_for: SignedIn, world: Cast, place: Installation) -> None:
    address = f"/partners/partnerships/{world.partnership.id}/end"
    client = client_for(world.birch.manager)

    assert "at once and for good" in client.get(address).text
    assert _partnership(place, "Alder with Birch").footing == "signed"
    assert client.post(address).status_code == 422
    page = client.post(address, data={"why": "Budgets are cut"}, follow_redirects=True).text

    assert "Birch Dairy ended this partnership" in page
    assert "“Budgets are cut”" in page
    assert client.get(address).status_code == 409


def test_a_stranger_finds_no_partnership_page(client_for: SignedIn, world: Cast) -> None:
    stranger, address = client_for(world.cedar.manager), f"/partners/partnerships/{world.partnership.id}"

    assert stranger.get(address).status_code == 404
    for page in ("end", "decline", "preview"):
        assert stranger.get(f"{address}/{page}").status_code == 404
    form = {"why": "why", "from_stage": "working", "to_stage": "value"}
    for verb in ("accept", "decline", "end", "move"):
        assert stranger.post(f"{address}/{verb}", data=form).status_code == 404


@pytest.mark.parametrize("role", ["viewer", "finance", "admin"])
def test_other_roles_read_and_change_nothing(client_for: SignedIn, world: Cast, role: str) -> None:
    client, address = client_for(getattr(world.alder, role)), f"/partners/partnerships/{world.partnership.id}"

    page = client.get(address)
    assert page.status_code == 200
    assert "End…" not in page.text
    assert client.get("/partners/invite").status_code == 403
    assert client.get(f"{address}/end").status_code == 403
    assert client.post(f"{address}/end", data={"why": "why"}).status_code == 403
    assert "Move it to another stage" not in page.text
    form = {"from_stage": "working", "to_stage": "value", "why": "why"}
    assert client.post(f"{address}/move", data=form).status_code == 403


def test_each_footing_says_what_a_partner_sees(client_for: SignedIn, world: Cast) -> None:
    page = client_for(world.alder.viewer).get(f"/partners/partnerships/{world.partnership.id}").text

    assert "What my partner sees of us" in page
    assert "whether one person is in your list" in page


def _partnership(place: Installation, name: str) -> Partnership:
    with reading(place.engine) as session:
        return session.scalars(select(Partnership).where(Partnership.name == name)).one()
