"""The guard against lists that differ in too few people, at the first look: a preview says so before it is confirmed.

Counting asks again, because lists change when people withdraw (``queries.checks_of``).
"""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from partners.audiences.counting.planned import similar_lists
from partners.audiences.counting.queries import first_checks_of
from partners.audiences.models import Audience
from partners.audiences.release.evaluating import SIMILAR_BELOW
from partners.store import FolderStore


def similar_audience(session: Session, store: FolderStore, audience: Audience, today: date) -> str | None:
    """Return the id of an earlier counted list of the brand from which this one differs in too few people, or None.

    Two lists of the very same people are not similar in this sense: they get the same answers.
    """
    checks = first_checks_of(session, audience, today, SIMILAR_BELOW)
    return similar_lists(checks, store.path).lists.get(audience.id)
