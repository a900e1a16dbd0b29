"""Posting to the ledger. Entries are never changed or removed; a correction is another entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from partners.database import locked
from partners.digest import GENESIS, chained
from partners.errors import Conflict
from partners.ledger.balance import EntryLine, check_entry, entry_content
from partners.ledger.models import Account, AccountKind, JournalEntry, LedgerHead, Posting
from partners.ledger.queries import entry_lines
from partners.money import checked


class KeyTaken(Conflict):
    """The journal has an entry under the key {key} already, and it says something else."""


def post_entry(
    session: Session, partnership_id: str, key: str, text: str,
    lines: Sequence[tuple[AccountKind, str, str, str, int]], now: datetime,
) -> JournalEntry:  # fmt: skip
    """Append one balanced entry to the chain; posting it again under the same key changes nothing.

    Args:
        key: idempotency key, such as ``statement:…:issue``.
        lines: kind, owner, counterparty, currency, signed minor units (debit positive).

    Raises:
        Invalid: fewer than two lines, a line of zero, or debits that differ from credits.
        KeyTaken: the key is used by an entry with other content.
    """
    wanted = [EntryLine(line[0].value, *line[1:]) for line in lines]
    check_entry(wanted)
    head = locked_head(session)
    found = session.scalar(select(JournalEntry).where(JournalEntry.key == key))
    if found is not None:
        return _same(session, found, partnership_id, text, wanted)
    entry = JournalEntry(seq=head.seq + 1, partnership_id=partnership_id, key=key, text=text, posted_at=now)
    entry.digest = chained(head.digest, entry_content(entry.seq, partnership_id, key, text, now, wanted))
    head.seq, head.digest = entry.seq, entry.digest
    session.add(entry)
    session.flush()  # postings refer to the entry by its id
    session.add_all(
        Posting(
            entry_id=entry.id, account_id=_account(session, partnership_id, line).id, amount_minor=checked(line.minor)
        )
        for line in wanted
    )
    session.flush()
    return entry


def locked_head(session: Session) -> LedgerHead:
    """Return the end of the chain, locked until commit: nobody else posts meanwhile."""
    head: LedgerHead | None = locked(session)(LedgerHead, 1)
    if head is None:
        try:
            with session.begin_nested():
                session.add(LedgerHead(id=1, seq=0, digest=GENESIS))
        except IntegrityError:
            session.expire_all()  # another transaction began the chain a moment ago
        head = locked(session)(LedgerHead, 1)
    if head is None:
        raise Conflict()
    return head


def _same(
    session: Session, found: JournalEntry, partnership_id: str, text: str, wanted: list[EntryLine]
) -> JournalEntry:
    if (found.partnership_id, found.text, entry_lines(session, found.id)) != (partnership_id, text, wanted):
        raise KeyTaken(key=found.key)
    return found


def _account(session: Session, partnership_id: str, line: EntryLine) -> Account:
    """Return the account of a line, opened at its first use; the head of the chain is locked, so it is opened once."""
    kind = AccountKind(line.kind)
    account = session.scalar(
        select(Account).where(
            Account.partnership_id == partnership_id, Account.kind == kind, Account.owner_id == line.owner,
            Account.counterparty_id == line.counterparty, Account.currency == line.currency,
        )
    )  # fmt: skip
    if account is None:
        account = Account(
            partnership_id=partnership_id, kind=kind, owner_id=line.owner, counterparty_id=line.counterparty,
            currency=line.currency,
        )  # fmt: skip
        session.add(account)
        session.flush()
    return account
