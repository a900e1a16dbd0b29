"""Bank accounts on pages: proposed, decided by a second person, masked everywhere but on one audited answer."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.installation import Installation
from partners.audit import AuditEvent
from partners.database import EVERY_TENANT, reading, writing
from partners.directory import bank_services
from partners.directory.models import BankAccount
from partners.directory.policy import Actor
from tests.cast import Cast
from tests.conftest import NOW

SignedIn = Callable[[Actor], FlaskClient]

WHOLE, SPACED = "DE89370400440532013000", "DE89 3704 0044 0532 0130 00"
MIDDLE = re.compile(r"\b(3704|0044|0532|0130)\b|370400440532")
"""Parts of the number that are no other thing; a few digits alone stand in many a digest, too."""


def _form(world: Cast, **other: str) -> dict[str, str]:
    return {
        "entity_id": world.alder.entity.id, "currency": "EUR", "holder": "Alder Coffee GmbH", "number": SPACED,
        "bank_code": "COBADEFFXXX", "bank_name": "Hafenbank", **other,
    }  # fmt: skip


@pytest.fixture
def proposed(place: Installation, world: Cast) -> str:
    with writing(place.engine, EVERY_TENANT) as session:
        account = bank_services.propose_account(
            session, world.alder.finance, place.settings.seal_key, entity_id=world.alder.entity.id, holder="Alder",
            number=SPACED, currency="EUR", now=NOW,
        )  # fmt: skip
        session.commit()
        return account.id


def test_finance_proposes_and_a_second_person_approves(client_for: SignedIn, world: Cast) -> None:
    finance, second = client_for(world.alder.finance), client_for(world.alder.finance_two)

    made = finance.post("/admin/accounts/propose", data=_form(world))
    address = made.headers["Location"]
    assert made.status_code == 303
    assert "Withdraw it" in finance.get(address).text
    assert "Approve the bank account" in second.get("/").text
    assert "3 days after your approval" in second.get(address).text
    assert second.post(f"{address}/approve").status_code == 303

    page = second.get(address).text
    assert "approved, not used yet" in page
    assert "Approve it" not in page
    assert "Alder Coffee GmbH" in finance.get("/admin/accounts?csv=1").text


def test_nobody_approves_an_own_proposal(client_for: SignedIn, world: Cast, proposed: str) -> None:
    refused = client_for(world.alder.finance).post(f"/admin/accounts/{proposed}/approve")

    assert refused.status_code == 403
    assert "A second person decides" in refused.text


def test_a_proposal_is_refused_or_withdrawn(client_for: SignedIn, world: Cast, proposed: str) -> None:
    finance, admin = client_for(world.alder.finance), client_for(world.alder.admin)

    assert finance.post(f"/admin/accounts/{proposed}/withdraw").status_code == 303
    assert "withdrawn" in admin.get(f"/admin/accounts/{proposed}").text
    assert admin.post(f"/admin/accounts/{proposed}/refuse").status_code == 409
    address = finance.post("/admin/accounts/propose", data=_form(world)).headers["Location"]
    assert admin.post(f"{address}/refuse").status_code == 303
    assert "refused" in finance.get(address).text


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"number": "DE89370400440532013001"}, "The check digit"), ({"number": "12345"}, "is not an IBAN"),
        ({"bank_code": "COBA"}, "is not a BIC"), ({"entity_id": "zzzzzzzzzzzzzzzz"}, "Not a valid choice"),
    ],
)  # fmt: skip
def test_what_cannot_be_an_account_says_why(
    client_for: SignedIn, world: Cast, wrong: dict[str, str], reason: str
) -> None:
    refused = client_for(world.alder.finance).post("/admin/accounts/propose", data=_form(world, **wrong))

    assert refused.status_code == 422
    assert reason in refused.text


def test_a_second_proposal_waits_for_the_first(client_for: SignedIn, world: Cast, proposed: str) -> None:
    refused = client_for(world.alder.admin).post("/admin/accounts/propose", data=_form(world))

    assert refused.status_code == 422
    assert "waits already" in refused.text


def test_pages_show_the_end_of_the_number_only(client_for: SignedIn, world: Cast, proposed: str) -> None:
    client = client_for(world.alder.admin)
    addresses = ("/", "/admin/accounts", "/admin/accounts?csv=1", f"/admin/accounts/{proposed}", "/admin/audit",
                 "/admin/audit?csv=1")  # fmt: skip

    pages = [client.get(address).text for address in addresses]

    assert all("3000" in page for page in pages[:4])
    assert not any(WHOLE in page or SPACED in page or MIDDLE.search(page) for page in pages)


def test_the_whole_number_is_shown_once_and_written_down(
    client_for: SignedIn, world: Cast, place: Installation, proposed: str
) -> None:
    client = client_for(world.alder.finance_two)

    shown = client.post(f"/admin/accounts/{proposed}/number")

    assert SPACED in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert SPACED not in client.get(f"/admin/accounts/{proposed}").text
    with reading(place.engine, EVERY_TENANT) as session:
        seen = session.scalars(select(AuditEvent).where(AuditEvent.action == "show_number")).one()
        assert seen.user_id == world.alder.finance_two.user_id
        assert WHOLE.encode() not in session.scalars(select(BankAccount)).one().number_sealed


@pytest.mark.parametrize("role", ["manager", "viewer"])
def test_other_roles_are_refused(client_for: SignedIn, world: Cast, proposed: str, role: str) -> None:
    client = client_for(getattr(world.alder, role))

    for status, answer in _everything(client, proposed):
        assert status == 403, answer
    assert "/admin/accounts" not in client.get("/").text


def test_an_admin_elsewhere_finds_nothing(client_for: SignedIn, world: Cast, proposed: str) -> None:
    client = client_for(world.cedar.admin)

    for status, address in _everything(client, proposed):
        assert status == (200 if address in ("/admin/accounts", "/admin/accounts/propose") else 404), address
    assert "Alder" not in client.get("/admin/accounts").text
    assert client.post("/admin/accounts/propose", data=_form(world)).status_code == 422


def test_finance_finds_the_accounts_and_nothing_else_of_administration(client_for: SignedIn, world: Cast) -> None:
    page = client_for(world.alder.finance).get("/admin/accounts").text

    assert 'href="/admin/accounts"' in page
    assert "/admin/tokens" not in page
    assert "No bank account yet" in page


def _everything(client: FlaskClient, account_id: str) -> list[tuple[int, str]]:
    one = f"/admin/accounts/{account_id}"
    answers: list[tuple[int, Any]] = [
        (client.get(address).status_code, address) for address in ("/admin/accounts", "/admin/accounts/propose", one)
    ]
    acts = [f"{one}/{act}" for act in ("number", "approve", "refuse", "withdraw")]
    return answers + [(client.post(address).status_code, address) for address in acts]
