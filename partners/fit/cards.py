"""What the queries of brand fit return: frozen values of primitives. Scores and shares are exact fractions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from partners.directory.cards import PartnerName
from partners.fit.score import Rated, Score, Weights


class GateState(StrEnum):
    """Where a gate stands: for one side what it declares, for all sides the strictest of them."""

    CLEAR = "clear"
    UNDECLARED = "undeclared"
    CLOSED = "closed"


class Missing(StrEnum):
    """Why there is no score, in the order in which it is said."""

    GATE_CLOSED = "gate_closed"
    GATE_UNDECLARED = "gate_undeclared"
    RATINGS = "ratings"
    SEGMENTS = "segments"


@dataclass(frozen=True, slots=True)
class OwnRating:
    """What the actor has rated in the round that is not open yet."""

    brand_values: int
    positioning: int
    tone: int
    rated_at: datetime


@dataclass(frozen=True, slots=True)
class SideRatings:
    """The ratings of one dimension by one side, smallest first: whose is whose is not said."""

    partner: PartnerName
    ratings: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RatedDimension:
    """One rated dimension of an open round."""

    dimension: str
    sides: tuple[SideRatings, ...]
    found: Rated


@dataclass(frozen=True, slots=True)
class Round:
    """An open round of ratings; it no longer changes. ``opened_at`` is when the last rating it needed came."""

    number: int
    opened_at: datetime
    dimensions: tuple[RatedDimension, ...]


@dataclass(frozen=True, slots=True)
class RatingState:
    """The round that is being rated: nothing of other sides but whether they have rated.

    ``number`` is the round that a rating now counts for: the next one where the newest is open.
    ``own`` is None unless the actor has rated in it; ``own_raters`` counts people of the actor's side.
    """

    number: int
    has_begun: bool
    own: OwnRating | None
    own_raters: int
    waits_for: tuple[PartnerName, ...]


@dataclass(frozen=True, slots=True)
class SegmentSide:
    """One side's audience. ``shares`` in percent, None until all sides have given theirs; ``members`` own side only."""

    partner: PartnerName
    is_own: bool
    has_given: bool
    shares: tuple[int, ...] | None
    members: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Segments:
    """The agreed segments. ``score`` is None until every side has given its numbers for the same labels."""

    labels: tuple[str, ...]
    sides: tuple[SegmentSide, ...]
    score: Fraction | None


@dataclass(frozen=True, slots=True)
class Declaration:
    """What one side declares of a gate. ``at`` is None where it has declared nothing."""

    partner: PartnerName
    is_own: bool
    state: str
    why: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class GateCard:
    """One gate and what each side declares of it."""

    gate: str
    state: str
    declarations: tuple[Declaration, ...]


@dataclass(frozen=True, slots=True)
class PaymentGate:
    """Whether a payment between the sides is in default; ``own`` are the (id, number) that concern the actor."""

    state: str
    own: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class WeightsCard:
    """One version of the weights. Version 0 are the defaults: nobody set them, so ``by`` is empty and ``at`` None."""

    version: int
    weights: Weights
    by: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class FitPage:
    """All that a partnership knows of its fit, as one of its sides sees it.

    ``score`` is None while anything is ``missing``; ``round`` is the newest open one, None before the first.
    ``older`` are the open rounds before it and ``versions`` all weights, both newest first. ``may_rate`` and
    ``may_run`` (segments, gates, weights) say what the actor may do while the partnership goes on.
    """

    partnership_id: str
    name: str
    footing: str
    may_rate: bool
    may_run: bool
    score: Score | None
    missing: tuple[str, ...]
    state: RatingState
    round: Round | None
    older: tuple[Round, ...]
    segments: Segments
    gates: tuple[GateCard, ...]
    payment: PaymentGate
    versions: tuple[WeightsCard, ...]

    @property
    def weights(self) -> WeightsCard:
        """The version that counts."""
        return self.versions[0]
