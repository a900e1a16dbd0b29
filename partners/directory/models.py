"""Tables of the directory: who is on the platform, with whom, and who may act for whom."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partners.database import Base, Currency, Digest, Id, Ref, Text40, Text120, Text400, one_of


class PartnerType(StrEnum):
    BRAND = "brand"
    CREATOR = "creator"
    IP_OWNER = "ip_owner"
    PLATFORM = "platform"
    AGENCY = "agency"
    NONPROFIT = "nonprofit"


class Role(StrEnum):
    MANAGER = "manager"
    VIEWER = "viewer"
    FINANCE = "finance"
    ADMIN = "admin"


class PartnershipStage(StrEnum):
    """How far a partnership has come; decides what each side sees of the other."""

    INVITED = "invited"
    EXPLORING = "exploring"
    SIGNED = "signed"
    ENDED = "ended"


class Partner(Base):
    """A brand on the platform: the tenant."""

    __tablename__ = "partner"

    id: Mapped[Id]
    code: Mapped[Text40] = mapped_column(unique=True, comment="short name in files, lower case")
    name: Mapped[Text120]
    name_zh: Mapped[Text120] = mapped_column(default="", comment="empty where the brand has no Chinese name")
    partner_type: Mapped[PartnerType] = mapped_column(one_of(PartnerType))
    industry: Mapped[Text40]
    region: Mapped[Text40] = mapped_column(comment="ISO 3166 country of the head office")
    about: Mapped[Text400] = mapped_column(default="")
    created_at: Mapped[datetime]


class LegalEntity(Base):
    """The company that signs, invoices and is paid; a partner has one or more."""

    __tablename__ = "legal_entity"

    id: Mapped[Id]
    partner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), index=True)
    code: Mapped[Text40] = mapped_column(unique=True, comment="series of its statement numbers, upper case")
    name: Mapped[Text120]
    name_zh: Mapped[Text120] = mapped_column(default="")
    address: Mapped[Text400]
    country: Mapped[str] = mapped_column(comment="ISO 3166, two letters")
    registration_number: Mapped[Text40] = mapped_column(default="")
    tax_number: Mapped[Text40] = mapped_column(default="")
    currency: Mapped[Currency]


class User(Base):
    """A person who signs in."""

    __tablename__ = "user"

    id: Mapped[Id]
    email: Mapped[Text120] = mapped_column(unique=True, comment="lower case")
    name: Mapped[Text120]
    password_digest: Mapped[str] = mapped_column(comment="argon2id")
    locale: Mapped[str] = mapped_column(default="en", comment="en or zh")
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class Seat(Base):
    """A user's place at a partner, with one role; a user may have several."""

    __tablename__ = "seat"
    __table_args__ = (UniqueConstraint("user_id", "partner_id", "role"),)

    id: Mapped[Id]
    user_id: Mapped[Ref] = mapped_column(ForeignKey("user.id"), index=True)
    partner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), index=True)
    role: Mapped[Role] = mapped_column(one_of(Role))
    created_at: Mapped[datetime]
    user: Mapped[User] = relationship(lazy="raise")
    partner: Mapped[Partner] = relationship(lazy="raise")


class SignInGuard(Base):
    """How often signing in failed lately, for one e-mail address or one network address."""

    __tablename__ = "sign_in_guard"

    key: Mapped[Digest] = mapped_column(primary_key=True, comment="SHA-256, so that no address is kept")
    failures: Mapped[int]
    since: Mapped[datetime] = mapped_column(comment="first failure of the window that is counted")


class Partnership(Base):
    """A relation that every partner in it has accepted: 2..n partners."""

    __tablename__ = "partnership"

    id: Mapped[Id]
    name: Mapped[Text120]
    stage: Mapped[PartnershipStage] = mapped_column(one_of(PartnershipStage))
    timezone: Mapped[Text40] = mapped_column(comment="IANA name; its accounting months begin at midnight there")
    last_seq: Mapped[int] = mapped_column(default=0, comment="number of its newest evidence")
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(comment="None until a side declines or ends it")
    ended_by: Mapped[Ref | None] = mapped_column(ForeignKey("partner.id"), comment="the side that did")
    partners: Mapped[list[PartnershipPartner]] = relationship(lazy="raise")


class PartnershipPartner(Base):
    """One partner in one partnership: invited, then accepted; and the settings of its side."""

    __tablename__ = "partnership_partner"

    partnership_id: Mapped[Ref] = mapped_column(ForeignKey("partnership.id"), primary_key=True)
    partner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), primary_key=True, index=True)
    accepted_at: Mapped[datetime | None] = mapped_column(comment="None while the invitation is open")
    accepted_by: Mapped[Ref | None] = mapped_column(ForeignKey("user.id"))
    floor: Mapped[int] = mapped_column(
        default=50, comment="members; no smaller overlap is shown; the larger floor counts"
    )
    partner: Mapped[Partner] = relationship(lazy="raise")
