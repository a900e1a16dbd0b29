"""Lists of numbered members in a partnership, counted without noise, for tests of who reads what."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.audiences.models import Audience, Overlap
from partners.audiences.release.release import band_of
from partners.directory.models import Footing
from partners.store import FolderStore
from tests.cast import Brand, Cast
from tests.conftest import NOW
from tests.partners.audiences.lists import Lists

TODAY = NOW.date()
WEEK = timedelta(days=7)


class World:
    """Puts lists of numbered members into the partnership and counts what is to be counted, without any noise."""

    def __init__(self, session: Session, cast: Cast, store: FolderStore) -> None:
        self.session, self.cast, self.store = session, cast, store
        self.lists = Lists(session, store, cast.partnership.id)

    def register(
        self, brand: Brand, members: range, as_of: date = date(2026, 10, 1), expires_on: date = date(2027, 10, 1),
        now: datetime = NOW,
    ) -> Audience:  # fmt: skip
        return self.lists.put(brand, members, now, as_of=as_of, expires_on=expires_on)

    def count(self, shared: int | None = None, now: datetime = NOW) -> int:
        """Count, and put a round number, and its band, in the place of the noisy one."""
        found = self.lists.count(now=now)
        for row in self.session.scalars(select(Overlap).where(Overlap.computed_at == now)):
            row.noisy = shared
            row.band = band_of(shared, min(row.size_a, row.size_b)).value if shared is not None else ""
        self.session.flush()
        return found

    def count_both(self, alder: range = range(2_000), birch: range = range(1_234, 9_000)) -> None:
        self.register(self.cast.alder, alder)
        self.register(self.cast.birch, birch)
        self.count(len(set(alder) & set(birch)))

    def stand_on(self, footing: Footing) -> None:
        self.cast.partnership.footing = footing
        self.session.flush()
