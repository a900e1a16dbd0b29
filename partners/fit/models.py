"""Tables of brand fit: what each side rates, declares and weighs, before the score is computed from it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from partners.database import Base, Id, Ref, Text120, Text400, one_of


class Gate(StrEnum):
    """What must be clear before there is a score (domain specification F1); a payment default is computed."""

    COMPETITION = "competition"
    CATEGORY = "category"
    SANCTIONS = "sanctions"
    CRISIS = "crisis"


class FitRating(Base):
    """What one person rates the other brands of a partnership, 1 to 5. Hidden from other sides until all have rated."""

    __tablename__ = "fit_rating"
    __table_args__ = (
        UniqueConstraint("partnership_id", "round", "user_id"),
        CheckConstraint("brand_values BETWEEN 1 AND 5", "brand_values"),
        CheckConstraint("positioning BETWEEN 1 AND 5", "positioning"),
        CheckConstraint("tone BETWEEN 1 AND 5", "tone"),
    )

    id: Mapped[Id]
    partnership_id: Mapped[Ref] = mapped_column(ForeignKey("partnership.id"))
    round: Mapped[int] = mapped_column(comment="1, 2, 3 …; a new one begins where the sides wish to rate again")
    partner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), comment="the rater's side")
    user_id: Mapped[Ref] = mapped_column(ForeignKey("user.id"))
    brand_values: Mapped[int]
    positioning: Mapped[int]
    tone: Mapped[int]
    rated_at: Mapped[datetime]


class FitSegment(Base):
    """How many members one side has in one of the agreed segments."""

    __tablename__ = "fit_segment"
    __table_args__ = (CheckConstraint("members >= 0", "members"),)

    partnership_id: Mapped[Ref] = mapped_column(ForeignKey("partnership.id"), primary_key=True)
    partner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), primary_key=True)
    label: Mapped[Text120] = mapped_column(primary_key=True)
    members: Mapped[int]
    set_by: Mapped[Ref] = mapped_column(ForeignKey("user.id"))
    set_at: Mapped[datetime]


class FitGate(Base):
    """What one side declares of one gate: clear, or closed and why."""

    __tablename__ = "fit_gate"

    partnership_id: Mapped[Ref] = mapped_column(ForeignKey("partnership.id"), primary_key=True)
    partner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), primary_key=True)
    gate: Mapped[Gate] = mapped_column(one_of(Gate), primary_key=True)
    is_clear: Mapped[bool]
    why: Mapped[Text400] = mapped_column(default="")
    declared_by: Mapped[Ref] = mapped_column(ForeignKey("user.id"))
    declared_at: Mapped[datetime]


class FitWeights(Base):
    """How much each dimension counts, in percent; a change is a new version. Append-only."""

    __tablename__ = "fit_weights"
    __table_args__ = (
        CheckConstraint("brand_values >= 0 AND positioning >= 0 AND audience >= 0 AND tone >= 0", "not_negative"),
        CheckConstraint("brand_values + positioning + audience + tone = 100", "sum"),
    )

    partnership_id: Mapped[Ref] = mapped_column(ForeignKey("partnership.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, comment="1, 2, 3 …; version 0 are the defaults")
    brand_values: Mapped[int]
    positioning: Mapped[int]
    audience: Mapped[int]
    tone: Mapped[int]
    set_by: Mapped[Ref] = mapped_column(ForeignKey("user.id"))
    set_at: Mapped[datetime]
