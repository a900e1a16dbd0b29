"""Grave things ask again who is there; what was filled in is not lost."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.installation import Installation
from partners.database import writing
from partners.directory.accounts import factor_services
from partners.directory.accounts.models import SignIn
from partners.directory.policy import Actor
from tests.app.test_campaigns import answers
from tests.cast import PASSWORD, Cast
from tests.conftest import NOW
from tests.signed_in import hold_cookie, sign_in_row

GRAVE = {
    "campaigns.sign", "campaigns.propose", "campaigns.terms", "revenue.approve", "partners.end", "account.password",
    "account.switch_codes_on", "account.switch_codes_off", "account.renew_recovery_codes", "account.passkey_options",
    "account.add_passkey", "account.remove_passkey", "account.end_sign_in", "account.end_other_sign_ins",
}  # fmt: skip
KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
LONG_AGO = timedelta(minutes=15)


@pytest.fixture
def client(app: Flask, place: Installation, world: Cast) -> FlaskClient:
    """Alder's manager, who signed in a quarter of an hour ago."""
    return _signed_in_long_ago(app, place, world.alder.manager)


def test_what_is_grave_is_marked(app: Flask) -> None:
    marked = {name for name, view in app.view_functions.items() if getattr(view, "is_confirmed", False)}

    assert marked >= GRAVE


def test_who_signed_in_lately_is_not_asked(world: Cast, client_for: Callable[[Actor], FlaskClient]) -> None:
    assert client_for(world.alder.manager).get("/account/password").status_code == 200


def test_a_page_is_come_back_to(client: FlaskClient) -> None:
    asked = client.get("/account/password?x=1")
    done = client.post(asked.location, data={"password": PASSWORD, "next": "/account/password?x=1"})

    assert (asked.status_code, asked.location) == (303, "/session/confirm?next=/account/password?x%3D1")
    assert done.location == "/account/password?x=1"
    assert client.get(done.location).status_code == 200


def test_a_form_is_not_carried_out_and_leads_back_to_where_it_was_sent_from(client: FlaskClient) -> None:
    answer = client.post("/account/sign-ins/end-others", headers={"Referer": "http://localhost/account/sign-ins"})

    assert (answer.status_code, answer.location) == (303, "/session/confirm?next=/account/sign-ins")


def test_what_was_filled_in_waits_and_is_sent_afterwards(client: FlaskClient, world: Cast) -> None:
    path = f"/partners/partnerships/{world.partnership.id}/end"
    form = {"why": "Budgets <are> cut", "code": "000000"}

    stopped = client.post(path, data=form, headers={"Referer": f"http://localhost{path}"})
    asked = client.post(stopped.location, data=form)
    wrong = client.post("/session/confirm", data={**_hidden(asked.text), "password": "wrong"})
    right = client.post("/session/confirm", data={**_hidden(wrong.text), "password": PASSWORD})

    assert (stopped.status_code, asked.status_code, wrong.status_code) == (307, 200, 422)
    assert f'action="{path}"' in right.text
    assert _hidden(right.text) == form
    assert client.post(path, data=form).status_code == 303


def test_every_value_of_a_field_waits(client: FlaskClient) -> None:
    form = {"scopes": ["read", "count_blind"]}

    asked = client.post("/session/confirm/keep?sent_to=/admin/tokens/make", data=form)

    assert re.findall(r'name="kept-scopes" value="(\w+)"', asked.text) == form["scopes"]


def test_a_password_never_waits_in_a_page(client: FlaskClient) -> None:
    answer = client.post("/account/password", data={"present": PASSWORD, "new": "a new one", "again": "a new one"})

    assert (answer.status_code, answer.location) == (303, "/session/confirm")


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", ""])
def test_what_waits_is_never_sent_away(client: FlaskClient, target: str) -> None:
    asked = client.post("/session/confirm/keep", query_string={"sent_to": target}, data={"why": "x"})
    done = client.post("/session/confirm", data={"password": PASSWORD, "sent_to": target, "kept-why": "x"})

    assert "kept-why" not in asked.text
    assert (done.status_code, done.location) == (303, "/session/confirm")


@pytest.mark.parametrize("referrer", ["https://evil.example/account", "", "http://localhost//evil.example/x"])
def test_a_referrer_never_leads_away(client: FlaskClient, referrer: str) -> None:
    answer = client.post("/account/sign-ins/end-others", headers={"Referer": referrer})

    assert answer.location == "/session/confirm"


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_confirming_never_leads_away(client: FlaskClient, target: str) -> None:
    done = client.post("/session/confirm", data={"password": PASSWORD, "next": target})

    assert done.location == "/session/confirm"
    assert "Go back to where you were" in client.get("/session/confirm", query_string={"next": target}).text


def test_htmx_is_told_by_a_header(client: FlaskClient) -> None:
    answer = client.post("/account/sign-ins/end-others", headers={"HX-Request": "true"})

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/session/confirm")


def test_a_wrong_password_confirms_nothing_and_is_held_after_ten(client: FlaskClient) -> None:
    tries = [client.post("/session/confirm", data={"password": f"wrong {n}"}).status_code for n in range(11)]

    assert tries == [422] * 10 + [429]
    assert client.get("/account/password").status_code == 303


def test_the_second_factor_is_asked_where_there_is_one(
    app: Flask, place: Installation, world: Cast, client: FlaskClient
) -> None:
    _switch_codes_on(place, world.alder.manager)

    by_password = client.post("/session/confirm", data={"password": PASSWORD})
    by_code = client.post("/session/confirm", data={"code": pyotp.TOTP(KEY).at(NOW)})

    assert 'name="code"' in by_password.text
    assert (by_password.status_code, by_code.status_code) == (422, 303)
    assert client.get("/account/password").status_code == 200


def test_terms_that_were_filled_in_are_not_lost_on_the_way(client: FlaskClient, world: Cast) -> None:
    address = f"/campaigns/propose?partnership={world.partnership.id}"
    preview = client.post(address, data=answers(world, act="preview"))
    digest = re.search(r"[0-9a-f]{64}", preview.text)
    assert digest is not None

    asked = client.post(address, data=answers(world, act="sign", digest=digest[0]))
    client.post("/session/confirm", data={"password": PASSWORD})
    signed = client.post(address, data=answers(world, act="sign", digest=digest[0]))

    assert asked.status_code == 403
    assert 'href="/session/confirm" target="_blank"' in asked.text
    assert digest[0] in asked.text
    assert signed.status_code == 303


def test_confirming_counts_for_this_browser_alone(
    app: Flask, place: Installation, world: Cast, client: FlaskClient
) -> None:
    other = _signed_in_long_ago(app, place, world.alder.manager)

    client.post("/session/confirm", data={"password": PASSWORD})

    assert client.get("/account/password").status_code == 200
    assert other.get("/account/password").status_code == 303


def _signed_in_long_ago(app: Flask, place: Installation, actor: Actor) -> FlaskClient:
    row = sign_in_row(place.engine, actor, NOW)
    with writing(place.engine) as session:
        session.get_one(SignIn, row).confirmed_at = NOW - LONG_AGO
        session.commit()
    return hold_cookie(app.test_client(), row)


def _hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of the last form of a page, but the form's token."""
    form = page[page.rindex('<form class="form"') :]
    found = re.findall(r'type="hidden"[^>]* name="([^"]+)"(?:[^>]* value="([^"]*)")?', form)
    return {name: html.unescape(value) for name, value in found if name != "csrf_token"}


def _switch_codes_on(place: Installation, actor: Actor) -> None:
    earlier = NOW - timedelta(minutes=5)
    with writing(place.engine) as session:
        code, seal_key = pyotp.TOTP(KEY).at(earlier), place.settings.seal_key
        factor_services.switch_codes_on(session, actor, KEY, code, seal_key, earlier)
        session.commit()
