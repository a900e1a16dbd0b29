"""The books of Alder and Birch, on either database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from partners.database import EVERY_TENANT, writing
from tests.conftest import NOW
from tests.partners.revenue.books import Books, open_books


@pytest.fixture
def books(engine: Engine) -> Iterator[Books]:
    with writing(engine, EVERY_TENANT) as session:
        yield open_books(session, NOW)
