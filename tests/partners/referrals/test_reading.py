"""Receiving a file and reading it: what becomes evidence, what is a duplicate, what fails and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import BytesIO

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from partners.campaigns.lifecycle import Stage
from partners.campaigns.models import Agreement
from partners.database import writing
from partners.directory.models import Partnership
from partners.errors import Invalid, NotAllowed
from partners.outbox import OutboxEvent
from partners.referrals.models import SUMS, CampaignDay, Evidence, EvidenceKind, Import, ImportFailure, ImportState
from partners.referrals.services import ReadElsewhere, SentBefore, open_import, read_chunk, receive_import
from partners.store import FolderStore
from tests.cast import build_cast
from tests.partners.referrals.world import (
    CONVERSIONS,
    KEY,
    NOW,
    REFUNDS,
    World,
    add_campaign,
    add_terms,
    build_world,
    other_partnership,
    read_on,
    refund,
    sale,
    send,
    sheet,
)


@pytest.fixture
def both(engine: Engine) -> Iterator[Session]:
    """A writing session on SQLite, then on PostgreSQL."""
    with writing(engine) as opened:
        yield opened


@pytest.fixture
def world(both: Session) -> World:
    return build_world(both, build_cast(both, NOW))


def _evidence(session: Session) -> list[Evidence]:
    return list(session.scalars(select(Evidence).order_by(Evidence.seq)))


def _problems(session: Session) -> list[tuple[int, str, str]]:
    rows = session.scalars(select(ImportFailure).order_by(ImportFailure.row_no))
    return [(row.row_no, row.column_name, row.problem) for row in rows]


def test_a_conversion_becomes_evidence_with_its_base_and_terms(both: Session, world: World, store: FolderStore) -> None:
    row = sale(shipping="5.00", quantity="2", customer="ana@example.com", referred_by="birch-club")

    done = send(both, world.cast.alder, store, [row])

    found = _evidence(both)[0]
    assert (done.accepted, done.duplicates, done.rejected, done.state) == (1, 0, 0, ImportState.DONE)
    assert (found.seq, found.key, found.terms_id) == (1, "O-1/1", world.terms.id)
    assert (found.gross_minor, found.base_minor, found.quantity) == (11900, 9500, 2)
    assert found.occurred_at.isoformat() == "2026-09-10T10:00:00+00:00"
    assert found.from_community_id == world.cast.birch.community.id
    assert found.is_new_customer


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

    assert [(row.product, row.gross_minor) for row in _evidence(both)] == [("咖啡豆", 11900)]


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


def test_an_identical_repeat_is_a_duplicate(both: Session, world: World, store: FolderStore) -> None:
    send(both, world.cast.alder, store, [sale(), sale("O-2")])

    again = send(both, world.cast.alder, store, [sale("O-3"), sale(), sale(occurred_at="2026-09-10T10:00:00Z")])

    assert (again.accepted, again.duplicates, again.rejected) == (1, 2, 0)


def test_an_identical_repeat_stays_one_after_the_campaign_is_settled(
    both: Session, world: World, store: FolderStore
) -> None:
    send(both, world.cast.alder, store, [sale()])
    world.campaign.stage = Stage.SETTLED

    again = send(both, world.cast.alder, store, [sale(), sale("O-2")])

    assert (again.duplicates, again.rejected) == (1, 1)


def test_the_same_line_with_other_content_is_rejected(both: Session, world: World, store: FolderStore) -> None:
    done = send(both, world.cast.alder, store, [sale(), sale(gross="120.00"), sale(line=2)])

    assert (done.accepted, done.rejected) == (2, 1)
    assert _problems(both) == [(3, "order_id", "KeyTaken")]


@pytest.mark.parametrize(
    ("changes", "column", "problem"),
    [
        ({"campaign": "winter"}, "campaign", "CampaignUnknown"),
        ({"occurred_at": "2026-08-31T23:59:59"}, "occurred_at", "OutsideCampaign"),
        ({"occurred_at": "2026-10-01T00:00:00"}, "occurred_at", "OutsideCampaign"),
        ({"occurred_at": "2026-10-05T12:00:00"}, "occurred_at", "TimeAhead"),
        ({"currency": "USD"}, "currency", "CurrencyDiffers"),
        ({"referred_by": "cedar-club"}, "referred_by", "CommunityUnknown"),
        ({"referred_by": "alder-club"}, "referred_by", "CommunityOwn"),
        ({"tax": "100.00", "shipping": "19.01"}, "gross", "BaseNegative"),
        ({"gross": "free"}, "gross", "AmountUnclear"),
        ({"product": '"open'}, "", "QuoteOpen"),
        ({"product": "a,b"}, "", "FieldCountDiffers"),
    ],
)
def test_a_row_that_means_nothing_is_rejected_with_column_and_reason(
    both: Session, world: World, store: FolderStore, changes: dict[str, str], column: str, problem: str
) -> None:
    done = send(both, world.cast.alder, store, [sale(**changes), sale("O-2")])

    assert (done.accepted, done.rejected) == (1, 1)
    assert _problems(both) == [(2, column, problem)]


@pytest.mark.parametrize(("stage", "accepted"), [(Stage.PLANNED, 0), (Stage.PAUSED, 1), (Stage.ENDED, 1),
                                                 (Stage.SETTLED, 0), (Stage.CANCELLED, 0)])  # fmt: skip
def test_sales_are_taken_until_the_campaign_is_settled(
    both: Session, world: World, store: FolderStore, stage: Stage, accepted: int
) -> None:
    world.campaign.stage = stage

    assert send(both, world.cast.alder, store, [sale()]).accepted == accepted


def test_a_stranger_sells_in_no_campaign_of_others(both: Session, world: World, store: FolderStore) -> None:
    done = send(both, world.cast.cedar, store, [sale()])

    assert (done.accepted, _problems(both)) == (0, [(2, "campaign", "CampaignUnknown")])


def test_the_terms_of_the_day_of_sale_count(both: Session, world: World, store: FolderStore) -> None:
    agreement = both.get_one(Agreement, world.campaign.agreement_id)
    brands = (world.cast.alder, world.cast.birch)
    second = add_terms(both, agreement, world.cast.partnership, brands, 2, first=date(2026, 9, 15))

    send(both, world.cast.alder, store, [sale(), sale("O-2", occurred_at="2026-09-15T00:00:00")])

    assert [row.terms_id for row in _evidence(both)] == [world.terms.id, second.id]


def test_a_sale_without_signed_terms_is_rejected(both: Session, world: World, store: FolderStore) -> None:
    campaign, _ = add_campaign(both, world.cast.partnership, (world.cast.alder, world.cast.birch), "late")
    campaign.ends_on = date(2026, 10, 31)

    send(both, world.cast.alder, store, [sale(campaign="late", occurred_at="2026-10-02T12:00:00")])

    assert _problems(both) == [(2, "occurred_at", "TermsMissing")]


def test_numbers_are_counted_within_each_partnership(both: Session, world: World, store: FolderStore) -> None:
    partnership = other_partnership(both, world.cast)
    add_campaign(both, partnership, (world.cast.alder, world.cast.cedar), "spring")

    send(both, world.cast.alder, store, [sale(), sale("O-2", campaign="spring"), sale("O-3"),
                                         sale("O-4", campaign="spring")])  # fmt: skip

    found = {(row.partnership_id, row.seq, row.order_id) for row in _evidence(both)}
    ours = world.cast.partnership.id
    assert found == {(ours, 1, "O-1"), (ours, 2, "O-3"), (partnership.id, 1, "O-2"), (partnership.id, 2, "O-4")}
    assert both.get_one(Partnership, partnership.id).last_seq == 2


def test_a_buyer_is_new_once_at_each_merchant(both: Session, world: World, store: FolderStore) -> None:
    rows = [sale(customer="ana@example.com"), sale(line=2, customer="ana@example.com"),
            sale("O-2", customer="ANA@example.com"), sale("O-3", customer="bea@example.com"), sale("O-4")]  # fmt: skip
    send(both, world.cast.alder, store, rows)
    send(both, world.cast.alder, store, [sale("O-5", customer="ana@example.com")])
    send(both, world.cast.birch, store, [sale("O-6", customer="ana@example.com")])

    assert [row.is_new_customer for row in _evidence(both)] == [True, False, False, True, False, False, True]


def test_a_refund_takes_campaign_and_terms_of_its_sale(both: Session, world: World, store: FolderStore) -> None:
    send(both, world.cast.alder, store, [sale(referred_by="birch-club")])
    world.campaign.stage = Stage.SETTLED

    done = send(both, world.cast.alder, store, [refund()], REFUNDS)

    sold, back = _evidence(both)
    assert (done.accepted, back.refers_to, back.seq) == (1, sold.id, 2)
    assert (back.gross_minor, back.base_minor, back.terms_id) == (1900, 0, sold.terms_id)
    assert back.from_community_id == sold.from_community_id


def test_a_refund_before_its_sale_is_mended_by_sending_it_again(
    both: Session, world: World, store: FolderStore
) -> None:
    early = send(both, world.cast.alder, store, [refund()], REFUNDS)
    send(both, world.cast.alder, store, [sale()])

    later = send(both, world.cast.alder, store, [refund(), refund("R-2", amount="1.00")], REFUNDS)

    assert (early.rejected, later.accepted) == (1, 2)
    assert _problems(both) == [(2, "order_id", "SaleMissing")]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"amount": "119.01"}, "RefundTooLarge"),
        ({"currency": "USD"}, "CurrencyDiffers"),
        ({"occurred_at": "2026-09-10T11:59:59"}, "RefundEarly"),
        ({"occurred_at": "2026-11-10T12:00:00"}, "TimeAhead"),
        ({"order": "O-9"}, "SaleMissing"),
    ],
)
def test_a_refund_that_does_not_fit_its_sale_is_rejected(
    both: Session, world: World, store: FolderStore, changes: dict[str, str], problem: str
) -> None:
    send(both, world.cast.alder, store, [sale()])

    send(both, world.cast.alder, store, [refund(**changes)], REFUNDS)

    assert [row[2] for row in _problems(both)] == [problem]


def test_refunds_never_exceed_the_gross_together(both: Session, world: World, store: FolderStore) -> None:
    send(both, world.cast.alder, store, [sale()])
    send(both, world.cast.alder, store, [refund(amount="100.00")], REFUNDS)

    done = send(both, world.cast.alder, store, [refund("R-2", amount="19.01"), refund("R-3", amount="19.00"),
                                                refund("R-4", amount="0.01"), refund("R-3", amount="19.00")],
                REFUNDS)  # fmt: skip

    assert (done.accepted, done.rejected, done.duplicates) == (1, 2, 1)


def test_another_merchant_cannot_refund_a_sale(both: Session, world: World, store: FolderStore) -> None:
    send(both, world.cast.alder, store, [sale()])

    assert send(both, world.cast.birch, store, [refund()], REFUNDS).rejected == 1


def test_reading_goes_on_at_the_check_point(both: Session, world: World, store: FolderStore) -> None:
    rows = [sale(f"O-{n}") for n in range(10)]
    received = receive_import(both, world.cast.alder.finance, store, "a.csv", sheet(rows), NOW, KEY)
    read_chunk(both, open_import(both, store, received.id), NOW, 4)

    done = read_on(both, store, received.id, 4)

    assert (done.rows_read, done.accepted, done.duplicates) == (10, 10, 0)
    assert [(row.seq, row.order_id) for row in _evidence(both)] == [(n + 1, f"O-{n}") for n in range(10)]


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
    assert len(_evidence(both)) == 1


def test_the_sums_of_days_equal_the_evidence(both: Session, world: World, store: FolderStore) -> None:
    send(both, world.cast.alder, store, [
        sale(customer="ana@example.com", referred_by="birch-club"), sale(line=2, quantity="3"), sale("O-2"),
        sale("O-3", occurred_at="2026-09-10T23:30:00Z"),
    ])  # fmt: skip
    send(both, world.cast.alder, store, [sale(line=3), sale("O-4", gross="x")])
    send(both, world.cast.alder, store, [refund(), refund("R-2", "O-2", amount="1.00")], REFUNDS)

    days = both.scalars(select(CampaignDay).order_by(CampaignDay.day, CampaignDay.community_id)).all()
    found = [(row.day.day, bool(row.community_id), *(getattr(row, name) for name in SUMS)) for row in days]
    assert found == [
        (10, False, 1, 3, 5, 35700, 30000, 0, 0, 0),
        (10, True, 1, 1, 1, 11900, 10000, 1, 0, 0),
        (11, False, 1, 1, 1, 11900, 10000, 0, 0, 0),
        (20, False, 0, 0, 0, 0, 0, 0, 1, 100),
        (20, True, 0, 0, 0, 0, 0, 0, 1, 1900),
    ]
