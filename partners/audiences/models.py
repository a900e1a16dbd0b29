"""Tables of audiences and overlaps. No raw identifier has a column here."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from partners.database import Base, Digest, Id, Ref, Text120, one_of


class LawfulBasis(StrEnum):
    CONSENT = "consent"
    CONTRACT = "contract"
    LEGITIMATE_INTEREST = "legitimate_interest"


class Audience(Base):
    """One dated, immutable list of a community's members, as tokens in a file of the store."""

    __tablename__ = "audience"
    __table_args__ = (
        UniqueConstraint("community_id", "source_digest"),
        CheckConstraint("accepted > 0", "not_empty"),
    )

    id: Mapped[Id]
    community_id: Mapped[Ref] = mapped_column(ForeignKey("community.id"), index=True)
    partner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), index=True)
    as_of: Mapped[date] = mapped_column(Date)
    expires_on: Mapped[date] = mapped_column(Date)
    lawful_basis: Mapped[LawfulBasis] = mapped_column(one_of(LawfulBasis))
    purpose: Mapped[Text120]
    source_name: Mapped[Text120] = mapped_column(comment="name of the uploaded file")
    source_digest: Mapped[Digest] = mapped_column(
        comment="SHA-256 of the uploaded bytes; the same file is refused twice"
    )
    accepted: Mapped[int] = mapped_column(comment="distinct members")
    duplicates: Mapped[int]
    rejected: Mapped[int]
    reasons: Mapped[dict[str, int]] = mapped_column(JSON, comment="rejected rows by reason")
    token_key: Mapped[Text120] = mapped_column(comment="key of the token file in the store: sorted unsigned 64-bit")
    created_by: Mapped[Ref] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    tokens_deleted_at: Mapped[datetime | None] = mapped_column(comment="None while the token file is kept")


class Overlap(Base):
    """What two audiences of one partnership have in common. The exact count never leaves ``release``."""

    __tablename__ = "overlap"
    __table_args__ = (
        UniqueConstraint("partnership_id", "audience_a_id", "audience_b_id"),
        CheckConstraint("audience_a_id < audience_b_id", "ordered"),
        CheckConstraint("shared >= 0", "shared"),
    )

    id: Mapped[Id]
    partnership_id: Mapped[Ref] = mapped_column(ForeignKey("partnership.id"), index=True)
    audience_a_id: Mapped[Ref] = mapped_column(ForeignKey("audience.id"), index=True)
    audience_b_id: Mapped[Ref] = mapped_column(ForeignKey("audience.id"), index=True)
    shared: Mapped[int] = mapped_column(comment="exact count; shown only through release")
    computed_at: Mapped[datetime]
