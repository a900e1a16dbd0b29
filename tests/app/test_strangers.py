"""A third partner's users learn nothing of the first two: every address of the URL map, every role, every thing.

The sample world is the data: what belongs to the breakfast table's brands is asked for by Saltwind's users.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Table, select
from werkzeug.routing import Rule

from app import create_app
from partners.database import open_engine, reading
from partners.tables import metadata
from tests.sample_world import LOADED_AT, SampleWorld
from tests.signed_in import signed_in_client

STRANGER = "saltwind"
ROLES = ("manager", "viewer", "finance", "admin")
PUBLIC = {"static", "partners.show"}
"""Addresses with an id that strangers may open: a partner's profile shows what every brand may know."""

NO_SUCH_ID = "zzzzzzzzzzzzzzzz"
SECRETS = ("Breakfast table", "Breakfast together", "morgenrot-regulars", "Yogurt club", "酸奶俱乐部", "MOR-2026",
           "AGR-2026-0001", "Lena Petersen", "manager@morgenrot.example", "Oat latte week", "HRB 118204")  # fmt: skip


@pytest.fixture(scope="module")
def app(sample_world: SampleWorld, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    copied = sample_world.copied(tmp_path_factory.mktemp("strangers") / "var")
    made = create_app(copied.settings(), lambda: LOADED_AT)
    made.config["WTF_CSRF_ENABLED"] = False
    yield made
    made.extensions["tandem"].engine.dispose()


@pytest.fixture(scope="module")
def ids(sample_world: SampleWorld) -> dict[str, list[str]]:
    """For each word, ids of things that belong to the breakfast table's brands alone."""
    with reading(open_engine(sample_world.settings().database_url)) as session:
        partners = _table("partner")
        ours = list(session.scalars(select(partners.c.id).where(partners.c.code.in_(("morgenrot", "nordkorn")))))
        bonds = _table("partnership")
        bond = list(session.scalars(select(bonds.c.id).where(bonds.c.name == "Breakfast table")))
        found = {"partner_id": ours, "partnership_id": bond}
        for word in ("campaign", "period", "statement", "blind_count", "regions"):
            table = _table(word)
            own = select(table.c.id).where(table.c.partnership_id.in_(bond)).limit(9)
            found[f"{word}_id"] = list(session.scalars(own))
        for word, table_name in (("community", "community"), ("audience", "audience"), ("import", "import"),
                                 ("job", "job"), ("seat", "seat"), ("entity", "legal_entity"),
                                 ("account", "bank_account"), ("token", "api_token"),
                                 ("invitation", "invitation")):  # fmt: skip
            table = _table(table_name)
            found[f"{word}_id"] = list(session.scalars(select(table.c.id).where(table.c.partner_id.in_(ours)).limit(6)))
    return found


def test_every_word_in_the_url_map_has_things_to_ask_for(app: Flask, ids: dict[str, list[str]]) -> None:
    words = {argument for rule in _rules(app) for argument in rule.arguments if argument.endswith("_id")}

    assert words
    assert {word for word in words if not ids.get(word)} == set()


@pytest.mark.parametrize("role", ROLES)
def test_what_belongs_to_others_is_not_there(
    app: Flask, sample_world: SampleWorld, ids: dict[str, list[str]], role: str
) -> None:
    client = _client(app, sample_world, role)
    asked = 0

    for rule in _rules(app):
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            nothing = client.open(_filled(rule, ids, 0, NO_SUCH_ID), method=method).status_code
            for position in range(max(len(ids[word]) for word in rule.arguments if word in ids)):
                answer = client.open(_filled(rule, ids, position), method=method)
                assert answer.status_code == nothing, f"{method} {rule.rule} tells that a thing exists"
                assert answer.status_code in ((404,) if method == "GET" and nothing != 403 else (403, 404)), rule.rule
                asked += 1

    assert asked > 100


@pytest.mark.parametrize("role", ROLES)
def test_no_page_without_an_id_names_what_belongs_to_others(app: Flask, sample_world: SampleWorld, role: str) -> None:
    client = _client(app, sample_world, role)

    for rule in app.url_map.iter_rules():
        if not rule.arguments and "GET" in (rule.methods or set()):
            text = client.get(rule.rule, query_string={"q": "Breakfast"}).get_data().decode(errors="replace")
            assert [secret for secret in SECRETS if secret in text] == [], rule.rule


def test_whoever_is_not_signed_in_is_sent_to_sign_in(app: Flask, ids: dict[str, list[str]]) -> None:
    client = app.test_client()

    for rule in _rules(app):
        assert client.get(_filled(rule, ids, 0)).status_code in (303, 405), rule.rule


def _rules(app: Flask) -> list[Rule]:
    """Every address that takes an id and is not public; those of the API take a token, and ``test_api`` asks them."""
    pages = (rule for rule in app.url_map.iter_rules() if not rule.endpoint.startswith("api."))
    return [
        rule for rule in pages
        if rule.endpoint not in PUBLIC and any(argument.endswith("_id") for argument in rule.arguments)
    ]  # fmt: skip


def _filled(rule: Rule, ids: dict[str, list[str]], position: int, instead: str = "") -> str:
    values = {
        word: instead or ids[word][position % len(ids[word])] if word in ids else "en" for word in rule.arguments
    }
    built = rule.build(values)
    assert built is not None
    return built[1]


def _client(app: Flask, world: SampleWorld, role: str) -> FlaskClient:
    return signed_in_client(app.test_client(), world.actor(f"{role}@{STRANGER}.example"))


def _table(name: str) -> Table:
    return metadata.tables[name]

