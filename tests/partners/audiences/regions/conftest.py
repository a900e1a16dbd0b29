"""Three lists of Alder and Birch."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from partners.store import FolderStore
from tests.cast import Cast
from tests.partners.audiences.regions.world import World


@pytest.fixture
def world(session: Session, cast: Cast, store: FolderStore) -> World:
    return World(session, cast, store)
