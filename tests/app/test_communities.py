"""The pages of communities."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from partners.directory.policy import Actor
from tests.cast import Cast

SignedIn = Callable[[Actor], FlaskClient]

FORM = {"code": "alder-regulars", "name": "Regulars", "theme": "coffee", "channel": "store"}


def test_own_communities_come_first_and_partners_after(client_for: SignedIn, world: Cast) -> None:
    page = client_for(world.alder.viewer).get("/communities").text

    assert page.index("Alder Coffee club") < page.index("Birch Dairy club")
    assert "Cedar Stranger club" not in page


def test_both_lists_come_as_files(client_for: SignedIn, world: Cast) -> None:
    client = client_for(world.alder.viewer)

    assert "Alder Coffee club" in client.get("/communities?csv=1").text
    assert "Birch Dairy club" in client.get("/communities?theirs_csv=1").text


def test_a_manager_opens_and_edits_a_community(client_for: SignedIn, world: Cast) -> None:
    client = client_for(world.alder.manager)

    opened = client.post("/communities/new", data=FORM)
    assert opened.status_code == 303
    edited = client.post(f"{opened.location}/edit", data={**FORM, "about": "People of our shops"})

    assert edited.status_code == 303
    assert "People of our shops" in client.get(edited.location).text


def test_a_new_community_is_asked_for_beside_the_codes_of_the_others(client_for: SignedIn, world: Cast) -> None:
    page = client_for(world.alder.manager).get("/communities/new").text

    assert f"for instance: {world.alder.community.code}." in page


def test_a_community_that_cannot_be_opened_says_why(client_for: SignedIn, world: Cast) -> None:
    client = client_for(world.alder.manager)

    assert client.post("/communities/new", data={}).status_code == 422
    refused = client.post("/communities/new", data={**FORM, "code": "birch-club"})

    assert refused.status_code == 422
    assert "is taken" in refused.text


def test_a_partner_looks_and_a_stranger_does_not(client_for: SignedIn, world: Cast) -> None:
    address = f"/communities/{world.alder.community.id}"

    assert client_for(world.birch.manager).get(address).status_code == 200
    assert client_for(world.birch.manager).post(f"{address}/edit", data=FORM).status_code == 404
    assert client_for(world.cedar.manager).get(address).status_code == 404
    assert client_for(world.cedar.manager).post(f"{address}/edit", data=FORM).status_code == 404


@pytest.mark.parametrize("role", ["viewer", "finance", "admin"])
def test_other_roles_change_nothing(client_for: SignedIn, world: Cast, role: str) -> None:
    client, address = client_for(getattr(world.alder, role)), f"/communities/{world.alder.community.id}"

    assert client.get(address).status_code == 200
    assert client.get("/communities/new").status_code == 403
    assert client.post(f"{address}/edit", data=FORM).status_code == 403
