"""Who reaches what: every address x every role x own brand, partner, stranger, suspended, signed out.

The expected answer of each cell is declared once, in ``access.py``. Things are the sample world's: they belong to
Morgenrot or to its partnership with Nordkorn; Saltwind has nothing to do with either.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import context, create_app
from app.jobs import HANDLERS
from config import Settings
from partners import outbox, sample
from partners.database import EVERY_TENANT, new_id, open_engine, writing
from partners.directory.models import Partner, Standing
from partners.store import FolderStore
from tests.app.access import ACCESS, OPERATOR, ROLES, Access
from tests.app.reached import Reached, ask, reached, routes
from tests.conftest import new_database
from tests.sample_world import LOADED_AT, SampleWorld
from tests.signed_in import signed_in_client
from tests.things import actor_named, add_regions, things_of

OWN, PARTNER, STRANGER = "morgenrot", "nordkorn", "saltwind"
GUESSES = 5_000

ClientOf = Callable[[str, str], FlaskClient]


@pytest.fixture(scope="module")
def settings(sample_world: SampleWorld, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Of a copy of the sample world."""
    return sample_world.copied(tmp_path_factory.mktemp("access") / "var").settings()


@pytest.fixture(scope="module")
def app(settings: Settings) -> Iterator[Flask]:
    """The sample world's application; what a request changes is rolled back instead of committed."""
    yield from _without_commits(settings)


@pytest.fixture(scope="module")
def postgres_app(settings: Settings, postgres_url: str) -> Iterator[Flask]:
    """The same on PostgreSQL, where row-level security stands behind the queries."""
    yield from _without_commits(replace(settings, database_url=_sample_on_postgres(postgres_url, settings)))


@pytest.fixture(scope="module")
def ids(app: Flask) -> dict[str, str]:
    """One thing of each kind."""
    return things_of(app.extensions["tandem"].engine, OWN, PARTNER, "Breakfast table")


@pytest.fixture(scope="module")
def client_of(app: Flask) -> ClientOf:
    """Give a client that is signed in for a brand in a role."""
    return lambda brand, role: _client(app, brand, role)


def test_every_address_has_its_line_and_every_line_its_address(app: Flask) -> None:
    assert sorted(route.name for route in routes(app)) == sorted(ACCESS)


@pytest.mark.parametrize("role", ROLES)
def test_the_own_brand_reaches_what_is_declared(
    app: Flask, ids: dict[str, str], client_of: ClientOf, role: str
) -> None:
    assert _surprises(app, ids, client_of(OWN, role), role, lambda access: access.own) == []


@pytest.mark.parametrize("role", ROLES)
def test_a_partner_reaches_what_is_shared(app: Flask, ids: dict[str, str], client_of: ClientOf, role: str) -> None:
    assert _surprises(app, ids, client_of(PARTNER, role), role, lambda access: access.partner) == []


@pytest.mark.parametrize("role", ROLES)
def test_a_stranger_reaches_nothing_that_has_an_id(
    app: Flask, ids: dict[str, str], client_of: ClientOf, role: str
) -> None:
    assert _surprises(app, ids, client_of(STRANGER, role), role, lambda access: access.stranger) == []


@pytest.mark.parametrize("role", ROLES)
def test_a_suspended_brand_reads_and_changes_nothing(
    app: Flask, ids: dict[str, str], client_of: ClientOf, role: str
) -> None:
    client = client_of(OWN, role)
    _stand(app, Standing.SUSPENDED)
    try:
        assert _surprises(app, ids, client, role, lambda access: access.suspended) == []
    finally:
        _stand(app, Standing.APPROVED)


def test_the_operator_runs_the_platform_and_sees_nothing_of_what_partners_share(
    app: Flask, ids: dict[str, str], client_of: ClientOf
) -> None:
    client = client_of("tandem", "operator")

    assert {route.name for route in routes(app) if ask(client, route, ids) is Reached.YES} == OPERATOR


@pytest.mark.parametrize("role", ["manager", "finance"])
def test_on_postgres_the_wall_takes_away_nothing_that_is_declared(postgres_app: Flask, role: str) -> None:
    ids = things_of(postgres_app.extensions["tandem"].engine, OWN, PARTNER, "Breakfast table")
    own, partner = (_client(postgres_app, brand, role) for brand in (OWN, PARTNER))

    assert _surprises(postgres_app, ids, own, role, lambda access: access.own) == []
    assert _surprises(postgres_app, ids, partner, role, lambda access: access.partner) == []


def test_whoever_is_signed_out_is_sent_to_sign_in(app: Flask, ids: dict[str, str]) -> None:
    assert {ask(app.test_client(), route, ids) for route in routes(app)} == {Reached.SIGN_IN}


def test_guessed_ids_lead_nowhere(app: Flask, client_of: ClientOf) -> None:
    asked = [
        (route, role) for route in routes(app) if route.words and route.method == "GET"
        for role in ROLES if role[0] in ACCESS[route.name].own  # others are refused whatever they ask for
    ]  # fmt: skip
    clients = {role: client_of(STRANGER, role) for role in ROLES}
    chance, found = random.Random(1), []

    for number in range(GUESSES):
        route, role = asked[number % len(asked)]
        guess = {word: new_id() if chance.random() < 0.9 else word[:5] for word in route.words}
        answer = clients[role].open(route.address(guess), headers={"HX-Request": "true"})  # a short page is enough
        if reached(answer) is not Reached.NOTHING:
            found.append((route.name, guess))

    assert found == []


def _without_commits(settings: Settings) -> Iterator[Flask]:
    made = create_app(settings, lambda: LOADED_AT)
    made.config["WTF_CSRF_ENABLED"] = False
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(context, "commit", lambda: context.db().rollback())
        yield made
    made.extensions["tandem"].engine.dispose()


def _client(app: Flask, brand: str, role: str) -> FlaskClient:
    actor = actor_named(app.extensions["tandem"].engine, f"{role}@{brand}.example")
    return signed_in_client(app.test_client(), actor)


def _surprises(
    app: Flask, ids: dict[str, str], client: FlaskClient, role: str, roles_in: Callable[[Access], str]
) -> list[tuple[str, str]]:
    """Return each address at which the answer is not the declared one; what is not reached says so without a trace."""
    found = []
    for route in routes(app):
        is_reached = ask(client, route, ids) is Reached.YES
        if is_reached != (role[0] in roles_in(ACCESS[route.name])):
            found.append((route.name, "reached" if is_reached else "not reached"))
    return found


def _sample_on_postgres(postgres_url: str, settings: Settings) -> str:
    """Load the sample world into a PostgreSQL database and return its address; documents are not rendered."""
    address = new_database(postgres_url, "sample")
    engine = open_engine(address)
    with writing(engine, EVERY_TENANT) as session:
        keys = settings.token_key, settings.seal_key
        sample.load(session, FolderStore(settings.store_folder), *keys, "-", LOADED_AT)
        outbox.dispatch(session, HANDLERS, LOADED_AT)
        add_regions(session, "Breakfast table", LOADED_AT)
        session.commit()
    engine.dispose()
    return address


def _stand(app: Flask, standing: Standing) -> None:
    with writing(app.extensions["tandem"].engine, EVERY_TENANT) as session:
        session.query(Partner).filter_by(code=OWN).update({"standing": standing})
        session.commit()


def observed(app: Flask, ids: dict[str, str], client_of: ClientOf) -> dict[str, tuple[str, str, str, str]]:
    """Return what is reached now, in the shape of the table; for whoever writes a new line of it."""
    lines: dict[str, list[str]] = {route.name: [] for route in routes(app)}
    for brand, standing in ((OWN, None), (PARTNER, None), (STRANGER, None), (OWN, Standing.SUSPENDED)):
        clients = {role: client_of(brand, role) for role in ROLES}
        _stand(app, standing or Standing.APPROVED)
        for route in routes(app):
            lines[route.name].append("".join(r[0] for r in ROLES if ask(clients[r], route, ids) is Reached.YES))
    _stand(app, Standing.APPROVED)
    return {name: tuple(cells) for name, cells in lines.items()}  # type: ignore[misc]
