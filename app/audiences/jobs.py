"""Counting overlaps in the background: of a new audience with its partners', and of a new partnership.

Reads what is to be counted, counts outside of any transaction, and writes everything with the end of the job in one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC
from pathlib import Path

from app.work import Work
from partners.audiences import services
from partners.audiences.counting_queries import Pairing, pairings_of_audience, pairings_of_partnership
from partners.audiences.models import Audience
from partners.audiences.overlap import count_pairs
from partners.directory.models import Partnership

BEAT_SECONDS = 2.0
"""Between two signs of life; well below the time after which a job is taken for dead."""


def count_overlaps(work: Work) -> None:
    """Count a new audience against the newest ones of all partners. The subject is the audience."""
    with work.reading() as session:
        pairings = pairings_of_audience(session, work.claim.subject_id, work.now().astimezone(UTC).date())
    _count(work, pairings, Audience)


def count_partnership(work: Work) -> None:
    """Count every pair of partners' audiences in a partnership. The subject is the partnership."""
    with work.reading() as session:
        pairings = pairings_of_partnership(session, work.claim.subject_id, work.now().astimezone(UTC).date())
    _count(work, pairings, Partnership)


def _count(work: Work, pairings: Sequence[Pairing], subject: type[Audience] | type[Partnership]) -> None:
    keys = sorted({key for pairing in pairings for key in (pairing.key_a, pairing.key_b)})
    number = {key: position for position, key in enumerate(keys)}
    pair_of = {one: (number[one.key_a], number[one.key_b]) for one in pairings}
    paths: list[Path] = [work.store.path(key) for key in keys]
    counts = count_pairs(paths, sorted(set(pair_of.values())), beat=_beating(work))
    with work.writing() as session:
        kept = services.record_overlaps(session, {one: counts[pair] for one, pair in pair_of.items()}, work.now())
        services.record_counting(session, session.get_one(subject, work.claim.subject_id), kept, work.now())
        work.finish(session, {"pairs": kept})
        session.commit()


def _beating(work: Work) -> Callable[[int, int], None]:
    """Return a function that tells the progress, but not more often than it has to."""
    last = time.monotonic()

    def beat(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last < BEAT_SECONDS:
            return
        last = time.monotonic()
        with work.writing() as session:
            work.beat(session, done, total)
            session.commit()

    return beat
