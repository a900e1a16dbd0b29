"""Deleting uploaded files of evidence some time after they were read; the evidence itself is kept for ever."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners import audit
from partners.database import locked
from partners.referrals.models import Import, ImportState
from partners.store import FolderStore


def uploads_due(session: Session, partner_id: str, days: int, now: datetime) -> list[str]:
    """Return the ids of a brand's imports that were read so many days ago and whose files are still kept."""
    rows = session.scalars(
        select(Import.id)
        .where(
            Import.partner_id == partner_id, Import.state == ImportState.DONE, Import.source_deleted_at.is_(None),
            Import.finished_at <= now - timedelta(days=days),
        )
        .order_by(Import.id)
    )  # fmt: skip
    return list(rows)


def delete_upload(session: Session, store: FolderStore, import_id: str, now: datetime) -> bool:
    """Delete the file of an import and write that down; say whether it was there to delete.

    The file goes first: should the rest fail, it is done again, and nothing is ever called deleted that is kept.
    """
    row: Import = locked(session)(Import, import_id)
    if row.source_deleted_at is not None or row.state != ImportState.DONE:
        return False
    store.delete(row.source_key)
    row.source_deleted_at = now
    audit.record(session, audit.Platform(row.partner_id), "delete_upload", row, now, after={"name": row.source_name})
    return True
