"""Tables of the directory: who is on the platform, and with whom. Who may act for whom: ``accounts``."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partners.database import Base, Currency, Id, Ref, Text40, Text120, Text400, one_of
from partners.directory.relationship import Footing as Footing
from partners.directory.relationship import PartnershipStage as PartnershipStage


class PartnerType(StrEnum):
    BRAND = "brand"
    CREATOR = "creator"
    IP_OWNER = "ip_owner"
    PLATFORM = "platform"
    AGENCY = "agency"
    NONPROFIT = "nonprofit"
    ACADEMIC = "academic"
    GOVERNMENT = "government"


class Standing(StrEnum):
    """What a partner is to the platform; says what its seats may still do (``policy``)."""

    PENDING = "pending"
    APPROVED = "approved"
    SUSPENDED = "suspended"
    LEFT = "left"


class BankState(StrEnum):
    """What was decided of a bank account; which approved one is used at a moment, ``bank_queries`` computes."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


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
    standing: Mapped[Standing] = mapped_column(one_of(Standing), default=Standing.APPROVED)
    standing_why: Mapped[Text400] = mapped_column(default="", comment="what the operator or the brand said")
    standing_at: Mapped[datetime | None] = mapped_column(comment="None while it stands as it was made")
    is_operator: Mapped[bool] = mapped_column(default=False, comment="runs the platform; no brand, in no list")
    requires_second_factor: Mapped[bool] = mapped_column(default=False, comment="of every seat at it")
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


class BankAccount(Base):
    """Where a legal entity is paid. Never changed: another one is proposed, approved by a second person, and waits."""

    __tablename__ = "bank_account"

    id: Mapped[Id]
    partner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), index=True)
    legal_entity_id: Mapped[Ref] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    holder: Mapped[Text120]
    number_sealed: Mapped[bytes] = mapped_column(comment="IBAN or account number, sealed (partners.seal)")
    number_end: Mapped[str] = mapped_column(String(4), comment="its last four characters, all that is ever shown")
    bank_code: Mapped[Text40] = mapped_column(default="", comment="BIC, or the bank's code in its country")
    bank_name: Mapped[Text120] = mapped_column(default="")
    currency: Mapped[Currency]
    state: Mapped[BankState] = mapped_column(one_of(BankState), default=BankState.PROPOSED)
    proposed_by: Mapped[Ref] = mapped_column(ForeignKey("user.id"))
    proposed_at: Mapped[datetime]
    settled_by: Mapped[Ref | None] = mapped_column(ForeignKey("user.id"), comment="who approved or refused")
    settled_at: Mapped[datetime | None]
    usable_from: Mapped[datetime | None] = mapped_column(comment="three days after its approval")


class Retention(Base):
    """For how many days a partner keeps what may be deleted; a partner without a row keeps the defaults."""

    __tablename__ = "retention"

    partner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), primary_key=True)
    audience_days: Mapped[int] = mapped_column(comment="tokens of an audience, after it has expired")
    upload_days: Mapped[int] = mapped_column(comment="uploaded files, after they were read")
    sign_in_days: Mapped[int] = mapped_column(comment="records of sign-ins, after they have ended")


class Partnership(Base):
    """A relation that every partner in it has accepted: 2..n partners."""

    __tablename__ = "partnership"

    id: Mapped[Id]
    name: Mapped[Text120]
    footing: Mapped[Footing] = mapped_column(one_of(Footing))
    stage: Mapped[PartnershipStage] = mapped_column(
        one_of(PartnershipStage, "stage"), default=PartnershipStage.AWARENESS, comment="moved by its sides"
    )
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
    rounding: Mapped[int] = mapped_column(default=10, comment="members; counts are rounded to the larger side's")
    epsilon_milli: Mapped[int] = mapped_column(
        default=250, comment="thousandths of privacy loss a count may cost; the smaller side's makes the noise"
    )
    budget_milli: Mapped[int] = mapped_column(
        default=2000, comment="thousandths a year and ordered pair of communities; the smaller side's counts"
    )
    arrangement: Mapped[Text120] = mapped_column(
        default="", comment="document by which its lists may be compared across borders; empty: none"
    )
    arrangement_at: Mapped[datetime | None] = mapped_column(comment="when that was recorded")
    partner: Mapped[Partner] = relationship(lazy="raise")


class PartnershipMove(Base):
    """One move of a partnership from stage to stage: who, for which side, when and why. Append-only."""

    __tablename__ = "partnership_move"

    id: Mapped[Id]
    partnership_id: Mapped[Ref] = mapped_column(ForeignKey("partnership.id"), index=True)
    from_stage: Mapped[PartnershipStage] = mapped_column(one_of(PartnershipStage, "from_stage"))
    to_stage: Mapped[PartnershipStage] = mapped_column(one_of(PartnershipStage, "to_stage"))
    partner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), comment="the side that moved it")
    user_id: Mapped[Ref] = mapped_column(ForeignKey("user.id"))
    why: Mapped[Text400] = mapped_column(default="", comment="empty where signing or accepting moved it")
    at: Mapped[datetime]
