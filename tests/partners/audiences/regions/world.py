"""Three lists of two brands, counted in pairs, for questions about several lists at once."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.audiences.models import Audience, Evaluation, Regions
from partners.audiences.regions.queries import files_of
from partners.audiences.regions.services import (
    ask_regions,
    record_regions,
)
from partners.audiences.release.evaluating import Answer, Question
from partners.communities.models import Community
from partners.store import FolderStore
from tests.cast import Brand, Cast
from tests.conftest import NOW
from tests.partners.audiences.lists import Lists

WEEK = timedelta(days=7)
CELLS = [1_990, 3_020, 510, 980, 20, 1_490, 700]
"""Of Alder's club (bit 0), Birch's club (1) and Birch's second (2), in the order of the numbers."""


def second_community(session: Session, brand: Brand) -> Community:
    community = Community(
        partner_id=brand.partner.id, code=f"{brand.partner.code}-two", name="Second", name_zh="第二", theme="x",
        channel="email", created_at=NOW,
    )  # fmt: skip
    session.add(community)
    session.flush()
    return community


class World:
    """Three lists of two brands whose pairs are counted."""

    def __init__(self, session: Session, cast: Cast, store: FolderStore) -> None:
        self.session, self.cast = session, cast
        self.lists = Lists(session, store, cast.partnership.id)
        self.second = second_community(session, cast.birch)
        alder, club, second = range(3_200), range(2_000, 7_200), range(2_500, 5_500)
        self.lists.put(cast.alder, alder, now=NOW - timedelta(hours=2))
        self.lists.put(cast.birch, club, now=NOW - timedelta(hours=1))
        self.lists.put(cast.birch, second, community=self.second)
        self.lists.count()
        self.ids = [cast.alder.community.id, cast.birch.community.id, self.second.id]

    def ask(self) -> str:
        asked = ask_regions(self.session, self.cast.alder.manager, self.cast.partnership.id, self.ids, NOW)
        assert asked.regions_id is not None
        return asked.regions_id

    def place(self, regions_id: str) -> list[int]:
        """Return for Alder's club, Birch's club and Birch's second which bit it has."""
        row = self.session.get_one(Regions, regions_id)
        order = [self.session.get_one(Audience, each).community_id for each in row.audience_ids]
        return [order.index(each) for each in self.ids]

    def counted(self) -> str:
        """Ask, and keep CELLS as they would be counted."""
        regions_id = self.ask()
        bits = self.place(regions_id)
        noisy = [0] * 7
        for number, count in enumerate(CELLS, start=1):
            noisy[sum(1 << bits[bit] for bit in range(3) if number >> bit & 1) - 1] = count
        sizes = [members for _key, members in files_of(self.session, regions_id)]
        assert record_regions(self.session, regions_id, sizes, noisy, NOW)
        return regions_id


def regions_evaluations(session: Session) -> list[tuple[Answer, int]]:
    rows = session.scalars(select(Evaluation).where(Evaluation.question == Question.REGIONS).order_by(Evaluation.at))
    return [(row.answer, row.epsilon_milli) for row in rows]
