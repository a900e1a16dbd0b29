"""Forged requests, over the whole URL map: no address that changes something takes one."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app.installation import Installation
from tests.cast import Cast
from tests.signed_in import signed_in_client

CHANGING = ("POST", "PUT", "PATCH", "DELETE")
API = "/api/"
"""Takes tokens and no cookies, so there is nothing to forge."""
DESCRIPTION = "/api/v1/openapi.json"
"""What the addresses of the API are, for everybody."""


def test_without_the_forms_token_nothing_is_carried_out(guarded_app: Flask, world: Cast) -> None:
    asked = list(_addresses(guarded_app))
    client = signed_in_client(guarded_app.test_client(), world.alder.admin)

    wrong = {(method, path): client.open(path, method=method).status_code for method, path in asked}

    assert len(asked) > 40
    assert {where: status for where, status in wrong.items() if status != 400} == {}


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example"])
def test_from_a_foreign_page_nothing_is_carried_out(guarded_app: Flask, world: Cast, origin: str) -> None:
    client = signed_in_client(guarded_app.test_client(), world.alder.admin)
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/").text)
    assert token is not None
    headers = {"Origin": origin, "X-CSRF-Token": token[1]}

    asked = _addresses(guarded_app)
    wrong = {(method, path): client.open(path, method=method, headers=headers).status_code for method, path in asked}

    assert {where: status for where, status in wrong.items() if status != 403} == {}


def test_a_token_of_another_session_is_worth_nothing(guarded_app: Flask, world: Cast) -> None:
    thief = signed_in_client(guarded_app.test_client(), world.cedar.admin)
    victim = signed_in_client(guarded_app.test_client(), world.alder.admin)
    token = re.search(r'name="csrf-token" content="([^"]+)"', thief.get("/").text)
    assert token is not None

    answer = victim.post("/session/sign-out", data={"csrf_token": token[1]})

    assert answer.status_code == 400


def test_a_cookie_alone_opens_no_address_of_the_api(guarded_app: Flask, world: Cast, place: Installation) -> None:
    client = signed_in_client(guarded_app.test_client(), world.alder.admin)
    wrong = {}

    for rule in guarded_app.url_map.iter_rules():
        if rule.rule.startswith(API):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                wrong[method, rule.rule] = client.open(_filled(rule), method=method).status_code

    assert wrong
    assert {where for where, status in wrong.items() if status != 401} == {("GET", DESCRIPTION)}


def _addresses(app: Flask) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith(API):
            for method in sorted((rule.methods or set()) & set(CHANGING)):
                yield method, _filled(rule)


def _filled(rule: Rule) -> str:
    return re.sub(r"<(?:\w+:)?[^>]*>", "1", rule.rule)
