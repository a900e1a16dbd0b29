"""Reading a file of sales: what becomes evidence, what is a duplicate, what fails and why."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.campaigns.lifecycle import Stage
from partners.campaigns.models import Agreement
from partners.directory.models import Partnership
from partners.referrals.models import SUMS, CampaignDay, ImportState
from partners.store import FolderStore
from tests.partners.referrals.world import (
    REFUNDS,
    World,
    add_campaign,
    add_terms,
    evidence_rows,
    other_partnership,
    problem_rows,
    refund,
    sale,
    send,
)


def test_a_conversion_becomes_evidence_with_its_base_and_terms(both: Session, world: World, store: FolderStore) -> None:
    row = sale(shipping="5.00", quantity="2", customer="ana@example.com", referred_by="birch-club")

    done = send(both, world.cast.alder, store, [row])

    found = evidence_rows(both)[0]
    assert (done.accepted, done.duplicates, done.rejected, done.state) == (1, 0, 0, ImportState.DONE)
    assert (found.seq, found.key, found.terms_id) == (1, "O-1/1", world.terms.id)
    assert (found.gross_minor, found.base_minor, found.quantity) == (11900, 9500, 2)
    assert found.occurred_at.isoformat() == "2026-09-10T10:00:00+00:00"
    assert found.from_community_id == world.cast.birch.community.id
    assert found.is_new_customer


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
    assert problem_rows(both) == [(3, "order_id", "KeyTaken")]


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
    assert problem_rows(both) == [(2, column, problem)]


@pytest.mark.parametrize(("stage", "accepted"), [(Stage.PLANNED, 0), (Stage.PAUSED, 1), (Stage.ENDED, 1),
                                                 (Stage.SETTLED, 0), (Stage.CANCELLED, 0)])  # fmt: skip
def test_sales_are_taken_until_the_campaign_is_settled(
    both: Session, world: World, store: FolderStore, stage: Stage, accepted: int
) -> None:
    world.campaign.stage = stage

    assert send(both, world.cast.alder, store, [sale()]).accepted == accepted


def test_a_stranger_sells_in_no_campaign_of_others(both: Session, world: World, store: FolderStore) -> None:
    done = send(both, world.cast.cedar, store, [sale()])

    assert (done.accepted, problem_rows(both)) == (0, [(2, "campaign", "CampaignUnknown")])


def test_the_terms_of_the_day_of_sale_count(both: Session, world: World, store: FolderStore) -> None:
    agreement = both.get_one(Agreement, world.campaign.agreement_id)
    brands = (world.cast.alder, world.cast.birch)
    second = add_terms(both, agreement, world.cast.partnership, brands, 2, first=date(2026, 9, 15))

    send(both, world.cast.alder, store, [sale(), sale("O-2", occurred_at="2026-09-15T00:00:00")])

    assert [row.terms_id for row in evidence_rows(both)] == [world.terms.id, second.id]


def test_a_sale_without_signed_terms_is_rejected(both: Session, world: World, store: FolderStore) -> None:
    campaign, _ = add_campaign(both, world.cast.partnership, (world.cast.alder, world.cast.birch), "late")
    campaign.ends_on = date(2026, 10, 31)

    send(both, world.cast.alder, store, [sale(campaign="late", occurred_at="2026-10-02T12:00:00")])

    assert problem_rows(both) == [(2, "occurred_at", "TermsMissing")]


def test_numbers_are_counted_within_each_partnership(both: Session, world: World, store: FolderStore) -> None:
    partnership = other_partnership(both, world.cast)
    add_campaign(both, partnership, (world.cast.alder, world.cast.cedar), "spring")

    send(both, world.cast.alder, store, [sale(), sale("O-2", campaign="spring"), sale("O-3"),
                                         sale("O-4", campaign="spring")])  # fmt: skip

    found = {(row.partnership_id, row.seq, row.order_id) for row in evidence_rows(both)}
    ours = world.cast.partnership.id
    assert found == {(ours, 1, "O-1"), (ours, 2, "O-3"), (partnership.id, 1, "O-2"), (partnership.id, 2, "O-4")}
    assert both.get_one(Partnership, partnership.id).last_seq == 2


def test_a_buyer_is_new_once_at_each_merchant(both: Session, world: World, store: FolderStore) -> None:
    rows = [sale(customer="ana@example.com"), sale(line=2, customer="ana@example.com"),
            sale("O-2", customer="ANA@example.com"), sale("O-3", customer="bea@example.com"), sale("O-4")]  # fmt: skip
    send(both, world.cast.alder, store, rows)
    send(both, world.cast.alder, store, [sale("O-5", customer="ana@example.com")])
    send(both, world.cast.birch, store, [sale("O-6", customer="ana@example.com")])

    assert [row.is_new_customer for row in evidence_rows(both)] == [True, False, False, True, False, False, True]


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
