"""Reading an import in the background, chunk by chunk; where a worker dies, the next goes on after the last chunk."""

from __future__ import annotations

from app.work import Work
from partners.referrals import services


def read_import(work: Work) -> None:
    """Read an import to its end. The subject is the import."""
    with work.reading() as session:
        opened = services.open_import(session, work.store, work.claim.subject_id)
    is_finished = False
    while not is_finished:
        with work.writing() as session:
            done = services.read_chunk(session, opened, work.now())
            is_finished = done.is_finished
            if is_finished:
                counts = {"accepted": done.accepted, "duplicates": done.duplicates, "rejected": done.rejected}
                work.finish(session, counts)
            else:
                work.beat(session, done.rows_read, done.rows_total)
            session.commit()
