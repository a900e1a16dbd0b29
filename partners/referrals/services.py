"""Taking in evidence: receiving a file, then reading it in chunks, each whole and in one transaction.

A chunk locks its import, its merchant and its partnerships, in this order; so numbers have no gap, two imports never
both take a line, and a process that dies leaves whole chunks behind. What a chunk does stands in ``chunk_services``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners import audit, outbox
from partners.campaigns.models import Campaign, Party
from partners.database import locked, new_id
from partners.directory import policy
from partners.directory.models import Partner
from partners.directory.policy import Action, Actor
from partners.errors import Conflict, NotFound
from partners.referrals import sheets
from partners.referrals.chunk_services import judged, keep_failures, record_accepted
from partners.referrals.models import EvidenceKind, Import, ImportState
from partners.referrals.sheets import OpenImport
from partners.store import FolderStore

CHUNK = 2_000
"""Rows in one transaction: short enough that other writers on SQLite wait for a fraction of a second."""


class SentBefore(Conflict):
    """This file was sent before, on {on}, as “{name}”. Its rows are here; there is nothing to send again."""


class ReadElsewhere(Conflict):
    """This file is being read by another worker."""


class RowsMissing(Conflict):
    """Rows of this file are no longer in the store. What was read stays; tell the operators."""


@dataclass(frozen=True, slots=True)
class _Sender:
    """Who sent a file that a job reads: the log names the person and the brand, and no seat, since nobody is there."""

    user_id: str
    partner_id: str
    seat_id: None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is, after a chunk."""

    rows_read: int
    rows_total: int
    accepted: int
    duplicates: int
    rejected: int
    is_finished: bool


def receive_import(
    session: Session, actor: Actor, store: FolderStore, source_name: str, stream: BinaryIO, now: datetime, key: bytes
) -> Import:
    """Keep an uploaded file of conversions or refunds, to be read by a job.

    The file is looked through before the database is touched, so that nobody waits for a lock meanwhile.

    Args:
        stream: seekable.
        key: keys the pseudonyms of buyers.

    Raises:
        Invalid: the file cannot be read or its header is not one of the two kinds; nothing is kept.
        SentBefore: the partner has sent the same bytes before.
    """
    policy.require(actor, Action.REPORT_EVIDENCE)
    digest = sheets.digest_of_stream(stream)
    sheet = sheets.open_sheet(stream, actor.partner_id, key)
    import_id = new_id()
    source_key = f"imports/{import_id}.csv"
    store.put(source_key, sheet.kept())
    try:
        session.get_one(Partner, actor.partner_id, with_for_update={"key_share": True})
        _refuse_sent_before(session, actor.partner_id, digest)
        row = Import(
            id=import_id, partner_id=actor.partner_id, source_name=source_name.strip()[:120] or "upload",
            source_digest=digest, source_key=source_key, kind=EvidenceKind(sheet.kind), state=ImportState.QUEUED,
            rows_total=sheet.rows, created_by=actor.user_id, created_at=now,
        )  # fmt: skip
        session.add(row)
        after = {"kind": sheet.kind, "rows": sheet.rows, "digest": digest}
        audit.record(session, actor, "receive_import", row, now, after=after)
        outbox.emit(session, "import.received", row, actor, now)
    except BaseException:
        store.delete(source_key)
        raise
    return row


def open_import(session: Session, store: FolderStore, import_id: str) -> OpenImport:
    """Open an import at its check point, to be handed to ``read_chunk`` again and again."""
    row = session.get_one(Import, import_id)
    codes = session.scalars(
        select(Campaign.code)
        .join(Party, Party.agreement_id == Campaign.agreement_id)
        .where(Party.partner_id == row.partner_id, Party.is_merchant)
    )
    rows = sheets.kept_rows(store.path(row.source_key), row.kind, row.rows_read)
    return OpenImport(row.id, row.partner_id, row.kind, row.rows_read, rows, frozenset(codes))


def read_chunk(session: Session, opened: OpenImport, now: datetime, count: int = CHUNK) -> Progress:
    """Read the next rows of an import and write down what each became: evidence, a duplicate or a failure.

    Everything, the check point included, is written in the caller's transaction. A finished import stays as it is.

    Raises:
        ReadElsewhere: the check point is not where ``opened`` stands; open the import again.
        RowsMissing: the kept file has fewer rows than were counted on receipt.
    """
    row = locked(session)(Import, opened.import_id)
    if row.rows_read != opened.position:
        raise ReadElsewhere()
    if row.state != ImportState.DONE:
        session.get_one(Partner, row.partner_id, with_for_update={"key_share": True})
        rows = opened.take(count)
        if not rows:
            raise RowsMissing()
        accepted, failures = judged(session, opened, rows, now)
        record_accepted(session, accepted, now)
        keep_failures(session, row.id, failures)
        _move_check_point(session, row, len(rows), len(accepted), len(failures), now)
    return Progress(
        row.rows_read, row.rows_total, row.accepted, row.duplicates, row.rejected, row.state == ImportState.DONE
    )


def set_failures_aside(session: Session, actor: Actor, import_id: str, now: datetime) -> Import:
    """Note that somebody has dealt with the rejected rows of an import, so that they wait for nobody any more."""
    policy.require(actor, Action.REPORT_EVIDENCE)
    row: Import | None = locked(session)(Import, import_id)
    if row is None or row.partner_id != actor.partner_id:
        raise NotFound()
    if row.set_aside_at is None:
        row.set_aside_at = now
        audit.record(session, actor, "set_failures_aside", row, now, after={"rejected": row.rejected})
    return row


def _refuse_sent_before(session: Session, partner_id: str, digest: str) -> None:
    before = session.scalar(select(Import).where(Import.partner_id == partner_id, Import.source_digest == digest))
    if before is not None:
        raise SentBefore(on=before.created_at.date().isoformat(), name=before.source_name, import_id=before.id)


def _move_check_point(session: Session, row: Import, taken: int, accepted: int, rejected: int, now: datetime) -> None:
    before = {"rows_read": row.rows_read}
    row.rows_read += taken
    row.accepted += accepted
    row.rejected += rejected
    row.duplicates += taken - accepted - rejected
    row.state = ImportState.READING
    if row.rows_read >= row.rows_total:
        row.state, row.finished_at = ImportState.DONE, now
    after = {"rows_read": row.rows_read, "accepted": accepted, "rejected": rejected, "state": row.state.value}
    audit.record(session, _Sender(row.created_by, row.partner_id), "read_chunk", row, now, before, after)
