"""A blind count that both have joined, and the cast that it is of."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from partners.database import EVERY_TENANT, writing
from partners.store import FolderStore
from tests.cast import Cast, build_cast
from tests.conftest import NOW
from tests.partners.audiences.blind.world import LISTS, Play, begin


@pytest.fixture
def cast_of(engine: Engine) -> Cast:
    with writing(engine, EVERY_TENANT) as session:
        cast = build_cast(session, NOW)
        session.commit()
        return cast


@pytest.fixture
def cast_here(sqlite_engine: Engine) -> Cast:
    with writing(sqlite_engine, EVERY_TENANT) as session:
        cast = build_cast(session, NOW)
        session.commit()
        return cast


@pytest.fixture
def play(sqlite_engine: Engine, store: FolderStore, cast_here: Cast, tmp_path: Path) -> Play:
    """A count that both have joined."""
    return begin(sqlite_engine, store, cast_here, tmp_path, LISTS)
