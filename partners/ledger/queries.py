"""Reads of the ledger: balances and entries of an actor's own accounts, and the check of the whole chain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, SQLColumnExpression, case, cast, func, or_, select
from sqlalchemy.orm import Session

from partners.digest import GENESIS, chained
from partners.directory import policy
from partners.directory.policy import Action, Actor
from partners.directory.queries import own_partnership
from partners.ledger.balance import EntryLine, entry_content, sums
from partners.ledger.models import Account, AccountKind, JournalEntry, LedgerHead, Posting


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """One account over a time, in minor units: opening + debit - credit = closing."""

    kind: str
    owner_id: str
    counterparty_id: str
    currency: str
    opening_minor: int
    debit_minor: int
    credit_minor: int
    closing_minor: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One journal entry with its lines."""

    seq: int
    key: str
    text: str
    posted_at: datetime
    digest: str
    lines: tuple[EntryLine, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the ledger does not hold: the broken rule (I1 … I6, chain) and the number of the entry; 0 for the end."""

    rule: str
    seq: int


def balances(
    session: Session, actor: Actor, partnership_id: str, since: datetime, until: datetime
) -> list[AccountBalance]:
    """Return the accounts that the actor's partner owns or is the other side of, over [since, until)."""
    policy.require(actor, Action.READ)
    own_partnership(session, actor, partnership_id)
    amount, moved = Posting.amount_minor, JournalEntry.posted_at >= since
    rows = session.execute(
        select(
            Account.kind, Account.owner_id, Account.counterparty_id, Account.currency,
            _total(case((moved, 0), else_=amount)), _total(case((moved & (amount > 0), amount), else_=0)),
            _total(case((moved & (amount < 0), -amount), else_=0)), _total(amount),
        )
        .join(Posting, Posting.account_id == Account.id).join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(Account.partnership_id == partnership_id, _own(actor), JournalEntry.posted_at < until)
        .group_by(Account.id).order_by(Account.currency, Account.counterparty_id, Account.owner_id, Account.kind)
    )  # fmt: skip
    return [AccountBalance(row[0].value, *row[1:]) for row in rows]


def entries(session: Session, actor: Actor, partnership_id: str, since: datetime, until: datetime) -> list[Entry]:
    """Return the journal entries on the actor's own accounts over [since, until), oldest first."""
    policy.require(actor, Action.READ)
    own_partnership(session, actor, partnership_id)
    mine = (
        select(Posting.entry_id).join(Account, Account.id == Posting.account_id)
        .where(Account.partnership_id == partnership_id, _own(actor))
    )  # fmt: skip
    within = (JournalEntry.posted_at >= since, JournalEntry.posted_at < until)
    return [_entry(rows) for rows in _in_order(session, JournalEntry.id.in_(mine), *within)]


def outstanding(session: Session, partnership_id: str, payer_id: str, payee_id: str, currency: str) -> int:
    """Return what a payer owes a payee on the books, in minor units; negative where the payee owes."""
    return -session.scalars(
        select(_total(Posting.amount_minor)).join(Account, Account.id == Posting.account_id)
        .where(
            Account.partnership_id == partnership_id, Account.kind == AccountKind.PAYABLE,
            Account.owner_id == payee_id, Account.counterparty_id == payer_id, Account.currency == currency,
        )
    ).one()  # fmt: skip


def entry_lines(session: Session, entry_id: str) -> list[EntryLine]:
    """Return the lines of one entry in the order in which they were posted."""
    return [line for rows in _in_order(session, JournalEntry.id == entry_id) for line in _entry(rows).lines]


def check_ledger(session: Session) -> list[Fault]:
    """Recompute the whole ledger; an empty list means that every entry is whole, balanced and as it was written.

    I1 sums to zero per currency; I2 at least two lines, none zero; I3 and the chain: nothing changed or missing;
    I4 no key twice; I5 and I6 follow, since a balance is never stored and an account's currency is part of it.
    """
    faults, keys, seq, digest = [], set(), 0, GENESIS
    for rows in _in_order(session):
        entry, seq = _entry(rows), seq + 1
        digest = chained(digest, entry_content(seq, rows[0].partnership_id, *_said(entry)))
        broken = {
            "I1": any(sums((line.currency, line.minor) for line in entry.lines).values()),
            "I2": len(entry.lines) < 2 or any(line.minor == 0 for line in entry.lines),
            "I4": entry.key in keys,
            "chain": (entry.seq, entry.digest) != (seq, digest),
        }
        faults += [Fault(rule, entry.seq) for rule, is_broken in broken.items() if is_broken]
        seq, digest = entry.seq, entry.digest
        keys.add(entry.key)
    head = session.get(LedgerHead, 1)
    if (head.seq, head.digest) != (seq, digest) if head else seq:
        faults.append(Fault("chain", 0))
    return faults


def _total(amount: SQLColumnExpression[int]) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(amount), 0), BigInteger)  # PostgreSQL sums bigint to numeric


def _own(actor: Actor) -> ColumnElement[bool]:
    return or_(Account.owner_id == actor.partner_id, Account.counterparty_id == actor.partner_id)


def _said(entry: Entry) -> tuple[str, str, datetime, Sequence[EntryLine]]:
    return entry.key, entry.text, entry.posted_at, entry.lines


def _in_order(session: Session, *where: ColumnElement[bool]) -> Iterator[list[Row[Any]]]:
    """Yield the rows of each entry that matches, one row a line; an entry without lines yields one row of None."""
    rows: Iterable[Row[Any]] = session.execute(
        select(
            JournalEntry.seq, JournalEntry.partnership_id, JournalEntry.key, JournalEntry.text, JournalEntry.posted_at,
            JournalEntry.digest, Account.kind, Account.owner_id, Account.counterparty_id, Account.currency,
            Posting.amount_minor,
        )
        .outerjoin(Posting, Posting.entry_id == JournalEntry.id).outerjoin(Account, Account.id == Posting.account_id)
        .where(*where).order_by(JournalEntry.seq, Posting.id).execution_options(yield_per=1000)
    )  # fmt: skip
    for _, group in groupby(rows, itemgetter(0)):
        yield list(group)


def _entry(rows: list[Row[Any]]) -> Entry:
    first = rows[0]
    lines = tuple(
        EntryLine(row.kind.value, row.owner_id, row.counterparty_id, row.currency, row.amount_minor)
        for row in rows
        if row.kind is not None
    )
    return Entry(first.seq, first.key, first.text, first.posted_at, first.digest, lines)
