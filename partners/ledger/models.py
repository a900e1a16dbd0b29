"""Tables of the ledger: accounts, journal entries, postings."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from partners.database import Base, BigInt, Currency, Digest, Id, Minor, Ref, Text120, one_of


class AccountKind(StrEnum):
    SHARE_EXPENSE = "share_expense"
    PAYABLE = "payable"
    CASH = "cash"


class Account(Base):
    """One account: a partnership's, of one kind, for one owner and counterparty, in one currency for ever."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("partnership_id", "kind", "owner_id", "counterparty_id", "currency"),)

    id: Mapped[Id]
    partnership_id: Mapped[Ref] = mapped_column(ForeignKey("partnership.id"))
    kind: Mapped[AccountKind] = mapped_column(one_of(AccountKind))
    owner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), comment="payer of an expense, payee of a payable")
    counterparty_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), comment="the other side of the same debt")
    currency: Mapped[Currency]


class JournalEntry(Base):
    """One balanced entry; its key makes posting it twice impossible, its digest chains it to the one before."""

    __tablename__ = "journal_entry"

    id: Mapped[Id]
    seq: Mapped[int] = mapped_column(BigInt, unique=True, comment="1, 2, 3 … without a gap")
    partnership_id: Mapped[Ref] = mapped_column(ForeignKey("partnership.id"), index=True)
    key: Mapped[Text120] = mapped_column(unique=True, comment="idempotency key, such as statement:…:issue")
    text: Mapped[Text120]
    posted_at: Mapped[datetime]
    digest: Mapped[Digest]


class Posting(Base):
    """One signed amount on one account: debit positive, credit negative, never zero."""

    __tablename__ = "posting"
    __table_args__ = (CheckConstraint("amount_minor <> 0", "not_zero"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    entry_id: Mapped[Ref] = mapped_column(ForeignKey("journal_entry.id"), index=True)
    account_id: Mapped[Ref] = mapped_column(ForeignKey("account.id"), index=True)
    amount_minor: Mapped[Minor]


class LedgerHead(Base):
    """The end of the chain of journal entries: one row, locked while the next entry is posted."""

    __tablename__ = "ledger_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInt)
    digest: Mapped[Digest]
