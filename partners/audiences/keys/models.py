"""Tables of keys. Nothing in them opens a token: private halves stay at the brands."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from partners.database import Base, Id, Ref


class BrandKey(Base):
    """The public half of a brand's key pair (X25519). A brand has one at a time; an older one is retired."""

    __tablename__ = "brand_key"

    id: Mapped[Id]
    partner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), index=True)
    public_key: Mapped[str] = mapped_column(String(64), comment="32 bytes in hex")
    made_by: Mapped[Ref] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[datetime]
    retired_at: Mapped[datetime | None] = mapped_column(comment="None while copies are sealed to it")


class PartnershipKey(Base):
    """That a key for the tokens of one partnership was made, by whom, and its name; never the key itself."""

    __tablename__ = "partnership_key"
    __table_args__ = (UniqueConstraint("partnership_id", "name"),)

    id: Mapped[Id]
    partnership_id: Mapped[Ref] = mapped_column(ForeignKey("partnership.id"), index=True)
    name: Mapped[str] = mapped_column(String(12), comment="first 12 hex digits of its fingerprint")
    partner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), comment="the brand where it was made")
    made_by: Mapped[Ref] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(comment="None while new lists are keyed with it")


class SealedKey(Base):
    """One brand's copy of a partnership's key, sealed to its public key (libsodium sealed box)."""

    __tablename__ = "sealed_key"

    partnership_key_id: Mapped[Ref] = mapped_column(ForeignKey("partnership_key.id"), primary_key=True)
    partner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), primary_key=True, index=True)
    brand_key_id: Mapped[Ref] = mapped_column(ForeignKey("brand_key.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
