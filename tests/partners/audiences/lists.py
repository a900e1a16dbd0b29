"""Lists of numbered members for tests of counting: put straight into database and store, without a file to read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from partners.audiences.counting.planned import count_planned, similar_lists
from partners.audiences.counting.queries import pairings_of_audience, pairings_of_partnership
from partners.audiences.counting.services import record_answers
from partners.audiences.ground import LawfulBasis
from partners.audiences.models import Audience, TokenFile
from partners.audiences.release.evaluation_queries import plan_of
from partners.communities.models import Community
from partners.database import new_id
from partners.store import FolderStore
from tests.cast import Brand
from tests.conftest import NOW

KEY_NAME = "aa1916ecd637"


class Lists:
    """Puts lists into a partnership and has them counted, as the job does it."""

    def __init__(self, session: Session, store: FolderStore, partnership_id: str) -> None:
        self.session, self.store, self.partnership_id = session, store, partnership_id

    def put(
        self, brand: Brand, members: Iterable[int], now: datetime = NOW, community: Community | None = None,
        segments: Mapping[str, Iterable[int]] | None = None, region: str = "DE", key_name: str = KEY_NAME,
        expires_on: date | None = None, as_of: date | None = None,
    ) -> Audience:  # fmt: skip
        """Register a list of numbered members; the number is the person, whichever the brand."""
        tokens = _tokens(members)
        audience = Audience(
            id=new_id(), community_id=(community or brand.community).id, partner_id=brand.partner.id,
            as_of=as_of or now.date(), expires_on=expires_on or now.date() + timedelta(days=800),
            lawful_basis=LawfulBasis.CONSENT, purpose="joint campaigns", source_name="members.csv", region=region,
            source_digest=new_id().ljust(64, "0"), accepted=len(tokens), duplicates=0, rejected=0, reasons={},
            uses=["overlap", "regions"], created_by=brand.manager.user_id, created_at=now, confirmed_at=now,
        )  # fmt: skip
        self.session.add(audience)
        self.session.flush()
        for number, (label, part) in enumerate({"": members, **(segments or {})}.items()):
            self._file(audience, label, number, _tokens(part), key_name)
        self.session.flush()
        return audience

    def count(
        self, audience: Audience | None = None, now: datetime = NOW, meanwhile: Callable[[], object] = lambda: None
    ) -> int:
        """Count what waits: of one audience, or of the whole partnership; return how many results are new.

        Args:
            meanwhile: called between counting and writing.
        """
        if audience is None:
            pairings = pairings_of_partnership(self.session, self.partnership_id, now.date())
        else:
            pairings = pairings_of_audience(self.session, audience.id, now.date())
        plan = plan_of(self.session, pairings, now)
        similar = similar_lists(plan.checks, self.store.path)
        counted = count_planned(plan, similar, self.store.path)
        meanwhile()
        return record_answers(self.session, pairings, counted, similar, now)

    def _file(self, audience: Audience, label: str, number: int, tokens: np.ndarray, key_name: str) -> None:
        data = tokens.tobytes()
        key = f"audiences/{audience.id}/{self.partnership_id}.{number}.tokens"
        self.store.put(key, data)
        self.session.add(
            TokenFile(
                audience_id=audience.id, partner_id=audience.partner_id, partnership_id=self.partnership_id,
                key_name=key_name, segment=label, members=len(tokens), digest=hashlib.sha256(data).hexdigest(),
                store_key=key,
            )
        )  # fmt: skip


def _tokens(members: Iterable[int]) -> np.ndarray:
    """Return a sorted token for each number: the same for the same one, spread over all 64 bits."""
    numbers = np.array(sorted(set(members)), dtype=np.uint64)
    return np.sort(numbers * np.uint64(0x9E3779B97F4A7C15) + np.uint64(0x1234567)).astype("<u8")
