"""Comparing twice-blinded lists in the background, and ending counts that nobody finished."""

from __future__ import annotations

from app.work import Work
from partners.audiences.blind import counting_services, ending_services
from partners.audiences.blind.curve import POINT_BYTES, InvalidPoints, count_common, require_list
from partners.audiences.models import BlindCount, BlindStep


def compare_blinded(work: Work) -> None:
    """Count the points that both twice-blinded lists have. The subject is the blind count."""
    with work.reading() as session:
        row = session.get_one(BlindCount, work.claim.subject_id)
        keys = (row.twice_a, row.twice_b) if row.step == BlindStep.COUNTING else ()
    common = _common(work, *keys) if keys else None
    with work.writing() as session:
        if common is None:
            is_counted = counting_services.refuse_blind_count(session, work.claim.subject_id, work.now())
        else:
            is_counted = counting_services.record_blind_count(session, work.claim.subject_id, common, work.now())
        work.finish(session, {"is_counted": is_counted})
        session.commit()
    ending_services.delete_points(work.store, work.claim.subject_id)  # after a crash here: within a day


def end_blind_counts(work: Work) -> None:
    """Stop the blind counts that took too long, and delete points that belong to no running count."""
    with work.writing() as session:
        stopped = ending_services.stop_unfinished(session, work.store, work.now())
        ending_services.sweep_points(session, work.store)
        work.finish(session, {"stopped": stopped})
        session.commit()


def _common(work: Work, key_a: str, key_b: str) -> int | None:
    """Return how many points are equal; None where a list holds a point twice, and so is not what it should be."""
    with work.kept_alive():
        one, other = work.store.get(key_a), work.store.get(key_b)
        try:
            for points in (one, other):
                require_list(points, len(points) // POINT_BYTES)
        except InvalidPoints:
            return None
        return count_common(one, other)
