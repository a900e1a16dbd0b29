"""Legal entities: country and currency are chosen, numbers are checked, a code is given once."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from partners.directory.policy import Actor
from tests.cast import Cast

SignedIn = Callable[[Actor], FlaskClient]

ENTITY = {
    "code": "aldcn", "name": "Alder China Ltd", "address": "1 Nanjing Road", "country": "CN", "currency": "CNY",
    "tax_number": "9131 0000 MA1K35TY2A",
}  # fmt: skip


def test_a_legal_entity_is_added_once(client_for: SignedIn, world: Cast) -> None:
    client = client_for(world.alder.admin)

    assert client.post("/admin/entities", data=ENTITY).status_code == 303
    assert "91310000MA1K35TY2A" in client.get("/admin/entities").text
    refused = client.post("/admin/entities", data=ENTITY)

    assert refused.status_code == 422
    assert "is taken" in refused.text
    assert "ALDCN" in client.get("/admin/entities?csv=1").text


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"tax_number": "91310000MA1K35TY2X"}, "The check digit of “91310000MA1K35TY2X” does not fit"),
        ({"registration_number": "123"}, "too many or too few characters"),
        ({"country": "ZZ"}, "Not a valid choice"), ({"country": "cn"}, "Not a valid choice"),
        ({"currency": "XAU"}, "Not a valid choice"), ({"code": "a b"}, "cannot begin statement numbers"),
        ({"address": ""}, "Address"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_legal_entity_says_why(
    client_for: SignedIn, world: Cast, wrong: dict[str, str], reason: str
) -> None:
    client = client_for(world.alder.admin)

    refused = client.post("/admin/entities", data=ENTITY | wrong)

    assert refused.status_code == 422
    assert reason in refused.text
    assert "ALDCN" not in client.get("/admin/entities?csv=1").text


def test_countries_and_currencies_are_chosen_by_name(client_for: SignedIn, world: Cast) -> None:
    client = client_for(world.alder.admin)

    page = client.get("/admin/entities").text
    assert '<option value="DE">Germany (DE)</option>' in page
    assert '<option value="JPY">JPY · Japanese Yen</option>' in page
    client.post("/session/language", data={"locale": "zh"})

    assert '<option value="DE">德国 (DE)</option>' in client.get("/admin/entities").text


@pytest.mark.parametrize("role", ["manager", "viewer", "finance"])
def test_only_admins_see_and_add_them(client_for: SignedIn, world: Cast, role: str) -> None:
    client = client_for(getattr(world.alder, role))

    assert client.get("/admin/entities").status_code == 403
    assert client.post("/admin/entities", data=ENTITY).status_code == 403


def test_another_brands_are_not_in_the_list(client_for: SignedIn, world: Cast) -> None:
    client = client_for(world.cedar.admin)

    assert "Alder Coffee" not in client.get("/admin/entities").text
    assert "ALD" not in client.get("/admin/entities?csv=1").text
