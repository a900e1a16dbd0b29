"""API tokens on pages: made, shown once, listed without what makes them one, revoked."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.installation import Installation
from partners.audit import AuditEvent
from partners.database import EVERY_TENANT, reading, writing
from partners.directory.accounts import token_services
from partners.directory.accounts.models import ApiToken
from partners.directory.policy import Actor
from tests.cast import Cast
from tests.conftest import NOW

SignedIn = Callable[[Actor], FlaskClient]

FORM = {"name": "Shop export", "scopes": ["read", "report_evidence"], "days": "30"}
SECRET = re.compile(r"tandem_[A-Za-z0-9_-]{43}")


@pytest.fixture
def made(place: Installation, world: Cast) -> str:
    with writing(place.engine, EVERY_TENANT) as session:
        token = token_services.make_token(session, world.alder.admin, "Shop export", ["read"], 90, NOW)
        session.commit()
        return token.id


def test_a_token_is_shown_on_the_answer_and_never_again(client_for: SignedIn, world: Cast, place: Installation) -> None:
    client = client_for(world.alder.admin)

    made = client.post("/admin/tokens/make", data=FORM)

    assert made.status_code == 201
    secret = SECRET.search(made.text)
    assert secret is not None
    assert made.headers["Cache-Control"] == "no-store"
    with client.session_transaction() as cookie:
        assert secret.group()[8:] not in repr(dict(cookie))
    for address in ("/admin/tokens", "/admin/tokens?csv=1", "/admin/audit", "/admin/audit?csv=1"):
        assert secret.group()[:20] not in client.get(address).text
    with reading(place.engine, EVERY_TENANT) as session:
        row = session.scalars(select(ApiToken)).one()
        assert row.digest == token_services.digest_of(secret.group())
        assert session.scalars(select(AuditEvent.action)).all() == ["make_token"]


def test_the_list_tells_tokens_apart(client_for: SignedIn, world: Cast, made: str) -> None:
    page = client_for(world.alder.admin).get("/admin/tokens").text

    for text in ("Shop export", "tandem_", "read what the brand may read", "valid", "Alder Coffee admin"):
        assert text in page


def test_another_token_is_made_beside_the_names_in_use(client_for: SignedIn, world: Cast, made: str) -> None:
    page = client_for(world.alder.admin).get("/admin/tokens/make").text

    assert "In use now: Shop export." in page


def test_a_token_is_revoked_after_a_question(client_for: SignedIn, world: Cast, made: str) -> None:
    client = client_for(world.alder.admin)

    assert "refused at once, for ever" in client.get(f"/admin/tokens/{made}").text
    assert client.post(f"/admin/tokens/{made}").status_code == 303

    page = client.get(f"/admin/tokens/{made}").text
    assert "revoked" in page
    assert "Revoke it" not in page


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"scopes": []}, "Choose what the token may do"),
        ({"scopes": ["administer"]}, "not a valid choice"),
        ({"days": "0"}, "Number must be between 1 and 365"),
        ({"days": "366"}, "Number must be between 1 and 365"),
        ({"name": ""}, "This field is required"),
        ({"name": "  "}, "Write what the token is for"),
    ],
)
def test_what_cannot_be_a_token_says_why(
    client_for: SignedIn, world: Cast, wrong: dict[str, object], reason: str
) -> None:
    refused = client_for(world.alder.admin).post("/admin/tokens/make", data={**FORM, **wrong})

    assert refused.status_code == 422
    assert reason in refused.text
    assert not SECRET.search(refused.text)


@pytest.mark.parametrize("role", ["manager", "viewer", "finance"])
def test_only_admins_keep_tokens(client_for: SignedIn, world: Cast, made: str, role: str) -> None:
    client = client_for(getattr(world.alder, role))

    for address in ("/admin/tokens", "/admin/tokens/make", f"/admin/tokens/{made}"):
        assert client.get(address).status_code == 403
    assert client.post("/admin/tokens/make", data=FORM).status_code == 403
    assert client.post(f"/admin/tokens/{made}").status_code == 403


def test_an_admin_elsewhere_finds_nothing(client_for: SignedIn, world: Cast, made: str) -> None:
    client = client_for(world.cedar.admin)

    assert client.get(f"/admin/tokens/{made}").status_code == 404
    assert client.post(f"/admin/tokens/{made}").status_code == 404
    assert "No token yet" in client.get("/admin/tokens").text
