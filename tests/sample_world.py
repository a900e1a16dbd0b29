"""The sample world as test data: loaded once a test run, copied by whoever changes it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app import create_app
from app.passwords import digest_password
from app.worker import reap, run_job
from config import Settings
from migrations import upgrade
from partners.database import EVERY_TENANT, open_engine, reading, writing
from partners.directory.accounts.queries import seats_of, user_by_email
from partners.directory.policy import Actor
from partners.store import FolderStore
from tests.things import add_regions

LOADED_AT = datetime(2026, 3, 18, 10, 0, tzinfo=UTC)
"""The instant at which the sample world of the tests is loaded, so that every run sees the same months;
the last of them is over for whoever reads the clock."""


@dataclass(frozen=True, slots=True)
class SampleWorld:
    """A folder with a database and a store that hold the sample world."""

    var: Path

    def settings(self, port: int = 8000) -> Settings:
        """Return settings of an installation in this folder."""
        return Settings(
            var=self.var, database_url=f"sqlite:///{self.var / 'tandem.db'}", secret_key="k" * 64,
            token_key=b"t" * 32, seal_key=b"s" * 32, base_url=f"http://127.0.0.1:{port}", port=port, upload_mb=50,
        )  # fmt: skip

    def copied(self, var: Path) -> SampleWorld:
        """Return a copy in another folder, to be changed."""
        shutil.copytree(self.var, var)
        return SampleWorld(var)

    def actor(self, email: str) -> Actor:
        """Return who a user of the sample world is."""
        engine = open_engine(self.settings().database_url)
        with reading(engine) as session:
            account = user_by_email(session, email)
            assert account is not None
            return seats_of(session, account.user_id)[0].actor


@pytest.fixture(scope="session")
def sample_world(tmp_path_factory: pytest.TempPathFactory) -> SampleWorld:
    """The sample world, loaded, its overlaps counted; not to be changed."""
    from partners import sample

    world = SampleWorld(tmp_path_factory.mktemp("sample") / "var")
    world.var.mkdir()
    settings = world.settings()
    engine = open_engine(settings.database_url)
    upgrade(engine)
    with writing(engine) as session:
        digest = digest_password(sample.PASSWORD)
        keys = settings.token_key, settings.seal_key
        sample.load(session, FolderStore(settings.store_folder), *keys, digest, LOADED_AT)
        session.commit()
    _count_overlaps(settings)
    with writing(engine, EVERY_TENANT) as session:
        add_regions(session, "Breakfast table", LOADED_AT)
        session.commit()
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return world


def _count_overlaps(settings: Settings) -> None:
    """Do the jobs that the loading left, but for documents: those are rendered where a test asks for one."""
    place = create_app(settings, lambda: LOADED_AT).extensions["tandem"]
    for job_id in reap(place):
        with reading(place.engine) as session:
            from partners.outbox import Job

            handler = session.get_one(Job, job_id).handler
        if not handler.startswith("render"):
            run_job(place, job_id)
    place.engine.dispose()
