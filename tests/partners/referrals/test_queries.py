"""What a campaign brought, who sent whom, single lines, and imports: right for its parties, nothing for a stranger."""

from __future__ import annotations

from io import BytesIO

import pytest
from sqlalchemy.orm import Session

from partners.errors import NotAllowed, NotFound
from partners.referrals import queries
from partners.referrals.cards import Sold
from partners.referrals.services import open_import, read_chunk, receive_import, set_failures_aside
from partners.store import FolderStore
from tests.cast import build_cast
from tests.partners.referrals.world import KEY, NOW, REFUNDS, World, build_world, refund, sale, send


@pytest.fixture
def world(both: Session, store: FolderStore) -> World:
    """Alder sold three orders, one of them referred by Birch and partly refunded; Birch sold one."""
    made = build_world(both, build_cast(both, NOW))
    send(both, made.cast.alder, store, [
        sale("ALD-1001", customer="ana@example.com", referred_by="birch-club"), sale("ALD-1001", 2),
        sale("ALD-1002", customer="ana@example.com"), sale("ALD-1003", occurred_at="2026-09-12T08:00:00"),
    ])  # fmt: skip
    send(both, made.cast.birch, store, [sale("BIR-1", referred_by="alder-club", quantity="4")])
    send(both, made.cast.alder, store, [refund("R-1", "ALD-1001"), refund("R-2", "ALD-1002", amount="119.00")], REFUNDS)
    return made


def test_results_are_the_same_for_both_sides(both: Session, world: World) -> None:
    mine = queries.campaign_results(both, world.cast.alder.viewer, world.campaign.id)

    assert mine == queries.campaign_results(both, world.cast.birch.manager, world.campaign.id)
    assert mine.total == Sold(
        orders=4, referred_orders=2, lines=5, units=8, gross_minor=59500, base_minor=50000, new_customers=1, refunds=2,
        refunded_minor=13800,
    )  # fmt: skip
    assert [(each.merchant.name, each.sold.orders) for each in mine.merchants] == [
        ("Alder Coffee", 3),
        ("Birch Dairy", 1),
    ]
    assert {goal.kpi: goal.actual for goal in mine.goals} == {
        "revenue": 45700, "orders": 4, "new_customers": 1, "referred_orders": 2,
    }  # fmt: skip
    assert [(day.day.day, day.orders, day.refunded_minor) for day in mine.days] == [
        (10, 3, 0),
        (12, 1, 0),
        (20, 0, 13800),
    ]
    assert (mine.currency, mine.last_seq, mine.actual("orders")) == ("EUR", 7, 4)


def test_a_campaign_without_evidence_has_results_of_zero(both: Session, store: FolderStore) -> None:
    made = build_world(both, build_cast(both, NOW))

    found = queries.campaign_results(both, made.cast.alder.viewer, made.campaign.id)

    assert (found.total, found.merchants, found.days) == (Sold(), (), ())


def test_flows_say_who_sent_whom(both: Session, world: World) -> None:
    cast = world.cast

    found = queries.referral_flows(both, cast.birch.viewer)

    assert {(flow.from_community_id, flow.merchant_id, flow.orders, flow.base_minor) for flow in found} == {
        (cast.birch.community.id, cast.alder.partner.id, 1, 10000),
        (cast.alder.community.id, cast.birch.partner.id, 1, 10000),
    }
    assert queries.referral_flows(both, cast.birch.viewer, world.campaign.id) == found


def test_only_the_merchant_sees_whole_order_numbers_and_products(both: Session, world: World) -> None:
    mine = queries.evidence_lines(both, world.cast.alder.viewer, world.campaign.id, 1)
    theirs = queries.evidence_lines(both, world.cast.birch.viewer, world.campaign.id, 1)

    assert [line.seq for line in mine.lines] == [line.seq for line in theirs.lines]
    assert {line.order_id for line in mine.lines} == {"ALD-1001", "ALD-1002", "ALD-1003", "…IR-1"}
    assert {line.order_id for line in theirs.lines} == {"…1001", "…1002", "…1003", "BIR-1"}
    assert {line.product for line in theirs.lines if line.merchant.id == world.cast.alder.partner.id} == {""}


def test_lines_say_what_was_refunded(both: Session, world: World) -> None:
    found = queries.every_evidence_line(both, world.cast.alder.viewer, world.campaign.id)

    standings = {(line.order_id, line.line_no, line.standing): line.refunded_minor for line in found}
    assert standings == {
        ("ALD-1001", 1, "partly_refunded"): 1900, ("ALD-1001", 2, "counted"): 0, ("ALD-1002", 1, "refunded"): 11900,
        ("ALD-1003", 1, "counted"): 0, ("…IR-1", 1, "counted"): 0, ("ALD-1001", 1, "refund"): 1900,
        ("ALD-1002", 1, "refund"): 11900,
    }  # fmt: skip


@pytest.mark.parametrize("page", [-1, 0, 1, 99])
def test_an_impossible_page_is_the_nearest(both: Session, world: World, page: int) -> None:
    found = queries.evidence_lines(both, world.cast.alder.viewer, world.campaign.id, page)

    assert (found.page, found.pages, found.total, len(found.lines)) == (1, 1, 7, 7)


def test_a_stranger_sees_nothing(both: Session, world: World, store: FolderStore) -> None:
    stranger, theirs = world.cast.cedar.finance, queries.imports(both, world.cast.alder.viewer)[0].id

    assert queries.imports(both, stranger) == []
    assert queries.referral_flows(both, stranger) == queries.referral_flows(both, stranger, world.campaign.id) == []
    assert queries.selling_campaigns(both, stranger) == []
    for read in (queries.campaign_results, queries.every_evidence_line):
        with pytest.raises(NotFound):
            read(both, stranger, world.campaign.id)
    with pytest.raises(NotFound):
        queries.evidence_lines(both, stranger, world.campaign.id, 1)
    for actor in (stranger, world.cast.birch.finance):
        with pytest.raises(NotFound):
            queries.import_page(both, actor, theirs)
        with pytest.raises(NotFound):
            queries.failed_rows(both, actor, theirs)
        with pytest.raises(NotFound):
            set_failures_aside(both, actor, theirs, NOW)


def test_failed_rows_come_back_and_can_be_mended(both: Session, world: World, store: FolderStore) -> None:
    finance = world.cast.alder.finance
    rows = [sale("X-1", gross="12O.00", product='"=Beans, dark"', customer="bea@example.com"), sale("X-2")]
    done = send(both, world.cast.alder, store, rows)
    text = b"".join(queries.failed_rows(both, finance, done.id)).decode("utf-8-sig")

    file = BytesIO(text.replace("12O.00", "120.00").encode())
    mended = receive_import(both, finance, store, "m.csv", file, NOW, KEY)
    result = read_chunk(both, open_import(both, store, mended.id), NOW)

    assert "bea@" not in text
    assert (result.accepted, result.rejected) == (1, 0)
    assert "=Beans, dark" in {line.product for line in queries.every_evidence_line(both, finance, world.campaign.id)}


def test_an_import_with_failed_rows_waits_until_it_is_set_aside(
    both: Session, world: World, store: FolderStore
) -> None:
    alder = world.cast.alder
    done = send(both, alder, store, [sale(campaign="winter")], name="bad.csv")

    waiting = queries.waiting_for(both, alder.finance)
    set_failures_aside(both, alder.finance, done.id, NOW)

    assert [(each.kind, each.name, each.thing_id) for each in waiting] == [("mend_import", "bad.csv", done.id)]
    assert queries.waiting_for(both, alder.finance) == []
    assert queries.waiting_for(both, alder.viewer) == []
    with pytest.raises(NotAllowed):
        set_failures_aside(both, alder.viewer, done.id, NOW)


def test_campaigns_that_take_sales_are_named_for_the_examples(both: Session, world: World) -> None:
    found = queries.selling_campaigns(both, world.cast.alder.finance)

    assert [(each.code, each.currency, each.referring) for each in found] == [("autumn", "EUR", ("birch-club",))]
