"""Whoever changes one value of a statement is found out by recomputing it from the rest."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from partners.digest import digest_of
from partners.revenue import services
from partners.revenue.bundle import recompute
from partners.revenue.models import Statement
from partners.revenue.verify import NotAStatement
from tests.conftest import NOW
from tests.partners.revenue.books import AFTER, OCTOBER, SEPTEMBER, Books, day, open_books


@pytest.fixture
def document(session: Session) -> dict[str, Any]:
    """The statement of October: two versions of terms, refunds of both months, a payout, a balance brought forward."""
    books = open_books(session, NOW, weights=(45, 35, 20), third=True)
    books.sell("s-1", day(9, 3), 11900, 10000)
    books.sell("s-2", day(9, 4), 3333)
    first = _birchs(books, SEPTEMBER)
    services.record_payout(
        session, books.cast.alder.finance, first.id, 200, day(10, 4).date(), "SEPA 1", AFTER[SEPTEMBER]
    )
    books.sell("o-1", day(10, 3), 7777)
    books.sell("o-2", day(10, 3), 7777, quantity=3)
    books.amend(rate="0.15")
    books.sell("o-3", day(10, 20), 5000)
    books.refund("s-1", day(10, 5), 4000, "r1")
    books.refund("s-1", day(10, 6), 2000, "r2")
    books.refund("o-2", day(10, 7), 1234, "r3")
    return _birchs(books, OCTOBER).document


def test_a_statement_recomputes_to_itself(document: dict[str, Any]) -> None:
    assert recompute(document) == []
    assert recompute(document["settlement"]) == []


CHANGES: list[tuple[str, Callable[[dict[str, Any]], Any]]] = [
    ("conversions[0].share", lambda s: s["conversions"][0].update(share=1)),
    ("conversions[0].base", lambda s: s["conversions"][0].update(gross=8888)),
    ("conversions[1].at", lambda s: s["conversions"][1].update(at="2027-02-01T10:00:00+00:00")),
    ("terms[0].digest", lambda s: s["terms"][0]["document"].update(payment_days=0)),
    ("terms[0].signatures", lambda s: s["terms"][0]["signatures"].pop()),
    ("pools[0].accrued", lambda s: s["pools"][0].update(accrued=5)),
    ("pools[1].shares", lambda s: s["pools"][1]["shares"][0].__setitem__(1, 0)),
    ("refunds[0].share", lambda s: s["refunds"][0].update(share=0)),
    ("refunds[1].refunded_before", lambda s: s["refunds"][1].update(refunded_before=0)),
    ("refunds[1].remaining", lambda s: s["refunds"][1]["remaining"].reverse()),
    ("totals.opening", lambda s: s["earlier"].update(closing=0)),
    ("totals.paid", lambda s: s["payouts"].clear()),
    ("totals.closing", lambda s: s["totals"].update(closing=1)),
    ("totals.payable", lambda s: s["totals"].update(payable=1)),
    ("totals.units", lambda s: s["conversions"][0].update(quantity=2)),
    ("watermark", lambda s: s.update(watermark=1)),
    ("seq", lambda s: s["conversions"][0].update(seq=s["conversions"][1]["seq"])),
]


@pytest.mark.parametrize(("path", "change"), CHANGES, ids=[path for path, _ in CHANGES])
def test_one_changed_value_is_named(
    document: dict[str, Any], path: str, change: Callable[[dict[str, Any]], Any]
) -> None:
    forged = copy.deepcopy(document)
    change(forged["settlement"])

    found = {each.path for each in recompute(forged)}

    assert "settlement_digest" in found
    assert f"settlement.{path}" in found


def test_a_forger_who_mends_the_digest_is_still_found(document: dict[str, Any]) -> None:
    forged = copy.deepcopy(document)
    forged["settlement"]["totals"]["closing"] += 1
    forged["settlement_digest"] = digest_of(forged["settlement"])

    assert [each.path for each in recompute(forged)] == [
        "settlement.totals.closing",
    ]


@pytest.mark.parametrize("broken", [{}, {"format": "tandem-statement/1"}, {"format": "tandem-settlement/1"}])
def test_what_is_no_statement_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(NotAStatement):
        recompute(broken)


def _birchs(books: Books, label: str) -> Statement:
    """Settle a month and return the statement for Birch; the order of this one and of Cedar's is that of random ids."""
    return next(each for each in books.settle(label) if each.payee_id == books.cast.birch.partner.id)
