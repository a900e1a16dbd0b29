"""From evidence to issued statements, on both databases."""

from __future__ import annotations

from sqlalchemy import Engine, func, select

from partners.database import EVERY_TENANT, writing
from partners.revenue import services
from partners.revenue.models import Earning, PeriodState
from partners.revenue.period_queries import drafts_digest
from partners.revenue.verify import recompute
from tests.conftest import NOW
from tests.partners.revenue.books import AFTER, NOVEMBER, OCTOBER, SEPTEMBER, Books, add_agreement, day, open_books


def test_a_month_becomes_one_statement_from_payer_to_payee(books: Books) -> None:
    books.sell("o-1", day(9, 3), 11900, 10000)
    books.sell("o-2", day(9, 4), 5950, 5000)

    statement = books.settle(SEPTEMBER)[0]

    assert (statement.number, statement.closing_minor) == ("ALD-2026-0001", 600)  # 40 of 100 of 10 % of 150.00
    assert statement.document["settlement"]["totals"]["gross"] == 17850
    assert recompute(statement.document) == []
    assert books.period(SEPTEMBER).state == PeriodState.ISSUED


def test_every_party_gets_a_row_for_every_event_and_the_rows_are_the_total(books: Books) -> None:
    books.sell("o-1", day(9, 3), 3333)
    books.refund("o-1", day(9, 20), 1111)

    books.settle(SEPTEMBER)

    rows = books.session.execute(select(Earning.payee_id, Earning.amount_minor).order_by(Earning.id)).all()
    assert sorted(minor for _, minor in rows) == [-67, -44, 133, 200]


def test_a_refund_of_an_earlier_month_is_taken_back_as_earned(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    first = books.settle(SEPTEMBER)[0]
    books.amend(rate="0.5")
    books.sell("o-2", day(10, 3), 1000)
    books.refund("o-1", day(10, 9), 2500)

    second = books.settle(OCTOBER)[0]

    refund = second.document["settlement"]["refunds"][0]
    assert refund["sale"]["statement"] == first.number
    assert refund["share"] == -100
    assert (second.opening_minor, second.earned_minor, second.reversed_minor) == (400, 200, 100)
    assert second.document["settlement"]["totals"]["reversed_earlier"] == 100
    assert recompute(second.document) == []


def test_refunding_all_in_steps_over_months_leaves_nothing(books: Books) -> None:
    books.sell("o-1", day(9, 3), 9999)
    books.refund("o-1", day(9, 5), 3333, "r1")
    books.settle(SEPTEMBER)
    books.refund("o-1", day(10, 5), 3333, "r2")
    books.settle(OCTOBER)
    books.refund("o-1", day(11, 5), 3333, "r3")

    last = books.settle(NOVEMBER)[0]

    assert last.closing_minor == 0
    assert books.session.scalar(select(func.sum(Earning.amount_minor))) == 0
    assert recompute(last.document) == []


def test_late_evidence_is_settled_once_in_the_period_open_when_it_comes(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    books.sell("o-3", day(10, 3), 10000)
    books.settle(SEPTEMBER)
    books.sell("o-2", day(9, 30), 20000)

    statement = books.settle(OCTOBER)[0]

    assert [row["order"] for row in statement.document["settlement"]["conversions"]] == ["o-2", "o-3"]
    events = books.session.scalars(select(Earning.evidence_id).where(Earning.payee_id == statement.payee_id)).all()
    assert sorted(events) == sorted({row.id for row in books.sold.values()})


def test_a_refund_dated_before_its_sale_waits_for_the_sale(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    books.sell("o-2", day(10, 3), 10000)
    books.refund("o-2", day(9, 20), 10000)

    first, second = books.settle(SEPTEMBER)[0], books.settle(OCTOBER)[0]

    assert first.document["settlement"]["refunds"] == []
    assert second.document["settlement"]["totals"]["reversed_now"] == 400


def test_drafting_again_gives_the_same_digests(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    period = books.close(SEPTEMBER)
    before = drafts_digest(books.session, period.id, books.cast.alder.partner.id)

    services.draft_statements(books.session, period.id, AFTER[OCTOBER])

    assert drafts_digest(books.session, period.id, books.cast.alder.partner.id) == before


def test_both_sides_sell_so_each_pays_the_other_and_approves_its_own(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    books.sell("o-2", day(9, 4), 50000, merchant_id=books.cast.birch.partner.id)
    books.close(SEPTEMBER)

    mine = books.issue(SEPTEMBER)
    halfway = books.period(SEPTEMBER).state
    theirs = books.issue(SEPTEMBER, books.cast.birch)

    assert ([s.closing_minor for s in mine], [s.closing_minor for s in theirs]) == ([400], [3000])
    assert (halfway, books.period(SEPTEMBER).state) == (PeriodState.DRAFTED, PeriodState.ISSUED)


def test_a_party_reads_no_line_of_an_agreement_it_is_not_in(engine: Engine) -> None:
    with writing(engine, EVERY_TENANT) as session:
        books = open_books(session, NOW, weights=(50, 30, 20), third=True)
        parts = add_agreement(session, books.cast, [books.cast.alder, books.cast.birch], "0002", "EUR", "0.2", (1, 1))
        books.sell("shared", day(9, 3), 10000)
        books.agreement, books.terms, books.campaign = parts
        books.sell("theirs", day(9, 4), 10000)

        issued = {s.payee_id: s.document["settlement"] for s in books.settle(SEPTEMBER)}

        cedar = issued[books.cast.cedar.partner.id]
        assert [row["order"] for row in cedar["conversions"]] == ["shared"]
        assert len(cedar["terms"]) == 1
        assert issued[books.cast.birch.partner.id]["totals"]["earned"] == 300 + 1000


def test_two_currencies_are_two_statements(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    parts = add_agreement(
        books.session, books.cast, [books.cast.alder, books.cast.birch], "0002", "JPY", "0.1", (45, 55)
    )
    books.agreement, books.terms, books.campaign = parts
    books.sell("o-2", day(9, 4), 10010)

    issued = books.settle(SEPTEMBER)

    assert [(s.currency, s.closing_minor, s.number) for s in issued] == [
        ("EUR", 400, "ALD-2026-0001"), ("JPY", 551, "ALD-2026-0002"),
    ]  # fmt: skip
