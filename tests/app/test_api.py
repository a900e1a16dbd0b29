"""The JSON API: what a token opens and what not, pages of lists, problems, evidence sent in, its description."""

from __future__ import annotations

import html
import json
import re
import shlex
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import or_, select

from app import create_app
from app.api.openapi import document
from app.api.routes import ROUTES
from app.installation import Installation
from app.worker import reap, run_job
from partners.database import EVERY_TENANT, reading, writing
from partners.digest import digest_of
from partners.directory.accounts import token_services
from partners.directory.accounts.models import ApiToken
from partners.directory.models import Partner, Standing
from partners.directory.policy import Action, Actor
from partners.tables import metadata
from tests.cast import Cast
from tests.conftest import NOW
from tests.sample_world import LOADED_AT, SampleWorld

Ask = Callable[..., Any]
BOTH = ("read", "report_evidence")
EVERY = (*BOTH, "count_blind")
HEADER = "order_id,line_no,occurred_at,campaign,currency,gross"
SALES = f"{HEADER}\nO-1,1,2026-09-03T10:00:00,nowhere,EUR,10.00\n".encode()
NO_SUCH_ID = "zzzzzzzzzzzzzzzz"


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
        secret = _token(place, sample_world.actor(f"admin@{brand}.example"), EVERY, LOADED_AT)
        found[brand] = _asking(shop, secret)
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
            for thing_id in ids[route.rule.split("<")[1].split(">")[0]]:
                answer = asks["saltwind"](re.sub(r"<\w+>", thing_id, route.rule), method=route.method)
                nothing = asks["saltwind"](re.sub(r"<\w+>", NO_SUCH_ID, route.rule), method=route.method)
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
    _refused(asks["morgenrot"](f"/partners?{query}"), 422)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer tandem_x", "tandem_x"])
def test_without_a_valid_token_nothing_answers(shop: Flask, header: str) -> None:
    client = shop.test_client()

    for route in ROUTES:
        if route.name != "description":
            address = "/api/v1" + re.sub(r"<\w+>", NO_SUCH_ID, route.rule)
            answer = client.open(address, method=route.method, headers={"Authorization": header} if header else {})
            _refused(answer, 401)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_cookie_opens_nothing_and_none_is_set(
    client_for: Callable[[Actor], FlaskClient], world: Cast, place: Installation
) -> None:
    client = client_for(world.alder.admin)
    assert client.get("/").status_code == 200

    _refused(client.get("/api/v1/partner"), 401)
    secret = _token(place, world.birch.admin, ["read"], NOW)
    answer = client.get("/api/v1/partner", headers={"Authorization": f"Bearer {secret}"})

    assert answer.json["name"] == "Birch Dairy"
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("scope", [scope.value for scope in token_services.SCOPES])
def test_a_scope_opens_its_own_and_nothing_else(
    guarded_app: Flask, world: Cast, place: Installation, scope: str
) -> None:
    ask = _asking(guarded_app, _token(place, world.alder.admin, [scope], NOW))

    for route in ROUTES:
        if route.name != "description":
            address = re.sub(r"<\w+>", NO_SUCH_ID, route.rule)
            answer = ask(address, method=route.method, data=SALES if route.sends else None, content_type="text/csv")
            if route.scope.value == scope:
                assert answer.status_code in (200, 202, 404), route.rule
            else:
                _refused(answer, 403)


@pytest.mark.parametrize("how", ["revoked", "expired", "suspended", "left"])
def test_a_token_that_has_ended_is_refused(guarded_app: Flask, world: Cast, place: Installation, how: str) -> None:
    secret = _token(place, world.alder.admin, BOTH, NOW if how != "expired" else NOW - timedelta(days=90))
    ask = _asking(guarded_app, secret)
    with writing(place.engine, EVERY_TENANT) as session:
        if how == "revoked":
            row = session.scalars(select(ApiToken)).one()
            token_services.revoke_token(session, world.alder.admin, row.id, NOW)
        elif how in ("suspended", "left"):
            session.get_one(Partner, world.alder.partner.id).standing = Standing(how)
        session.commit()

    if how == "suspended":
        assert ask("/partner").status_code == 200
        _refused(ask("/imports", method="POST", data=SALES, content_type="text/csv"), 403)
    else:
        _refused(ask("/partner"), 401)


def test_the_last_use_is_noted_to_five_minutes(guarded_app: Flask, world: Cast, place: Installation) -> None:
    ask = _asking(guarded_app, _token(place, world.alder.admin, ["read"], NOW - timedelta(days=1)))

    ask("/partner")

    with reading(place.engine, EVERY_TENANT) as session:
        assert session.scalars(select(ApiToken.used_at)).one() == NOW


def test_too_many_wrong_tokens_are_held_back(guarded_app: Flask, world: Cast, place: Installation) -> None:
    wrong = _asking(guarded_app, "tandem_wrong")
    right = _asking(guarded_app, _token(place, world.alder.admin, BOTH, NOW))

    for _guess in range(token_services.BAD_TOKENS.most):
        assert wrong("/partner").status_code == 401

    _refused(wrong("/partner"), 429)
    assert right("/partner").status_code == 200


def test_a_file_is_sent_read_and_asked_about(guarded_app: Flask, world: Cast, place: Installation) -> None:
    ask = _asking(guarded_app, _token(place, world.alder.admin, BOTH, NOW))

    sent = ask("/imports?name=shop.csv", method="POST", data=SALES, content_type="text/csv; charset=utf-8")
    assert (sent.status_code, sent.json["rows_total"]) == (202, 1)
    address = sent.headers["Location"].split("/api/v1")[1]
    assert ask(address).json["state"] == "queued"
    for job_id in reap(place):
        run_job(place, job_id)

    told = ask(address).json
    assert (told["name"], told["state"], told["rows_read"], told["rejected"]) == ("shop.csv", "done", 1, 1)
    failed = ask(f"{address}/failed-rows")
    assert failed.mimetype == "text/csv"
    assert "O-1" in failed.text
    assert ask("/imports").json["items"][0]["id"] == sent.json["id"]


def test_the_same_file_sent_twice_says_where_the_first_is(guarded_app: Flask, world: Cast, place: Installation) -> None:
    ask = _asking(guarded_app, _token(place, world.alder.admin, BOTH, NOW))
    first = ask("/imports", method="POST", data=SALES, content_type="text/csv")

    second = ask("/imports", method="POST", data=SALES, content_type="text/csv")

    _refused(second, 409)
    assert second.headers["Location"] == first.headers["Location"]


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"", "text/csv", 422), (b"a,b\n1,2\n", "text/csv", 422), (SALES, "application/json", 415), (SALES, "", 415),
        (b"x" * 1_100_000, "text/csv", 413),
    ],
)  # fmt: skip
def test_what_cannot_be_evidence_is_a_problem(
    guarded_app: Flask, world: Cast, place: Installation, data: bytes, kind: str, status: int
) -> None:
    ask = _asking(guarded_app, _token(place, world.alder.admin, BOTH, NOW))

    _refused(ask("/imports", method="POST", data=data, content_type=kind), status)


def test_what_a_program_did_stands_in_the_log_under_its_token(
    guarded_app: Flask, client_for: Callable[[Actor], FlaskClient], world: Cast, place: Installation
) -> None:
    ask = _asking(guarded_app, _token(place, world.alder.admin, BOTH, NOW))
    ask("/imports", method="POST", data=SALES, content_type="text/csv")

    log = client_for(world.alder.admin).get("/admin/audit?action=receive_import&thing=import").text

    assert "Alder Coffee admin sent a file of evidence" in log
    assert "<small>Program of the test</small>" in log


def test_what_is_not_there_is_a_problem_too(guarded_app: Flask, world: Cast) -> None:
    client = guarded_app.test_client()

    _refused(client.get("/api/v1/nothing"), 404)
    _refused(client.get("/api/"), 404)
    _refused(client.get("/api/v1/partner", headers={"Authorization": "Bearer x"}), 401)
    _refused(client.post("/api/v1/openapi.json"), 405)


def test_another_site_cannot_send_for_a_program(guarded_app: Flask, world: Cast, place: Installation) -> None:
    ask = _asking(guarded_app, _token(place, world.alder.admin, BOTH, NOW))

    answer = ask("/imports", method="POST", data=SALES, content_type="text/csv", origin="https://evil.example")

    _refused(answer, 403)


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


def test_the_lines_on_the_page_of_tokens_work(
    app: Flask, client_for: Callable[[Actor], FlaskClient], world: Cast, place: Installation, tmp_path: Path
) -> None:
    page = client_for(world.alder.admin).get("/admin/tokens").text
    lines = [html.unescape(line) for line in re.findall(r"<code>(curl [^<]+)</code>", page)]
    secret = _token(place, world.alder.admin, BOTH, NOW)
    (tmp_path / "conversions.csv").write_bytes(SALES)

    statuses = [_curl(app, line.replace("$TANDEM_TOKEN", secret), tmp_path) for line in lines]

    assert statuses == [200, 200, 202]


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


def _token(place: Installation, admin: Actor, scopes: Any, at: Any) -> str:
    with writing(place.engine, EVERY_TENANT) as session:
        made = token_services.make_token(session, admin, "Program of the test", scopes, 90, at)
        session.commit()
        return made.secret


def _asking(app: Flask, secret: str) -> Ask:
    def ask(address: str, origin: str = "", **sent: Any) -> Any:
        headers = {"Authorization": f"Bearer {secret}"} | ({"Origin": origin} if origin else {})
        return app.test_client().open(f"/api/v1{address}", headers=headers, **sent)

    return ask


def _refused(answer: Any, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == status
    assert answer.json["title"]
    assert answer.json["detail"]
    assert "Set-Cookie" not in answer.headers


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
        imports = tables["import"]
        found["import_id"] = list(session.scalars(select(imports.c.id).where(imports.c.partner_id == own)))
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
