"""A live campaign of Alder and Birch, on either database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from partners.database import writing
from tests.cast import build_cast
from tests.partners.referrals.world import (
    NOW,
    World,
    build_world,
)


@pytest.fixture
def both(engine: Engine) -> Iterator[Session]:
    """A writing session on SQLite, then on PostgreSQL."""
    with writing(engine) as opened:
        yield opened


@pytest.fixture
def world(both: Session) -> World:
    return build_world(both, build_cast(both, NOW))
