"""Tables of revenue: periods, drafts, approvals, statements, earnings, payouts."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Date, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from partners.database import Base, BigInt, Currency, Digest, Id, Minor, Ref, Text40, Text120, one_of


class PeriodState(StrEnum):
    OPEN = "open"
    CLOSING = "closing"
    DRAFTED = "drafted"
    ISSUED = "issued"


class Period(Base):
    """One accounting month of a partnership, [starts_at, ends_at)."""

    __tablename__ = "period"
    __table_args__ = (
        UniqueConstraint("partnership_id", "label"),
        CheckConstraint("ends_at > starts_at", "order"),
        CheckConstraint("(state = 'open') = (watermark IS NULL)", "watermark"),
    )

    id: Mapped[Id]
    partnership_id: Mapped[Ref] = mapped_column(ForeignKey("partnership.id"))
    label: Mapped[str] = mapped_column(comment="2026-09")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[PeriodState] = mapped_column(one_of(PeriodState))
    watermark: Mapped[int | None] = mapped_column(BigInteger, comment="last evidence number it reads; None while open")
    entry_watermark: Mapped[int | None] = mapped_column(
        BigInteger, comment="last journal number it reads, for payouts; None while open"
    )
    closed_by: Mapped[Ref | None] = mapped_column(ForeignKey("user.id"), comment="the preparer")
    closed_at: Mapped[datetime | None]


class Draft(Base):
    """A statement computed but not issued: no number, replaced whenever the period is computed again."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("period_id", "payer_id", "payee_id", "currency"),)

    id: Mapped[Id]
    period_id: Mapped[Ref] = mapped_column(ForeignKey("period.id"), index=True)
    payer_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"))
    payee_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"))
    currency: Mapped[Currency]
    legal_entity_id: Mapped[Ref] = mapped_column(ForeignKey("legal_entity.id"), comment="of the payer, will issue it")
    earned_minor: Mapped[Minor]
    reversed_minor: Mapped[Minor] = mapped_column(comment="zero or positive; taken off")
    closing_minor: Mapped[Minor] = mapped_column(comment="negative where the payee owes; carried on")
    totals: Mapped[dict[str, int]] = mapped_column(JSON, comment="of the settlement, so that a page need not read it")
    settlement: Mapped[dict[str, Any]] = mapped_column(JSON, comment="see revenue.bundle")
    digest: Mapped[Digest] = mapped_column(comment="of the settlement; what an approver approves")
    created_at: Mapped[datetime]


class Approval(Base):
    """A second person at the payer has approved its drafts of a period, by their digests."""

    __tablename__ = "approval"
    __table_args__ = (UniqueConstraint("period_id", "payer_id"),)

    id: Mapped[Id]
    period_id: Mapped[Ref] = mapped_column(ForeignKey("period.id"))
    payer_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"))
    digest: Mapped[Digest] = mapped_column(comment="of the sorted digests of all the payer's drafts")
    user_id: Mapped[Ref] = mapped_column(ForeignKey("user.id"))
    approved_at: Mapped[datetime]


class Statement(Base):
    """Settlement document: partnership x period x payer to payee x currency. Immutable."""

    __tablename__ = "statement"
    __table_args__ = (
        UniqueConstraint("period_id", "payer_id", "payee_id", "currency"),
        UniqueConstraint("legal_entity_id", "year", "ordinal"),
        Index("ix_statement_chain", "partnership_id", "payer_id", "payee_id", "currency"),
    )

    id: Mapped[Id]
    number: Mapped[Text40] = mapped_column(unique=True, comment="TEA-2026-0009")
    legal_entity_id: Mapped[Ref] = mapped_column(ForeignKey("legal_entity.id"), comment="issues it: the payer")
    year: Mapped[int]
    ordinal: Mapped[int] = mapped_column(comment="1, 2, 3 … without a gap, per legal entity and year")
    partnership_id: Mapped[Ref] = mapped_column(ForeignKey("partnership.id"))
    period_id: Mapped[Ref] = mapped_column(ForeignKey("period.id"))
    payer_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), index=True)
    payee_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), index=True)
    currency: Mapped[Currency]
    opening_minor: Mapped[Minor]
    earned_minor: Mapped[Minor]
    reversed_minor: Mapped[Minor] = mapped_column(comment="zero or positive; taken off")
    paid_minor: Mapped[Minor] = mapped_column(comment="payouts since the previous statement; taken off")
    closing_minor: Mapped[Minor] = mapped_column(comment="opening + earned - reversed - paid")
    document: Mapped[dict[str, Any]] = mapped_column(JSON, comment="see revenue.bundle")
    digest: Mapped[Digest] = mapped_column(unique=True)
    issued_at: Mapped[datetime]
    due_on: Mapped[date] = mapped_column(Date)


class NumberSeries(Base):
    """The next statement number of a legal entity in a year; locked while one is taken."""

    __tablename__ = "number_series"

    legal_entity_id: Mapped[Ref] = mapped_column(ForeignKey("legal_entity.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


class Earning(Base):
    """One row: evidence x party, in minor units; negative for the reversal by a refund.

    The merchant's own retained part is a row too (payee = payer), so that a refund reverses what everyone got.
    """

    __tablename__ = "earning"
    __table_args__ = (UniqueConstraint("evidence_id", "payee_id"), Index("ix_earning_period", "period_id", "payer_id"))

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    period_id: Mapped[Ref] = mapped_column(ForeignKey("period.id"))
    evidence_id: Mapped[int] = mapped_column(BigInt, ForeignKey("evidence.id"))
    conversion_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("evidence.id"), index=True, comment="the evidence itself, or what a refund refers to"
    )
    payer_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"))
    payee_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"))
    amount_minor: Mapped[Minor]


class Payout(Base):
    """Payment of a statement, made by the payer outside the platform and recorded here."""

    __tablename__ = "payout"
    __table_args__ = (CheckConstraint("amount_minor > 0", "positive"), UniqueConstraint("statement_id", "reference"))

    id: Mapped[Id]
    statement_id: Mapped[Ref] = mapped_column(ForeignKey("statement.id"), index=True)
    amount_minor: Mapped[Minor]
    paid_on: Mapped[date] = mapped_column(Date)
    reference: Mapped[Text120] = mapped_column(comment="of the bank")
    entry_seq: Mapped[int] = mapped_column(BigInteger, unique=True, comment="number of its journal entry")
    recorded_by: Mapped[Ref] = mapped_column(ForeignKey("user.id"))
    recorded_at: Mapped[datetime]


class StoredDocument(Base):
    """A rendered PDF in the file store: of what, in which language, and its digest."""

    __tablename__ = "stored_document"
    __table_args__ = (UniqueConstraint("subject_id", "language"),)

    id: Mapped[Id]
    subject_id: Mapped[Ref] = mapped_column(comment="statement or campaign")
    language: Mapped[str] = mapped_column(comment="en or zh")
    store_key: Mapped[Text120]
    digest: Mapped[Digest] = mapped_column(comment="SHA-256 of the bytes")
    rendered_at: Mapped[datetime]
