"""Deleting in the background, once a day, what brands no longer want or may keep.

Every deletion is a transaction of its own, so a worker that dies leaves nothing half done, and the next goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from app.work import Work
from partners.audiences.deletion_services import (
    audiences_due,
    delete_preview,
    delete_tokens,
    previews_due,
    sweep_files,
)
from partners.audiences.keys.services import erase_keys
from partners.directory.retention_queries import DEFAULTS, retention_of_all
from partners.directory.retention_services import delete_sign_ins
from partners.referrals.deletion_services import delete_upload, uploads_due
from partners.store import FolderStore

Deletion = Callable[[Session, FolderStore, str, datetime], bool]


def apply_retention(work: Work) -> None:
    """Delete tokens, previews, keys, uploads and records of sign-ins that are due. The subject is the day."""
    with work.reading() as session:
        kept = retention_of_all(session)
        due: list[tuple[str, Deletion, str]] = []
        for partner_id, days in kept.items():
            lists = audiences_due(session, partner_id, days.audience_days, work.now())
            files = uploads_due(session, partner_id, days.upload_days, work.now())
            due += [("audiences", delete_tokens, one) for one in lists]
            due += [("previews", delete_preview, one) for one in previews_due(session, partner_id, work.now())]
            due += [("uploads", delete_upload, one) for one in files]
    deleted = {"audiences": 0, "previews": 0, "uploads": 0}
    for place, (word, delete, thing_id) in enumerate(due):
        with work.writing() as session:
            work.beat(session, place, len(due))  # before the file goes: whoever was taken for dead deletes nothing
            deleted[word] += delete(session, work.store, thing_id, work.now())
            session.commit()
    with work.writing() as session:
        sign_ins = sum(delete_sign_ins(session, key, days.sign_in_days, work.now()) for key, days in kept.items())
        sign_ins += delete_sign_ins(session, None, DEFAULTS.sign_in_days, work.now())
        strays = sweep_files(session, work.store, work.now())
        keys = erase_keys(session, work.now())
        work.finish(session, {**deleted, "sign_ins": sign_ins, "strays": strays, "keys": keys})
        session.commit()
