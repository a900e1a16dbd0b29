"""Files of evidence: which are taken, what is kept of them, and how reading them goes on where it stopped."""

from __future__ import annotations

from io import BytesIO

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.errors import Invalid, NotAllowed
from partners.outbox import OutboxEvent
from partners.referrals.models import EvidenceKind, Import, ImportFailure, ImportState
from partners.referrals.services import ReadElsewhere, SentBefore, open_import, read_chunk, receive_import
from partners.store import FolderStore
from tests.partners.referrals.world import (
    CONVERSIONS,
    KEY,
    NOW,
    REFUNDS,
    World,
    evidence_rows,
    read_on,
    refund,
    sale,
    send,
    sheet,
)


def test_receiving_keeps_the_file_and_starts_a_job(both: Session, world: World, store: FolderStore) -> None:
    received = receive_import(both, world.cast.alder.manager, store, "a.csv", sheet([sale(), sale("O-2")]), NOW, KEY)

    emitted = both.scalars(select(OutboxEvent).where(OutboxEvent.kind == "import.received")).one()
    assert emitted.subject_id == received.id
    assert (received.rows_total, received.kind, received.state) == (2, EvidenceKind.CONVERSION, ImportState.QUEUED)
    assert store.has(received.source_key)


def test_nothing_that_is_kept_names_a_buyer(both: Session, world: World, store: FolderStore) -> None:
    rows = [sale(customer="ana@example.com"), sale("O-2", customer="bea@example.com", gross="x"),
            sale("O-3", customer="cia@example.com") + ",one too many"]  # fmt: skip

    done = send(both, world.cast.alder, store, rows)

    kept = store.get(done.source_key).decode() + str([row.values for row in both.scalars(select(ImportFailure))])
    assert done.rejected == 2
    assert "example.com" not in kept
    assert "keyed:" in kept


@pytest.mark.parametrize(
    "content",
    [b"", b"\xef\xbb\xbf", b"name,mail\nx,y\n", CONVERSIONS.encode(), b"\xff\xfeo\x00r\x00", b"PK\x03\x04\x00\x00",
     (REFUNDS + ",amount\n" + refund() + ",1").encode(), b"order_id,gross\nO-1,2\n"],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_and_not_kept(
    both: Session, world: World, store: FolderStore, content: bytes
) -> None:
    with pytest.raises(Invalid) as caught:
        receive_import(both, world.cast.alder.finance, store, "a.csv", BytesIO(content), NOW, KEY)

    assert "{" not in str(caught.value)
    assert both.scalars(select(Import)).all() == []
    assert [path for path in store.path("imports").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("dressed", ["bom", "gb18030", "semicolons", "crlf", "other order"])
def test_files_of_other_programs_are_read(both: Session, world: World, store: FolderStore, dressed: str) -> None:
    text = "\n".join([CONVERSIONS, sale(product="咖啡豆"), ""])
    if dressed == "other order":
        text = "\n".join(",".join(reversed(line.split(","))) for line in text.split("\n"))
    content = {
        "bom": b"\xef\xbb\xbf" + text.encode(), "gb18030": text.encode("gb18030"),
        "semicolons": text.replace(",", ";").encode(), "crlf": text.replace("\n", "\r\n").encode(),
    }.get(dressed, text.encode())  # fmt: skip

    received = receive_import(both, world.cast.alder.finance, store, "a.csv", BytesIO(content), NOW, KEY)
    read_on(both, store, received.id)

    assert [(row.product, row.gross_minor) for row in evidence_rows(both)] == [("咖啡豆", 11900)]


def test_the_same_file_again_is_refused_and_names_the_first(both: Session, world: World, store: FolderStore) -> None:
    first = send(both, world.cast.alder, store, [sale()], name="September.csv")

    with pytest.raises(SentBefore, match=r"2026-10-05.*September\.csv"):
        send(both, world.cast.alder, store, [sale()])

    assert [path.name for path in store.path("imports").iterdir()] == [f"{first.id}.csv"]


def test_two_partners_may_send_the_same_bytes(both: Session, world: World, store: FolderStore) -> None:
    send(both, world.cast.alder, store, [sale()])

    assert send(both, world.cast.birch, store, [sale()]).accepted == 1


def test_a_viewer_may_not_report(both: Session, world: World, store: FolderStore) -> None:
    with pytest.raises(NotAllowed):
        receive_import(both, world.cast.alder.viewer, store, "a.csv", sheet([sale()]), NOW, KEY)


def test_reading_goes_on_at_the_check_point(both: Session, world: World, store: FolderStore) -> None:
    rows = [sale(f"O-{n}") for n in range(10)]
    received = receive_import(both, world.cast.alder.finance, store, "a.csv", sheet(rows), NOW, KEY)
    read_chunk(both, open_import(both, store, received.id), NOW, 4)

    done = read_on(both, store, received.id, 4)

    assert (done.rows_read, done.accepted, done.duplicates) == (10, 10, 0)
    assert [(row.seq, row.order_id) for row in evidence_rows(both)] == [(n + 1, f"O-{n}") for n in range(10)]


def test_a_reader_that_was_overtaken_stops(both: Session, world: World, store: FolderStore) -> None:
    received = receive_import(both, world.cast.alder.finance, store, "a.csv", sheet([sale(), sale("O-2")]), NOW, KEY)
    slow, quick = open_import(both, store, received.id), open_import(both, store, received.id)
    read_chunk(both, quick, NOW, 1)

    with pytest.raises(ReadElsewhere):
        read_chunk(both, slow, NOW, 1)


def test_a_finished_import_stays_as_it_is(both: Session, world: World, store: FolderStore) -> None:
    done = send(both, world.cast.alder, store, [sale()])

    again = read_chunk(both, open_import(both, store, done.id), NOW)

    assert again.is_finished
    assert len(evidence_rows(both)) == 1
