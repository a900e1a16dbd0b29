"""Reading an import in the background, chunk by chunk; where a worker dies, the next goes on after the last chunk."""

from __future__ import annotations

import gc

from app.work import Work
from partners.referrals import services
from partners.referrals.sheets import OpenImport


def read_import(work: Work) -> None:
    """Read an import to its end. The subject is the import."""
    with work.reading() as session:
        opened = services.open_import(session, work.store, work.claim.subject_id)
    gc.freeze()  # a tenth of the time would go into looking through all that is loaded, while rows come and go
    try:
        while not _read_on(work, opened):
            pass
    finally:
        gc.unfreeze()


def _read_on(work: Work, opened: OpenImport) -> bool:
    """Read one chunk in a transaction of its own; say whether it was the last."""
    with work.writing() as session:
        done = services.read_chunk(session, opened, work.now())
        if done.is_finished:
            counts = {"accepted": done.accepted, "duplicates": done.duplicates, "rejected": done.rejected}
            work.finish(session, counts)
        else:
            work.beat(session, done.rows_read, done.rows_total)
        session.commit()
    return done.is_finished
