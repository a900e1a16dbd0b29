"""A web application on a database of each test's own, with the cast in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from app.installation import Installation
from config import Settings
from partners.database import writing
from partners.directory.policy import Actor
from tests.cast import PASSWORD, Cast, build_cast
from tests.conftest import NOW
from tests.signed_in import signed_in_client

PASSWORD_DIGEST = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
"""The real thing with cheap parameters: verifying reads them from the digest."""


@pytest.fixture
def settings(sqlite_template: Path, tmp_path: Path) -> Settings:
    """Settings of an installation in a folder of this test's own, its database migrated and empty."""
    var = tmp_path / "var"
    var.mkdir()
    shutil.copy(sqlite_template, var / "tandem.db")
    return Settings(
        var=var, database_url=f"sqlite:///{var / 'tandem.db'}", secret_key="k" * 32, token_key=b"t" * 32,
        seal_key=b"s" * 32, base_url="http://localhost", port=8000, upload_mb=1,
    )  # fmt: skip


@pytest.fixture
def now() -> Callable[[], datetime]:
    """The clock of the application; a test module may replace it."""
    return lambda: NOW


@pytest.fixture
def guarded_app(settings: Settings, now: Callable[[], datetime]) -> Iterator[Flask]:
    """The application as people meet it, tokens in forms included."""
    made = create_app(settings, now)
    made.testing = True
    yield made
    made.extensions["tandem"].engine.dispose()


@pytest.fixture
def app(guarded_app: Flask) -> Flask:
    """The application without tokens in forms, so that a test may post what it likes."""
    guarded_app.config["WTF_CSRF_ENABLED"] = False
    return guarded_app


@pytest.fixture
def place(guarded_app: Flask) -> Installation:
    """What the application works with: database, store, queue, clock."""
    found: Installation = guarded_app.extensions["tandem"]
    return found


@pytest.fixture
def world(place: Installation) -> Cast:
    """The cast, committed, each with the password ``tests.cast.PASSWORD``."""
    with writing(place.engine) as session:
        cast = build_cast(session, NOW, PASSWORD_DIGEST)
        session.commit()
        return cast


@pytest.fixture
def client_for(app: Flask) -> Callable[[Actor], FlaskClient]:
    """Give a client that is signed in as an actor, without going through the form."""

    return lambda actor: signed_in_client(app.test_client(), actor)


@pytest.fixture
def sign_in() -> Callable[[FlaskClient, str], TestResponse]:
    """Send the sign-in form for an e-mail address."""
    return lambda client, email: client.post("/session/sign-in", data={"email": email, "password": PASSWORD})
