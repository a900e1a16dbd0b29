"""What each side sees of periods, drafts, statements and the ledger, and what it does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from partners.directory.policy import Actor
from partners.errors import NotFound
from partners.revenue import queries, services
from partners.revenue.cards import MonthState, Payment, WaitsFor
from tests.conftest import NOW
from tests.partners.revenue.books import AFTER, NOVEMBER, OCTOBER, SEPTEMBER, Books, day, open_books


@pytest.fixture
def books(session: Session) -> Books:
    return open_books(session, NOW)


@pytest.fixture
def three(session: Session) -> Books:
    """Alder sells; Birch and Cedar earn."""
    return open_books(session, NOW, weights=(50, 30, 20), third=True)


def states(books: Books, actor: Actor, label: str) -> list[tuple[str, str, str]]:
    return [(line.label, line.state, line.waits_for) for line in queries.periods(books.session, actor, AFTER[label])]


def test_months_run_from_the_first_conversion_to_now(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    books.sell("o-2", day(8, 3), 10000)

    assert states(books, books.cast.alder.viewer, SEPTEMBER) == [
        ("2026-10", MonthState.OPEN, WaitsFor.NOTHING), ("2026-09", MonthState.WAITING, WaitsFor.NOTHING),
        ("2026-08", MonthState.CLOSABLE, WaitsFor.CLOSE),
    ]  # fmt: skip


def test_a_month_goes_through_its_states(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    books.close(SEPTEMBER)
    drafted = [states(books, brand.viewer, SEPTEMBER)[1] for brand in (books.cast.alder, books.cast.birch)]
    books.issue(SEPTEMBER)

    assert drafted == [
        (SEPTEMBER, MonthState.DRAFTED, WaitsFor.OWN_APPROVAL),
        (SEPTEMBER, MonthState.DRAFTED, WaitsFor.THEIR_APPROVAL),
    ]
    assert states(books, books.cast.alder.viewer, SEPTEMBER)[1][1] == MonthState.ISSUED


def test_nothing_sold_means_no_months(books: Books) -> None:
    assert queries.periods(books.session, books.cast.alder.finance, NOW) == []


def test_each_side_sees_its_own_drafts_only(three: Books) -> None:
    three.sell("o-1", day(9, 3), 10000)
    period = three.close(SEPTEMBER)

    pages = {
        brand.partner.code: queries.period_page(three.session, brand.viewer, period.id, AFTER[SEPTEMBER])
        for brand in (three.cast.alder, three.cast.birch, three.cast.cedar)
    }

    assert [len(page.own_drafts) for page in pages.values()] == [2, 0, 0]
    assert [[d.payee.name for d in page.due_drafts] for page in pages.values()] == [
        [], ["Birch Dairy"], ["Cedar Stranger"],
    ]  # fmt: skip
    assert pages["birch"].own_digest == ""


def test_a_page_says_why_somebody_may_not_approve(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    period = books.close(SEPTEMBER)
    alder = books.cast.alder

    refusals = [
        queries.period_page(books.session, actor, period.id, AFTER[SEPTEMBER]).refused
        for actor in (alder.viewer, alder.finance, alder.finance_two)
    ]

    assert refusals == ["role", "preparer", ""]


def test_control_totals_count_what_the_own_brand_reported(books: Books) -> None:
    books.sell("o-1", day(9, 3), 11900, 10000)
    books.refund("o-1", day(9, 20), 1000)
    books.sell("o-2", day(9, 3), 500, merchant_id=books.cast.birch.partner.id)
    page_id = queries.period_id_of(books.session, books.cast.alder.viewer, books.cast.partnership.id, SEPTEMBER)

    page = queries.period_page(books.session, books.cast.alder.viewer, page_id, AFTER[SEPTEMBER])

    control = page.controls[0]
    assert (control.conversions, control.gross, control.refunds, control.refunded) == (1, 11900, 1, 1000)
    assert page.may_close is False


def test_control_totals_of_a_month_leave_out_what_earlier_months_take(books: Books) -> None:
    books.sell("o-1", day(9, 3), 100)
    books.sell("o-2", day(10, 3), 20)
    books.sell("o-3", day(11, 3), 3)

    def gross(label: str) -> list[int]:
        page_id = queries.period_id_of(books.session, books.cast.alder.viewer, books.cast.partnership.id, label)
        page = queries.period_page(books.session, books.cast.alder.viewer, page_id, AFTER[NOVEMBER])
        return [control.gross for control in page.controls]

    before = [gross(label) for label in (SEPTEMBER, OCTOBER, NOVEMBER)]
    books.close(SEPTEMBER)
    books.sell("late", day(9, 4), 4000)

    assert before == [[100], [20], [3]]
    assert [gross(label) for label in (SEPTEMBER, OCTOBER, NOVEMBER)] == [[100], [4020], [3]]


def test_only_finance_of_a_merchant_is_offered_to_close(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    page_id = queries.period_id_of(books.session, books.cast.alder.finance, books.cast.partnership.id, SEPTEMBER)

    assert queries.period_page(books.session, books.cast.alder.finance, page_id, AFTER[SEPTEMBER]).may_close


def test_pending_is_what_closing_now_would_give(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    books.refund("o-1", day(9, 5), 5000)

    found = queries.pending(books.session, books.cast.birch.viewer, books.cast.partnership.id, AFTER[SEPTEMBER])

    assert found.events == 2
    assert found.shares is not None
    assert [(s.payer.name, s.lines, s.earned_minor, s.reversed_minor) for s in found.shares] == [
        ("Alder Coffee", 1, 400, 200),
    ]  # fmt: skip
    assert books.settle(SEPTEMBER)[0].closing_minor == 200


def test_a_campaign_is_issued_and_pending_by_party(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    books.settle(SEPTEMBER)
    books.sell("o-2", day(10, 3), 5000)
    books.refund("o-1", day(10, 4), 2500)

    found = queries.settled_by_party(books.session, books.campaign.id)

    shares = {(share.payee_id, share.issued_minor, share.pending_minor) for share in found}
    assert shares == {(books.cast.alder.partner.id, 600, 150), (books.cast.birch.partner.id, 400, 100)}


def test_a_statement_is_due_then_carried_or_paid(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    first = books.settle(SEPTEMBER)[0]
    due = queries.statement_page(books.session, books.cast.birch.viewer, first.id).card
    second = books.settle(OCTOBER)[0]
    services.record_payout(
        books.session, books.cast.alder.finance, second.id, 400, day(11, 10).date(), "SEPA 1", AFTER[NOVEMBER]
    )

    cards = {card.id: card for card in queries.statements(books.session, books.cast.birch.viewer)}

    assert (due.state, due.outstanding_minor) == (Payment.DUE, 400)
    assert (cards[first.id].state, cards[first.id].outstanding_minor) == (Payment.CARRIED, 0)
    assert (cards[second.id].state, cards[second.id].outstanding_minor) == (Payment.PAID, 0)


def test_what_waits_for_finance(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    alder = books.cast.alder

    def waiting(actor: Actor) -> list[str]:
        return [each.kind for each in queries.waiting_for(books.session, actor, AFTER[SEPTEMBER])]

    assert (waiting(alder.finance), waiting(alder.manager)) == (["close_period"], [])
    books.close(SEPTEMBER)
    assert (waiting(alder.finance), waiting(alder.finance_two)) == ([], ["approve_drafts"])
    books.issue(SEPTEMBER)
    assert (waiting(alder.finance), waiting(books.cast.birch.finance)) == (["pay_statement"], [])


def test_the_ledger_shows_opening_movements_and_closing_of_a_month(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    statement = books.settle(SEPTEMBER)[0]
    services.record_payout(
        books.session, books.cast.alder.finance, statement.id, 150, day(11, 2).date(), "SEPA 1", AFTER[OCTOBER]
    )

    page = queries.ledger(books.session, books.cast.birch.viewer, books.cast.partnership.id, NOVEMBER, AFTER[OCTOBER])

    payable = next(account for account in page.accounts if account.kind == "payable")
    assert (payable.opening_minor, payable.debit_minor, payable.credit_minor, payable.closing_minor) == (
        -400, 150, 0, -250,
    )  # fmt: skip
    assert [entry.text for entry in page.entries] == [f"Payout of {statement.number}, SEPA 1"]
    assert page.labels == ("2026-11", "2026-10", "2026-09")


def test_a_third_party_sees_nothing_between_two_others(three: Books) -> None:
    three.sell("o-1", day(9, 3), 10000)
    issued = {statement.payee_id: statement for statement in three.settle(SEPTEMBER)}
    theirs = issued[three.cast.birch.partner.id]

    mine = queries.statements(three.session, three.cast.cedar.finance)
    page = queries.ledger(three.session, three.cast.cedar.finance, three.cast.partnership.id, "", NOW)

    assert [card.id for card in mine] == [issued[three.cast.cedar.partner.id].id]
    assert {account.currency for account in page.accounts} == {"EUR"}
    assert len(page.entries) == 1
    with pytest.raises(NotFound):
        queries.statement_page(three.session, three.cast.cedar.finance, theirs.id)


def test_strangers_find_nothing(books: Books) -> None:
    books.sell("o-1", day(9, 3), 10000)
    statement, stranger = books.settle(SEPTEMBER)[0], books.cast.cedar.finance
    session, partnership = books.session, books.cast.partnership.id

    reads: list[Callable[[], object]] = [
        lambda: queries.period_page(session, stranger, books.period(SEPTEMBER).id, NOW),
        lambda: queries.period_page(session, stranger, f"{partnership}-2026-09", NOW),
        lambda: queries.period_id_of(session, stranger, partnership, SEPTEMBER),
        lambda: queries.statement_page(session, stranger, statement.id),
        lambda: queries.statement_document(session, stranger, statement.id),
        lambda: queries.statement_id_of(session, stranger, statement.number),
        lambda: queries.ledger(session, stranger, partnership, "", NOW),
        lambda: queries.pending(session, stranger, partnership, NOW),
    ]
    for read in reads:
        with pytest.raises(NotFound):
            read()
    assert queries.periods(session, stranger, NOW) == queries.statements(session, stranger) == []


@pytest.mark.parametrize("made_up", ["nothing", "-", "2026-09", "{}-2026-13", "{}-2019-01", "{}-"])
def test_an_address_that_names_no_month_finds_nothing(books: Books, made_up: str) -> None:
    books.sell("o-1", day(9, 3), 10000)

    with pytest.raises(NotFound):
        queries.period_page(
            books.session, books.cast.alder.finance, made_up.format(books.cast.partnership.id), AFTER[SEPTEMBER]
        )
