"""Drafts are approved by a second person, as they were seen, and issued once; nobody else does any of it."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, func, select

from partners.database import EVERY_TENANT, writing
from partners.directory.policy import Actor
from partners.errors import NotAllowed, NotFound
from partners.revenue import services
from partners.revenue.issue_services import DraftsDiffer
from partners.revenue.models import Earning, NumberSeries, Period, Statement
from partners.revenue.period_queries import drafts_digest
from tests.conftest import NOW
from tests.partners.revenue.books import AFTER, OCTOBER, SEPTEMBER, Books, day, open_books


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
