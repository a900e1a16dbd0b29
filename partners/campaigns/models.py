"""Tables of agreements, terms, signatures, campaigns and goals."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Date, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from partners.campaigns.lifecycle import Stage as Stage
from partners.campaigns.proposal import CampaignType as CampaignType
from partners.campaigns.proposal import GoalKpi as GoalKpi
from partners.database import Base, Currency, Digest, Id, Ref, Text40, Text120, Text400, one_of


class Agreement(Base):
    """A contract between the parties of a partnership; what it says stands in its terms."""

    __tablename__ = "agreement"

    id: Mapped[Id]
    partnership_id: Mapped[Ref] = mapped_column(ForeignKey("partnership.id"), index=True)
    number: Mapped[Text40] = mapped_column(unique=True, comment="AGR-2026-0001")
    currency: Mapped[Currency] = mapped_column(comment="settlement currency, the same in every version")
    terms_in_force_id: Mapped[Ref | None] = mapped_column(comment="newest version that every party has signed")
    created_at: Mapped[datetime]


class Party(Base):
    """A partner in its part within an agreement."""

    __tablename__ = "party"

    agreement_id: Mapped[Ref] = mapped_column(ForeignKey("agreement.id"), primary_key=True)
    partner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), primary_key=True, index=True)
    legal_entity_id: Mapped[Ref] = mapped_column(ForeignKey("legal_entity.id"))
    position: Mapped[int] = mapped_column(comment="0, 1, 2 …: order in the split, breaks ties of rounding")
    is_merchant: Mapped[bool] = mapped_column(comment="sells and owes; every party may earn")


class Terms(Base):
    """One immutable version of an agreement, as the canonical document that is signed."""

    __tablename__ = "terms"
    __table_args__ = (UniqueConstraint("agreement_id", "version"),)

    id: Mapped[Id]
    agreement_id: Mapped[Ref] = mapped_column(ForeignKey("agreement.id"), index=True)
    version: Mapped[int]
    document: Mapped[dict[str, Any]] = mapped_column(JSON, comment="see campaigns.terms")
    digest: Mapped[Digest] = mapped_column(unique=True)
    author_id: Mapped[Ref] = mapped_column(ForeignKey("user.id"))
    author_partner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"))
    created_at: Mapped[datetime]


class Signature(Base):
    """A party's assent to the digest of one version of terms."""

    __tablename__ = "signature"
    __table_args__ = (UniqueConstraint("terms_id", "partner_id"),)

    id: Mapped[Id]
    terms_id: Mapped[Ref] = mapped_column(ForeignKey("terms.id"))
    partner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"))
    user_id: Mapped[Ref] = mapped_column(ForeignKey("user.id"))
    digest: Mapped[Digest]
    signed_at: Mapped[datetime]


class Campaign(Base):
    """A joint activity under one agreement, with goals."""

    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", "dates"),
        CheckConstraint("agreement_id IS NOT NULL OR stage IN ('idea', 'exploring', 'cancelled')", "agreement"),
    )

    id: Mapped[Id]
    code: Mapped[Text40] = mapped_column(unique=True, comment="short name in files, lower case")
    partnership_id: Mapped[Ref] = mapped_column(ForeignKey("partnership.id"), index=True)
    agreement_id: Mapped[Ref | None] = mapped_column(
        ForeignKey("agreement.id"), index=True, comment="None until terms are proposed"
    )
    proposer_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"))
    name: Mapped[Text120]
    campaign_type: Mapped[CampaignType] = mapped_column(one_of(CampaignType))
    objective: Mapped[Text400]
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date, comment="last day, inclusive, in the partnership's time zone")
    stage: Mapped[Stage] = mapped_column(one_of(Stage), index=True)
    lessons: Mapped[Text400] = mapped_column(default="", comment="written at the review")
    created_at: Mapped[datetime]


class CampaignCommunity(Base):
    """A community that takes part in a campaign."""

    __tablename__ = "campaign_community"

    campaign_id: Mapped[Ref] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    community_id: Mapped[Ref] = mapped_column(ForeignKey("community.id"), primary_key=True, index=True)


class Goal(Base):
    """A target of a campaign: what is counted, from where, to how much, until when, by whom."""

    __tablename__ = "goal"
    __table_args__ = (
        UniqueConstraint("campaign_id", "kpi"),
        CheckConstraint("target > baseline AND baseline >= 0", "target"),
    )

    id: Mapped[Id]
    campaign_id: Mapped[Ref] = mapped_column(ForeignKey("campaign.id"), index=True)
    kpi: Mapped[GoalKpi] = mapped_column(one_of(GoalKpi))
    baseline: Mapped[int] = mapped_column(BigInteger, comment="minor units for revenue, else a count")
    target: Mapped[int] = mapped_column(BigInteger, comment="minor units for revenue, else a count")
    due_on: Mapped[date] = mapped_column(Date)
    owner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"))


class StageMove(Base):
    """One step of a campaign from stage to stage: who, when, why."""

    __tablename__ = "stage_move"

    id: Mapped[Id]
    campaign_id: Mapped[Ref] = mapped_column(ForeignKey("campaign.id"), index=True)
    from_stage: Mapped[Stage] = mapped_column(one_of(Stage, "from_stage"))
    to_stage: Mapped[Stage] = mapped_column(one_of(Stage, "to_stage"))
    reason: Mapped[Text400] = mapped_column(default="")
    user_id: Mapped[Ref] = mapped_column(ForeignKey("user.id"))
    partner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"))
    at: Mapped[datetime]
