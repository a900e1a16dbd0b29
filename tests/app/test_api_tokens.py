"""Tokens of the JSON API: what opens it and what does not, scopes, ends, and the lines that show how it is called."""

from __future__ import annotations

import html
import re
import shlex
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.api.routes import ROUTES
from app.installation import Installation
from partners.database import EVERY_TENANT, reading, writing
from partners.directory.accounts import token_services
from partners.directory.accounts.models import ApiToken
from partners.directory.models import Partner, Standing
from partners.directory.policy import Actor
from tests.app.programs import BOTH, NO_SUCH_ID, SALES, asking, refused, token_of
from tests.cast import Cast
from tests.conftest import NOW
from tests.keys import give_key, token_csv

TOKENS = token_csv(["ana@x.com", "ben@x.com"])


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer tandem_x", "tandem_x"])
def test_without_a_valid_token_nothing_answers(guarded_app: Flask, header: str) -> None:
    client = guarded_app.test_client()

    for route in ROUTES:
        if route.name != "description":
            address = "/api/v1" + re.sub(r"<\w+>", NO_SUCH_ID, route.rule)
            answer = client.open(address, method=route.method, headers={"Authorization": header} if header else {})
            refused(answer, 401)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_cookie_opens_nothing_and_none_is_set(
    client_for: Callable[[Actor], FlaskClient], world: Cast, place: Installation
) -> None:
    client = client_for(world.alder.admin)
    assert client.get("/").status_code == 200

    refused(client.get("/api/v1/partner"), 401)
    secret = token_of(place, world.birch.admin, ["read"], NOW)
    answer = client.get("/api/v1/partner", headers={"Authorization": f"Bearer {secret}"})

    assert answer.json["name"] == "Birch Dairy"
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("scope", [scope.value for scope in token_services.SCOPES])
def test_a_scope_opens_its_own_and_nothing_else(
    guarded_app: Flask, world: Cast, place: Installation, scope: str
) -> None:
    ask = asking(guarded_app, token_of(place, world.alder.admin, [scope], NOW))

    for route in ROUTES:
        if route.name != "description":
            address = re.sub(r"<\w+>", NO_SUCH_ID, route.rule)
            answer = ask(address, method=route.method, data=SALES if route.sends else None, content_type="text/csv")
            if route.scope.value == scope:
                assert answer.status_code in (200, 202, 404, 422), route.rule
            else:
                refused(answer, 403)


@pytest.mark.parametrize("how", ["revoked", "expired", "suspended", "left"])
def test_a_token_that_has_ended_is_refused(guarded_app: Flask, world: Cast, place: Installation, how: str) -> None:
    secret = token_of(place, world.alder.admin, BOTH, NOW if how != "expired" else NOW - timedelta(days=90))
    ask = asking(guarded_app, secret)
    with writing(place.engine, EVERY_TENANT) as session:
        if how == "revoked":
            row = session.scalars(select(ApiToken)).one()
            token_services.revoke_token(session, world.alder.admin, row.id, NOW)
        elif how in ("suspended", "left"):
            session.get_one(Partner, world.alder.partner.id).standing = Standing(how)
        session.commit()

    if how == "suspended":
        assert ask("/partner").status_code == 200
        refused(ask("/imports", method="POST", data=SALES, content_type="text/csv"), 403)
    else:
        refused(ask("/partner"), 401)


def test_the_last_use_is_noted_to_five_minutes(guarded_app: Flask, world: Cast, place: Installation) -> None:
    ask = asking(guarded_app, token_of(place, world.alder.admin, ["read"], NOW - timedelta(days=1)))

    ask("/partner")

    with reading(place.engine, EVERY_TENANT) as session:
        assert session.scalars(select(ApiToken.used_at)).one() == NOW


def test_too_many_wrong_tokens_are_held_back(guarded_app: Flask, world: Cast, place: Installation) -> None:
    wrong = asking(guarded_app, "tandem_wrong")
    right = asking(guarded_app, token_of(place, world.alder.admin, BOTH, NOW))

    for _guess in range(token_services.BAD_TOKENS.most):
        assert wrong("/partner").status_code == 401

    refused(wrong("/partner"), 429)
    assert right("/partner").status_code == 200


def test_another_site_cannot_send_for_a_program(guarded_app: Flask, world: Cast, place: Installation) -> None:
    ask = asking(guarded_app, token_of(place, world.alder.admin, BOTH, NOW))

    answer = ask("/imports", method="POST", data=SALES, content_type="text/csv", origin="https://evil.example")

    refused(answer, 403)


def test_the_lines_on_the_page_of_tokens_work(
    app: Flask, client_for: Callable[[Actor], FlaskClient], world: Cast, place: Installation, tmp_path: Path
) -> None:
    page = client_for(world.alder.admin).get("/admin/tokens").text
    lines = [html.unescape(line) for line in re.findall(r"<code>(curl [^<]+)</code>", page)]
    secret = token_of(place, world.alder.admin, (*BOTH, "register_audiences"), NOW)
    with writing(place.engine, EVERY_TENANT) as session:
        give_key(session, world.alder.manager, world.partnership.id, NOW)
        session.commit()
    for name, content in (("conversions", SALES), ("members.tokens", TOKENS), ("withdrawn.tokens", TOKENS)):
        (tmp_path / f"{name}.csv").write_bytes(content)
    lines = [line.replace("$TANDEM_TOKEN", secret).replace("$COMMUNITY", world.alder.community.id) for line in lines]

    statuses = [_curl(app, line, tmp_path) for line in lines]

    assert statuses == [200, 200, 202, 201, 201]


def _curl(app: Flask, line: str, folder: Path) -> int:
    """Do what curl would with these arguments."""
    words, headers, data = iter(shlex.split(line)[1:]), {}, None
    address = ""
    for word in words:
        if word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "--data-binary":
            data = (folder / next(words).removeprefix("@")).read_bytes()
        else:
            address = word.removeprefix("http://localhost")
    return app.test_client().open(address, method="POST" if data else "GET", headers=headers, data=data).status_code
