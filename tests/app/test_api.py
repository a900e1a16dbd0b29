"""The JSON API: what it answers, pages of lists, what a stranger learns, problems, and its description."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import or_, select

from app import create_app
from app.api.openapi import document
from app.api.routes import ROUTES
from partners.database import EVERY_TENANT, reading
from partners.digest import digest_of
from partners.directory.policy import Action
from partners.tables import metadata
from tests.app.programs import BOTH, GROUND, NO_SUCH_ID, Ask, asking, refused, token_of
from tests.cast import Cast
from tests.keys import token_csv
from tests.sample_world import LOADED_AT, SampleWorld

EVERY = (*BOTH, "register_audiences", "count_blind")
SENT: dict[str, dict[str, Any]] = {
    "preview_audience": {
        "query_string": GROUND | {name: str(LOADED_AT.date()) for name in ("as_of", "expires_on", "collected_to")},
        "data": token_csv(["ana@x.com"]), "content_type": "text/csv",
    },
}  # fmt: skip
"""Route -> what must be sent with it to be understood at all."""


@pytest.fixture(scope="module")
def shop(sample_world: SampleWorld, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application on a copy of the sample world."""
    copied = sample_world.copied(tmp_path_factory.mktemp("api") / "var")
    made = create_app(copied.settings(), lambda: LOADED_AT)
    yield made
    made.extensions["tandem"].engine.dispose()


@pytest.fixture(scope="module")
def asks(shop: Flask, sample_world: SampleWorld) -> dict[str, Ask]:
    """For a brand that takes part and for a stranger: a function that calls the API with a token of theirs."""
    place = shop.extensions["tandem"]
    found = {}
    for brand in ("morgenrot", "saltwind"):
        secret = token_of(place, sample_world.actor(f"admin@{brand}.example"), EVERY, LOADED_AT)
        found[brand] = asking(shop, secret)
    return found


def test_every_read_answers(asks: dict[str, Ask], shop: Flask) -> None:
    ids = _ids(shop, "morgenrot")

    for route in ROUTES:
        if route.method == "GET" and route.scope is Action.READ:
            answer = asks["morgenrot"](_filled(route.rule, ids))
            assert answer.status_code == 200, (route.rule, answer.text)
            assert answer.mimetype == route.gives


def test_answers_keep_what_they_describe(asks: dict[str, Ask], shop: Flask) -> None:
    """Each answer has exactly the fields of its schema: none is left out, and nothing undescribed slips in."""
    described, ids = document("http://127.0.0.1"), _ids(shop, "morgenrot")

    for route in ROUTES:
        if route.answers is not None and route.method == "GET":
            told = asks["morgenrot"](_filled(route.rule, ids)).json
            address = "/api/v1" + re.sub(r"<(\w+)>", r"{\1}", route.rule)
            schema = described["paths"][address]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
            _hold(schema, told, described)


def test_a_strangers_token_finds_nothing_of_others(asks: dict[str, Ask], shop: Flask) -> None:
    ids, asked = _ids(shop, "morgenrot"), 0

    for route in ROUTES:
        if "<" in route.rule:
            sent = {"method": route.method} | SENT.get(route.name, {})
            for thing_id in ids[route.rule.split("<")[1].split(">")[0]]:
                answer = asks["saltwind"](re.sub(r"<\w+>", thing_id, route.rule), **sent)
                nothing = asks["saltwind"](re.sub(r"<\w+>", NO_SUCH_ID, route.rule), **sent)
                assert answer.status_code == nothing.status_code == 404, route.rule
                assert answer.json == nothing.json
                asked += 1
    assert asked > 20


def test_no_list_names_what_belongs_to_others(asks: dict[str, Ask]) -> None:
    secrets = ("Breakfast table", "Breakfast together", "morgenrot-regulars", "MOR-2026", "Yogurt club")

    for route in ROUTES:
        if route.is_list:
            text = asks["saltwind"](f"{route.rule}?limit=200").text
            assert [secret for secret in secrets if secret in text] == [], route.rule


def test_a_statement_is_recomputable_from_its_document(asks: dict[str, Ask]) -> None:
    newest = asks["morgenrot"]("/statements?limit=1").json["items"][0]

    told = asks["morgenrot"](f"/statements/{newest['id']}").json

    assert digest_of(told["document"]) == told["statement"]["digest"] == newest["digest"]
    assert isinstance(newest["closing"]["minor"], int)
    assert newest["closing"]["currency"] == "EUR"


def test_a_list_is_read_page_by_page(asks: dict[str, Ask]) -> None:
    whole = asks["morgenrot"]("/statements?limit=200").json
    assert whole["next"] is None

    found, after = [], ""
    for _page in range(len(whole["items"])):
        page = asks["morgenrot"](f"/statements?limit=2&after={after}").json
        found += page["items"]
        after = page["next"]
        if after is None:
            break

    assert found == whole["items"]
    assert len(found) > 4


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "limit=-1", "after=zzzzzzzzzzzzzzzz"])
def test_a_page_that_cannot_be_is_a_problem(asks: dict[str, Ask], query: str) -> None:
    refused(asks["morgenrot"](f"/partners?{query}"), 422)


def test_what_is_not_there_is_a_problem_too(guarded_app: Flask, world: Cast) -> None:
    client = guarded_app.test_client()

    refused(client.get("/api/v1/nothing"), 404)
    refused(client.get("/api/"), 404)
    refused(client.get("/api/v1/partner", headers={"Authorization": "Bearer x"}), 401)
    refused(client.post("/api/v1/openapi.json"), 405)


def test_the_description_needs_no_token_and_names_every_route(shop: Flask) -> None:
    answer = shop.test_client().get("/api/v1/openapi.json")

    told = answer.json
    assert answer.status_code == 200
    assert told["openapi"] == "3.1.0"
    routed = {rule.rule for rule in shop.url_map.iter_rules() if rule.endpoint.startswith("api.")}
    assert {re.sub(r"\{(\w+)\}", r"<\1>", path) for path in told["paths"]} == routed
    names = [operation["operationId"] for path in told["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names)) == len(ROUTES)
    for reference in re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(told)):
        assert reference in told["components"]["schemas"]


def _ids(app: Flask, brand: str) -> dict[str, list[str]]:
    tables = metadata.tables
    with reading(app.extensions["tandem"].engine, EVERY_TENANT) as session:
        partners, sides = tables["partner"], tables["partnership_partner"]
        own = session.scalars(select(partners.c.id).where(partners.c.code == brand)).one()
        bonds = list(session.scalars(select(sides.c.partnership_id).where(sides.c.partner_id == own)))
        found = {"partnership_id": bonds}
        campaigns, parties, statements = tables["campaign"], tables["party"], tables["statement"]
        signed = select(parties.c.agreement_id).where(parties.c.partner_id == own)
        found["campaign_id"] = list(session.scalars(select(campaigns.c.id).where(campaigns.c.agreement_id.in_(signed))))
        sides_of = or_(statements.c.payer_id == own, statements.c.payee_id == own)
        found["statement_id"] = list(session.scalars(select(statements.c.id).where(sides_of)))
        counts = tables["blind_count"]
        found["blind_count_id"] = list(session.scalars(select(counts.c.id).where(counts.c.partnership_id.in_(bonds))))
        for name in ("import", "community", "audience"):
            table = tables[name]
            found[f"{name}_id"] = list(session.scalars(select(table.c.id).where(table.c.partner_id == own)))
    return found


def _filled(rule: str, ids: dict[str, list[str]]) -> str:
    return re.sub(r"<(\w+)>", lambda match: ids[match.group(1)][0], rule)


def _hold(schema: dict[str, Any], told: Any, described: dict[str, Any]) -> None:
    """Compare an answer with its schema, as far as ours go: references, objects, lists, plain types, null."""
    if "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in schema:
        schema = next(one for one in schema["anyOf"] if (one.get("type") == "null") == (told is None))
        return _hold(schema, told, described)
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    kinds = {"string": str, "integer": int, "boolean": bool, "object": dict, "array": list, "null": type(None)}
    assert isinstance(told, tuple(kinds[name] for name in types)), (schema, told)
    if "properties" in schema:
        assert set(told) == set(schema["properties"]), schema.get("title")
        for name, part in schema["properties"].items():
            _hold(part, told[name], described)
    for each in told if isinstance(told, list) else ():
        _hold(schema["items"], each, described)
    return None
