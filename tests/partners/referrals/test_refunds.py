"""Refunds: of which sale, of how much, and when there is none."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from partners.campaigns.lifecycle import Stage
from partners.store import FolderStore
from tests.partners.referrals.world import (
    REFUNDS,
    World,
    evidence_rows,
    problem_rows,
    refund,
    sale,
    send,
)


def test_a_refund_takes_campaign_and_terms_of_its_sale(both: Session, world: World, store: FolderStore) -> None:
    send(both, world.cast.alder, store, [sale(referred_by="birch-club")])
    world.campaign.stage = Stage.SETTLED

    done = send(both, world.cast.alder, store, [refund()], REFUNDS)

    sold, back = evidence_rows(both)
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
    assert problem_rows(both) == [(2, "order_id", "SaleMissing")]


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

    assert [row[2] for row in problem_rows(both)] == [problem]


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
