"""Posting, balances and the check of the chain, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from partners.database import reading, writing
from partners.directory.policy import Actor
from partners.errors import NotFound
from partners.ledger.balance import EntryTooShort, EntryUnbalanced, LineOfZero, is_balanced
from partners.ledger.models import AccountKind, JournalEntry
from partners.ledger.queries import balances, check_ledger, entries, outstanding
from partners.ledger.services import KeyTaken, post_entry
from tests.cast import Cast, build_cast
from tests.conftest import NOW, owning

AGES = (NOW - timedelta(days=4000), NOW + timedelta(days=4000))


class Desk:
    """Posts between Alder, who pays, and Birch."""

    def __init__(self, session: Session, cast: Cast) -> None:
        self.session, self.cast = session, cast

    def post(self, key: str, *amounts: int, currency: str = "EUR", at: datetime = NOW, text: str = "-") -> JournalEntry:
        alder, birch = self.cast.alder.partner.id, self.cast.birch.partner.id
        sides = [(AccountKind.SHARE_EXPENSE, alder, birch), (AccountKind.PAYABLE, birch, alder)]
        lines = [(*sides[n % 2], currency, minor) for n, minor in enumerate(amounts)]
        return post_entry(self.session, self.cast.partnership.id, key, text, lines, at)

    def seen_by(self, actor: Actor) -> list[tuple[str, int]]:
        found = balances(self.session, actor, self.cast.partnership.id, *AGES)
        return [(each.kind, each.closing_minor) for each in found]


@pytest.fixture
def desk(engine: Engine) -> Iterator[Desk]:
    with writing(engine) as session:
        yield Desk(session, build_cast(session, NOW))


def test_an_entry_moves_both_balances(desk: Desk) -> None:
    desk.post("one", 500, -500)
    desk.post("two", -200, 200)

    assert sorted(desk.seen_by(desk.cast.alder.finance)) == [("payable", -300), ("share_expense", 300)]
    alder, birch = desk.cast.alder.partner.id, desk.cast.birch.partner.id
    assert outstanding(desk.session, desk.cast.partnership.id, alder, birch, "EUR") == 300


@pytest.mark.parametrize(
    ("amounts", "rule"),
    [((5,), EntryTooShort), ((), EntryTooShort), ((5, -4), EntryUnbalanced), ((0, 0), LineOfZero)],
)
def test_an_entry_that_is_not_whole_is_refused(desk: Desk, amounts: tuple[int, ...], rule: type[Exception]) -> None:
    with pytest.raises(rule):
        desk.post("one", *amounts)


def test_the_same_entry_twice_is_one(desk: Desk) -> None:
    first = desk.post("one", 500, -500)

    assert desk.post("one", 500, -500).id == first.id
    assert len(entries(desk.session, desk.cast.alder.finance, desk.cast.partnership.id, *AGES)) == 1


@pytest.mark.parametrize("change", [{"currency": "JPY"}, {"text": "other"}])
def test_a_used_key_with_other_content_is_refused(desk: Desk, change: dict[str, str]) -> None:
    desk.post("one", 500, -500)

    with pytest.raises(KeyTaken):
        desk.post("one", 500, -500, **change)  # type: ignore[arg-type]
    with pytest.raises(KeyTaken):
        desk.post("one", 501, -501)


def test_opening_and_movements_give_closing(desk: Desk) -> None:
    desk.post("one", 500, -500, at=NOW - timedelta(days=40))
    desk.post("two", 300, -300)
    desk.post("three", -100, 100)

    since = (NOW - timedelta(days=5), NOW + timedelta(days=5))
    found = balances(desk.session, desk.cast.birch.viewer, desk.cast.partnership.id, *since)

    expense = next(each for each in found if each.kind == "share_expense")
    assert (expense.opening_minor, expense.debit_minor, expense.credit_minor, expense.closing_minor) == (
        500, 300, 100, 700,
    )  # fmt: skip


def test_a_currency_has_its_own_account(desk: Desk) -> None:
    desk.post("one", 500, -500)
    desk.post("two", 7, -7, currency="JPY")

    found = balances(desk.session, desk.cast.alder.finance, desk.cast.partnership.id, *AGES)

    assert {each.currency for each in found} == {"EUR", "JPY"}
    assert len(found) == 4


def test_a_stranger_finds_no_ledger(desk: Desk) -> None:
    desk.post("one", 500, -500)

    for read in (balances, entries):
        with pytest.raises(NotFound):
            read(desk.session, desk.cast.cedar.finance, desk.cast.partnership.id, *AGES)


def test_the_chain_holds_after_many_entries(desk: Desk) -> None:
    for number in range(1, 30):
        desk.post(f"entry {number}", number, -number)

    assert check_ledger(desk.session) == []


def test_a_changed_amount_breaks_the_chain(engine: Engine) -> None:
    with writing(engine) as session:
        desk = Desk(session, build_cast(session, NOW))
        desk.post("one", 500, -500)
        desk.post("two", 300, -300)
        session.commit()

    with pytest.raises(DatabaseError, match=r"append-only|permission denied"), writing(engine) as session:
        session.execute(text("UPDATE posting SET amount_minor = amount_minor * 2"))
    with owning(engine) as owner, writing(owner) as session:
        _unprotected(session)
        session.execute(text("UPDATE posting SET amount_minor = amount_minor + 1 WHERE amount_minor = 300"))
        session.commit()

    with reading(engine) as session:
        assert [(fault.rule, fault.seq) for fault in check_ledger(session)] == [("I1", 2), ("chain", 2)]


def test_a_removed_entry_breaks_the_chain(engine: Engine) -> None:
    with writing(engine) as session:
        desk = Desk(session, build_cast(session, NOW))
        desk.post("one", 500, -500)
        desk.post("two", 300, -300)
        session.commit()
    with owning(engine) as owner, writing(owner) as session:
        _unprotected(session)
        session.execute(text("DELETE FROM posting WHERE amount_minor IN (300, -300)"))
        session.execute(text("DELETE FROM journal_entry WHERE seq = 2"))
        session.commit()

    with reading(engine) as session:
        assert [(fault.rule, fault.seq) for fault in check_ledger(session)] == [("chain", 0)]


@given(st.lists(st.tuples(st.sampled_from(["EUR", "JPY"]), st.integers(-(10**12), 10**12)), max_size=6))
def test_postings_with_their_counterparts_are_balanced(postings: list[tuple[str, int]]) -> None:
    assert is_balanced([*postings, *((currency, -minor) for currency, minor in postings)])


def _unprotected(session: Session) -> None:
    """Take the triggers off, as somebody with the database's password could."""
    postgres = session.get_bind().dialect.name == "postgresql"
    for table in ("posting", "journal_entry"):
        names = [f"append_only_{table}"] if postgres else [f"append_only_{table}_{v}" for v in ("update", "delete")]
        for name in names:
            session.execute(text(f"DROP TRIGGER {name}" + (f" ON {table}" if postgres else "")))
