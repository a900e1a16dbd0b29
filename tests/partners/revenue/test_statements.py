"""From evidence to issued statements, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, func, select

from partners.database import EVERY_TENANT, writing
from partners.directory.policy import Actor
from partners.errors import NotAllowed, NotFound
from partners.ledger.queries import check_ledger, outstanding
from partners.revenue import services
from partners.revenue.issue_services import DraftsDiffer
from partners.revenue.models import Earning, NumberSeries, Period, PeriodState, Statement
from partners.revenue.period_queries import drafts_digest
from partners.revenue.verify import recompute
from tests.conftest import NOW
from tests.partners.revenue.books import AFTER, NOVEMBER, OCTOBER, SEPTEMBER, Books, add_agreement, day, open_books


@pytest.fixture
def books(engine: Engine) -> Iterator[Books]:
    with writing(engine, EVERY_TENANT) as session:
        yield open_books(session, NOW)


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


def test_a_payout_shows_in_the_next_statement_and_the_chain_holds(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    first = books.settle(SEPTEMBER)[0]
    services.record_payout(
        books.session,
        books.cast.alder.finance,
        first.id,
        150,
        day(10, 20).date(),
        "SEPA 1",
        AFTER[SEPTEMBER].replace(day=21),
    )

    second = books.settle(OCTOBER)[0]

    assert (second.opening_minor, second.paid_minor, second.closing_minor) == (400, 150, 250)
    assert second.document["settlement"]["earlier"]["digest"] == first.digest
    owed = outstanding(books.session, first.partnership_id, first.payer_id, first.payee_id, "EUR")
    assert owed == second.closing_minor
    assert check_ledger(books.session) == []
    assert recompute(second.document) == []


def test_a_month_without_anything_is_issued_at_once(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    first = books.settle(SEPTEMBER)[0]
    services.record_payout(
        books.session, books.cast.alder.finance, first.id, 400, day(10, 4).date(), "SEPA 1", AFTER[SEPTEMBER]
    )
    books.settle(OCTOBER)

    period = books.close(NOVEMBER)

    assert period.state == PeriodState.ISSUED


def test_a_negative_balance_is_carried_and_nothing_is_payable(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    first = books.settle(SEPTEMBER)[0]
    services.record_payout(
        books.session, books.cast.alder.finance, first.id, 400, day(10, 4).date(), "SEPA 1", AFTER[SEPTEMBER]
    )
    books.refund("o-1", day(10, 9), 10000)

    second = books.settle(OCTOBER)[0]

    assert (second.closing_minor, second.document["settlement"]["totals"]["payable"]) == (-400, 0)
    assert second.due_on == AFTER[OCTOBER].date()  # nothing new to pay, so no days until payment


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


def test_who_closed_may_not_approve(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    period = books.close(SEPTEMBER)
    digest = drafts_digest(books.session, period.id, books.cast.alder.partner.id)

    with pytest.raises(services.PreparerMayNotApprove):
        services.approve_drafts(books.session, books.cast.alder.finance, period.id, digest, NOW)


def test_who_wrote_the_terms_may_neither_close_nor_approve(books: Books) -> None:
    books.amend(author=books.cast.alder.finance_two.user_id)
    books.sell("o-1", day(9, 3), 10000)
    closer = books.cast.alder.finance_two
    with pytest.raises(services.AuthorMayNotSettle):
        services.close_period(books.session, closer, books.cast.partnership.id, SEPTEMBER, AFTER[SEPTEMBER])
    books.session.expunge_all()


def test_the_author_of_the_terms_may_not_approve(books: Books) -> None:
    books.amend(author=books.cast.alder.finance_two.user_id)
    books.sell("o-1", day(9, 3), 10000)
    books.close(SEPTEMBER)

    with pytest.raises(services.AuthorMayNotSettle):
        books.issue(SEPTEMBER)


def test_another_digest_is_refused(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    period = books.close(SEPTEMBER)

    with pytest.raises(services.DraftsChanged):
        services.approve_drafts(books.session, books.cast.alder.finance_two, period.id, "0" * 64, NOW)


def test_a_draft_changed_behind_the_approval_is_not_issued(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    period = books.close(SEPTEMBER)
    digest = drafts_digest(books.session, period.id, books.cast.alder.partner.id)
    approval = services.approve_drafts(books.session, books.cast.alder.finance_two, period.id, digest, NOW)
    draft = books.drafts(SEPTEMBER)[0]
    draft.settlement = {**draft.settlement, "watermark": 99}
    books.session.flush()

    with pytest.raises(DraftsDiffer):
        services.issue_statements(books.session, approval.id, NOW)


def test_issuing_twice_changes_nothing(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    period = books.close(SEPTEMBER)
    digest = drafts_digest(books.session, period.id, books.cast.alder.partner.id)
    approval = services.approve_drafts(books.session, books.cast.alder.finance_two, period.id, digest, NOW)

    once = services.issue_statements(books.session, approval.id, NOW)
    again = services.issue_statements(books.session, approval.id, NOW)

    assert [s.id for s in once] == [s.id for s in again]
    assert books.session.scalar(select(func.count()).select_from(Statement)) == 1


def test_a_rolled_back_issue_leaves_nothing_and_gives_the_number_back(engine: Engine) -> None:
    with writing(engine, EVERY_TENANT) as session:
        books = open_books(session, NOW)
        books.sell("o-1", day(9, 3), 10000)
        period = books.close(SEPTEMBER)
        digest = drafts_digest(session, period.id, books.cast.alder.partner.id)
        approval = services.approve_drafts(session, books.cast.alder.finance_two, period.id, digest, NOW)
        approval_id = approval.id
        session.commit()

    with writing(engine, EVERY_TENANT) as session:
        services.issue_statements(session, approval_id, NOW)  # the process dies here
    with writing(engine, EVERY_TENANT) as session:
        left = [session.scalar(select(func.count()).select_from(table)) for table in (Statement, Earning, NumberSeries)]
        issued = services.issue_statements(session, approval_id, NOW)
        session.commit()

    assert left == [0, 0, 0]
    assert [s.number for s in issued] == ["ALD-2026-0001"]


def test_a_reopened_period_drops_its_drafts_and_takes_later_evidence(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    period = books.close(SEPTEMBER)
    services.reopen_period(books.session, books.cast.birch.finance, period.id, NOW)
    assert books.drafts(SEPTEMBER) == []
    books.sell("o-2", day(9, 4), 10000)

    assert books.settle(SEPTEMBER)[0].closing_minor == 800


def test_an_approved_period_is_not_reopened(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    books.settle(SEPTEMBER)

    with pytest.raises(services.PeriodApproved):
        services.reopen_period(books.session, books.cast.alder.finance, books.period(SEPTEMBER).id, NOW)


@pytest.mark.parametrize(
    ("label", "reason"),
    [("2026-08", services.PeriodOutOfOrder), ("2026-10", services.PeriodOutOfOrder)],
)
def test_periods_close_in_order(books: Books, label: str, reason: type[Exception]) -> None:
    books.sell("o-1", day(9, 3), 10000)

    with pytest.raises(reason):
        services.close_period(
            books.session, books.cast.alder.finance, books.cast.partnership.id, label, AFTER[NOVEMBER]
        )


def test_a_month_that_is_not_over_does_not_close(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)

    with pytest.raises(services.PeriodNotOver):
        services.close_period(
            books.session, books.cast.alder.finance, books.cast.partnership.id, SEPTEMBER, day(9, 30, 21)
        )


def test_the_month_before_must_be_issued(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    books.close(SEPTEMBER)

    with pytest.raises(services.EarlierPeriodWaits):
        books.close(OCTOBER)


def test_closing_twice_is_refused(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    books.close(SEPTEMBER)

    with pytest.raises(services.PeriodClosed):
        books.close(SEPTEMBER)


def test_without_evidence_there_is_nothing_to_close(books: Books) -> None:
    with pytest.raises(services.NothingToClose):
        books.close(SEPTEMBER)


def test_a_payout_beyond_what_is_outstanding_is_refused(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    statement = books.settle(SEPTEMBER)[0]

    with pytest.raises(services.PayoutTooLarge, match=r"4\.00 EUR"):
        services.record_payout(
            books.session, books.cast.alder.finance, statement.id, 401, day(10, 4).date(), "SEPA 1", AFTER[SEPTEMBER]
        )


def test_a_reference_is_used_once(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    statement = books.settle(SEPTEMBER)[0]
    paid = (statement.id, 100, day(10, 4).date(), "SEPA 1", AFTER[SEPTEMBER])
    services.record_payout(books.session, books.cast.alder.finance, *paid)

    with pytest.raises(services.ReferenceTaken):
        services.record_payout(books.session, books.cast.alder.finance, *paid)


def test_strangers_find_nothing_and_other_roles_may_not(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    statement = books.settle(SEPTEMBER)[0]
    period, stranger = books.period(SEPTEMBER), books.cast.cedar.finance
    paid = (100, day(10, 4).date(), "SEPA 1", AFTER[SEPTEMBER])

    for attempt in _attempts(books, period, statement, stranger, paid):
        with pytest.raises(NotFound):
            attempt()
    for attempt in _attempts(books, period, statement, books.cast.alder.viewer, paid):
        with pytest.raises(NotAllowed):
            attempt()
    with pytest.raises(NotFound):
        services.record_payout(books.session, books.cast.birch.finance, statement.id, *paid)


def _attempts(books: Books, period: Period, statement: Statement, actor: Actor, paid: tuple) -> list:  # type: ignore[type-arg]
    session, at = books.session, AFTER[OCTOBER]
    return [
        lambda: services.close_period(session, actor, books.cast.partnership.id, OCTOBER, at),
        lambda: services.reopen_period(session, actor, period.id, at),
        lambda: services.approve_drafts(session, actor, period.id, "0" * 64, at),
        lambda: services.record_payout(session, actor, statement.id, *paid),
    ]
