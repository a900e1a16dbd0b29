"""Counting overlaps in the background: of a new audience, of a new partnership, and each day of what had to wait.

Reads what is to be counted, counts outside of any transaction, and writes everything with the end of the job in one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date
from functools import partial

from app.work import Work
from config import Settings
from partners.audiences.counting import cluster, overlap
from partners.audiences.counting import queries as counting_queries
from partners.audiences.counting import services as counting_services
from partners.audiences.counting.planned import Asked, Counted, CountPairs, count_planned, similar_lists
from partners.audiences.counting.queries import Pairing
from partners.audiences.models import Audience
from partners.audiences.release.evaluation_queries import Similar, plan_of
from partners.directory.models import Partnership

BEAT_SECONDS = 2.0
"""Between two signs of life; well below the time after which a job is taken for dead."""


def count_overlaps(work: Work) -> None:
    """Count a new audience against the newest ones of all partners. The subject is the audience."""
    with work.reading() as session:
        pairings = counting_queries.pairings_of_audience(session, work.claim.subject_id, _today(work))
    _count_and_finish(work, pairings, Audience)


def count_partnership(work: Work) -> None:
    """Count every pair of partners' audiences in a partnership. The subject is the partnership."""
    with work.reading() as session:
        pairings = counting_queries.pairings_of_partnership(session, work.claim.subject_id, _today(work))
    _count_and_finish(work, pairings, Partnership)


def count_waiting(work: Work) -> None:
    """Count what had to wait and may be counted today, partnership by partnership. The subject is the day."""
    with work.reading() as session:
        partnership_ids = counting_queries.open_partnership_ids(session)
    done = 0
    for number, partnership_id in enumerate(partnership_ids):
        with work.reading() as session:
            pairings = counting_queries.pairings_of_partnership(session, partnership_id, _today(work))
        similar, counted = _counted(work, pairings)
        with work.writing() as session:
            kept = counting_services.record_answers(session, pairings, counted, similar, work.now())
            if kept:
                row = session.get_one(Partnership, partnership_id)
                counting_services.record_counting(session, row, kept, work.now())
            work.beat(session, number, len(partnership_ids))
            session.commit()
        done += kept
    with work.writing() as session:
        work.finish(session, {"pairs": done})
        session.commit()


def _count_and_finish(work: Work, pairings: Sequence[Pairing], subject: type[Audience] | type[Partnership]) -> None:
    similar, counted = _counted(work, pairings)
    with work.writing() as session:
        kept = counting_services.record_answers(session, pairings, counted, similar, work.now())
        row = session.get_one(subject, work.claim.subject_id)
        counting_services.record_counting(session, row, kept, work.now())
        work.finish(session, {"pairs": kept})
        session.commit()


def _counted(work: Work, pairings: Iterable[Pairing]) -> tuple[Similar, dict[Asked, Counted]]:
    """Count what may be counted; every number has its noise already."""
    with work.reading() as session:
        plan = plan_of(session, pairings, work.now())
    with work.kept_alive():
        similar = similar_lists(plan.checks, work.store.path)
        return similar, count_planned(plan, similar, work.store.path, beating(work), counter_of(work.settings))


def _today(work: Work) -> date:
    return work.now().astimezone(UTC).date()


def counter_of(settings: Settings) -> CountPairs:
    """Return what counts pairs: the threads of this worker, or the cluster that the settings name."""
    return partial(cluster.count_pairs, settings.cluster) if settings.cluster else overlap.count_pairs


def beating(work: Work) -> Callable[[int, int], None]:
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
