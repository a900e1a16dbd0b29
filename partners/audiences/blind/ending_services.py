"""Ending blind counts: closing them, deleting their points, and stopping what may not or will not go on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from partners import audit
from partners.audiences.blind.queries import LASTS, counts_of_audiences, counts_over, unfinished_counts
from partners.audiences.models import BlindCount, BlindStep
from partners.directory.models import Partnership
from partners.store import FolderStore


def stop_counts_of(session: Session, store: FolderStore, audience_ids: Iterable[str], now: datetime) -> int:
    """Stop every running blind count with one of these audiences, because their lists may not be compared any more."""
    rows = counts_of_audiences(session, audience_ids)
    for row in rows:
        _stop(session, store, row, now)
    return len(rows)


def stop_unfinished(session: Session, store: FolderStore, now: datetime) -> int:
    """Stop the counts that took longer than LASTS, and those of partnerships that have ended."""
    rows = unfinished_counts(session, now - LASTS)
    for row in rows:
        _stop(session, store, row, now)
    return len(rows)


def sweep_points(session: Session, store: FolderStore) -> int:
    """Delete the points of counts that are over, should a crash have left any; return of how many counts."""
    root = store.path("blind")
    kept = [path.name for path in root.iterdir() if any(path.iterdir())] if root.is_dir() else []
    over = counts_over(session, kept)
    for blind_count_id in over:
        delete_points(store, blind_count_id)
    return len(over)


def delete_points(store: FolderStore, blind_count_id: str) -> None:
    """Delete all points of a count, also those of uploads that were never taken in."""
    folder = store.path(folder_of(blind_count_id))
    for path in folder.iterdir() if folder.is_dir() else ():
        path.unlink(missing_ok=True)


def close_blind_count(row: BlindCount, step: BlindStep, now: datetime) -> None:
    """Write down that a count is over and that its points are nowhere."""
    row.step, row.ended_at = step, now
    row.once_a = row.once_b = row.twice_a = row.twice_b = ""


def name_of(session: Session, row: BlindCount) -> str:
    """Return what a count is called in the audit log: by its partnership."""
    return session.get_one(Partnership, row.partnership_id).name


def folder_of(blind_count_id: str) -> str:
    """Return where the points of a count lie in the store."""
    return f"blind/{blind_count_id}"


def _stop(session: Session, store: FolderStore, row: BlindCount, now: datetime) -> None:
    delete_points(store, row.id)
    close_blind_count(row, BlindStep.STOPPED, now)
    audit.record(session, None, "stop_blind_count", row, now, after={"name": name_of(session, row)})
