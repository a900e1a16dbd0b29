"""Tables of evidence: append-only events that money is computed from, and the files they came in."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, CheckConstraint, Date, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from partners.database import Base, BigInt, Currency, Digest, Id, Minor, Ref, Text40, Text120, one_of


class EvidenceKind(StrEnum):
    CONVERSION = "conversion"
    REFUND = "refund"


CONVERSIONS, REFUNDS = "refers_to IS NULL", "refers_to IS NOT NULL"
"""What tells the kinds apart in an index: a condition without a parameter, so that both databases see that it holds."""


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Return an index of the rows that a condition selects; the others cost nothing when they are written."""
    return Index(name, *columns, unique=unique, postgresql_where=text(where), sqlite_where=text(where))


class Evidence(Base):
    """One conversion line or one refund of it, as the merchant reported it. Never updated, never deleted.

    ``seq`` counts 1, 2, 3 … within the partnership, given under a row lock at intake.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("partnership_id", "seq"),
        CheckConstraint("gross_minor >= 0 AND base_minor >= 0", "not_negative"),
        CheckConstraint("(kind = 'refund') = (refers_to IS NOT NULL)", "refund_refers"),
        Index("ix_evidence_campaign_occurred", "campaign_id", "occurred_at"),
        _partial("uq_evidence_line", "merchant_id", "order_id", "line_no", where=CONVERSIONS, unique=True),
        _partial("uq_evidence_refund", "merchant_id", "key", where=REFUNDS, unique=True),
        _partial("ix_evidence_customer_token", "customer_token", where="customer_token IS NOT NULL"),
        _partial("ix_evidence_refers_to", "refers_to", where=REFUNDS),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    partnership_id: Mapped[Ref] = mapped_column(ForeignKey("partnership.id"))
    seq: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[EvidenceKind] = mapped_column(one_of(EvidenceKind))
    key: Mapped[Text120] = mapped_column(comment="conversion: order/line; refund: refund:its id; once per merchant")
    merchant_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"))
    campaign_id: Mapped[Ref] = mapped_column(ForeignKey("campaign.id"))
    terms_id: Mapped[Ref] = mapped_column(ForeignKey("terms.id"), comment="in force when the sale occurred, for ever")
    refers_to: Mapped[int | None] = mapped_column(BigInt, ForeignKey("evidence.id"), comment="a refund's conversion")
    order_id: Mapped[Text40]
    line_no: Mapped[int]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    currency: Mapped[Currency]
    quantity: Mapped[int] = mapped_column(default=1)
    gross_minor: Mapped[Minor] = mapped_column(comment="paid incl. tax; for a refund, what was paid back")
    tax_minor: Mapped[Minor] = mapped_column(default=0)
    shipping_minor: Mapped[Minor] = mapped_column(default=0)
    payment_fee_minor: Mapped[Minor] = mapped_column(default=0)
    base_minor: Mapped[Minor] = mapped_column(
        comment="what the rule is applied to, after the terms' base; 0 for a refund"
    )
    product: Mapped[Text120] = mapped_column(default="")
    customer_token: Mapped[int | None] = mapped_column(
        BigInteger, comment="keyed pseudonym of the buyer at this merchant, 64 bits; None where not given"
    )
    is_new_customer: Mapped[bool] = mapped_column(
        default=False, comment="first line of this buyer at this merchant that is recorded here"
    )
    from_community_id: Mapped[Ref | None] = mapped_column(
        ForeignKey("community.id"), comment="community that sent the buyer; None where not referred"
    )
    digest: Mapped[Digest] = mapped_column(comment="of the canonical event as reported")


class ImportState(StrEnum):
    QUEUED = "queued"
    READING = "reading"
    DONE = "done"


class Import(Base):
    """One uploaded file of conversions or refunds, and how far it has been read."""

    __tablename__ = "import"
    __table_args__ = (UniqueConstraint("partner_id", "source_digest"),)

    id: Mapped[Id]
    partner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), index=True)
    source_name: Mapped[Text120]
    source_digest: Mapped[Digest]
    source_key: Mapped[Text120] = mapped_column(comment="key of its rows in the store, buyers keyed")
    kind: Mapped[EvidenceKind] = mapped_column(one_of(EvidenceKind), comment="told by the header row")
    state: Mapped[ImportState] = mapped_column(one_of(ImportState))
    rows_total: Mapped[int]
    rows_read: Mapped[int] = mapped_column(default=0, comment="check point: rows before it are settled")
    accepted: Mapped[int] = mapped_column(default=0)
    duplicates: Mapped[int] = mapped_column(default=0, comment="rows that were reported before, word for word")
    rejected: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[Ref] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    set_aside_at: Mapped[datetime | None] = mapped_column(comment="when a person had dealt with the rejected rows")
    source_deleted_at: Mapped[datetime | None] = mapped_column(comment="None while the file is kept")


class ImportFailure(Base):
    """One row of an uploaded file that was not taken: where, which column, why, and the row itself."""

    __tablename__ = "import_failure"
    __table_args__ = (UniqueConstraint("import_id", "row_no"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    import_id: Mapped[Ref] = mapped_column(ForeignKey("import.id"))
    row_no: Mapped[int] = mapped_column(comment="line of the file, the header is 1")
    column_name: Mapped[Text40]
    problem: Mapped[Text40] = mapped_column(comment="name of a class in referrals.problems")
    fields: Mapped[dict[str, str]] = mapped_column(JSON, comment="what its sentence is filled with")
    values: Mapped[list[str]] = mapped_column(JSON, comment="the row, to be mended and sent again; buyers keyed")


class CampaignDay(Base):
    """Sums of a campaign's evidence by merchant, local day and referring community.

    Written in the transaction of the evidence, so it always equals what adding up the evidence gives. An order counts
    once, on the day and for the community of its first recorded line; a refund on its own day, for the community of
    its sale.
    """

    __tablename__ = "campaign_day"

    campaign_id: Mapped[Ref] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    merchant_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True, comment="in the partnership's time zone")
    community_id: Mapped[Ref] = mapped_column(primary_key=True, comment="that sent the buyer; empty where not referred")
    orders: Mapped[int]
    lines: Mapped[int]
    units: Mapped[int] = mapped_column(BigInteger)
    gross_minor: Mapped[Minor]
    base_minor: Mapped[Minor]
    new_customers: Mapped[int]
    refunds: Mapped[int]
    refunded_minor: Mapped[Minor]


SUMS = ("orders", "lines", "units", "gross_minor", "base_minor", "new_customers", "refunds", "refunded_minor")
"""Columns of CampaignDay that are sums."""
