"""The guard against lists that differ in too few people, at the first look: a preview says so before it is confirmed.

Counting asks again, because lists change when people withdraw (``queries.checks_of``).
"""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from partners.audiences import file_queries
from partners.audiences.counting.overlap import count_pairs
from partners.audiences.models import Audience
from partners.audiences.release.evaluating import SIMILAR_BELOW, is_similar
from partners.store import FolderStore


def similar_audience(session: Session, store: FolderStore, audience: Audience, today: date) -> str | None:
    """Return the id of an earlier counted list of the brand from which this one differs in too few people, or None.

    Two lists of the very same people are not similar in this sense: they get the same answers.
    """
    for new, old in file_queries.comparable_files(session, audience, today, SIMILAR_BELOW):
        paths = [store.path(new.store_key), store.path(old.store_key)]
        shared = count_pairs(paths)[0, 1]
        if new.digest != old.digest and is_similar(new.members, old.members, shared):
            return old.audience_id
    return None
