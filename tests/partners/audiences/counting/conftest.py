"""Lists of numbered members of the cast's partnership."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from partners.store import FolderStore
from tests.cast import Cast
from tests.partners.audiences.lists import Lists


@pytest.fixture
def lists(session: Session, cast: Cast, store: FolderStore) -> Lists:
    return Lists(session, store, cast.partnership.id)
