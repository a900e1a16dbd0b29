"""The fit score: what two or more sides rate, share and weigh, as one number between 0 and 100. Pure and exact.

Nothing here is a float: means, scores and distances are fractions, so that whoever adds them up by hand gets the same
(domain specification F1). The score supports a decision; nothing in the platform accepts or refuses by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import combinations

from partners import money
from partners.errors import Invalid

LOWEST, HIGHEST = 1, 5
"""A rating, on the written rubric."""

RATERS = 2
"""Raters that each side needs before a round opens (domain specification F1)."""

LOW = 40
"""A dimension that scores less is flagged (domain specification F1)."""

WIDE = 3
"""Ratings of one dimension that lie so far apart are flagged (domain specification F1)."""

SMALLEST_SEGMENT = 100
"""Members. The share of a smaller segment would begin to speak of persons (domain specification D4)."""

FEWEST_SEGMENTS, MOST_SEGMENTS = 2, 8
MOST_MEMBERS = 2_000_000_000
"""What a column of 32 bits holds."""

WHOLE = 100


class WeightsOff(Invalid):
    """Weights are whole percents, none below 0, that add up to 100. These add up to {total}."""


class RatingOutOfRange(Invalid):
    """A rating is a whole number from {lowest} to {highest}."""


class SegmentsTooFew(Invalid):
    """Name at least {fewest} segments, and at most {most}."""


class SegmentTwice(Invalid):
    """The segment “{label}” is named twice."""


class SegmentTooSmall(Invalid):
    """“{label}” has fewer than {smallest} members. Put small segments together: a share must not speak of persons."""


class SegmentTooLarge(Invalid):
    """“{label}” has more members than can be counted here."""


class Dimension(StrEnum):
    """What is scored, in the order in which it is shown."""

    VALUES = "brand_values"
    POSITIONING = "positioning"
    AUDIENCE = "audience"
    TONE = "tone"


RATED = (Dimension.VALUES, Dimension.POSITIONING, Dimension.TONE)
"""Dimensions that people rate; the audience comes from data."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each dimension counts, in whole percent."""

    brand_values: int
    positioning: int
    audience: int
    tone: int

    def of(self, dimension: Dimension) -> int:
        """Return the weight of one dimension."""
        return int(getattr(self, dimension.value))


DEFAULT_WEIGHTS = Weights(30, 25, 25, 20)
"""Version 0 (domain specification F1)."""


@dataclass(frozen=True, slots=True)
class Rated:
    """What the ratings of one dimension say together. ``spread`` is the largest less the smallest."""

    mean: Fraction
    score: Fraction
    spread: int
    agreement: Fraction

    @property
    def is_wide(self) -> bool:
        """Whether the raters are so far apart that they should talk before anybody reads the mean."""
        return self.spread >= WIDE


@dataclass(frozen=True, slots=True)
class Part:
    """One dimension within a score. ``weight`` in percent; ``points`` are what it adds to the score."""

    dimension: Dimension
    score: Fraction
    weight: int
    points: Fraction

    @property
    def is_low(self) -> bool:
        """Whether the dimension is flagged, whatever the score is."""
        return self.score < LOW


@dataclass(frozen=True, slots=True)
class Score:
    """A fit score, 0 to 100, the parts that add up to it, and what it would be if each dimension counted alike."""

    total: Fraction
    equal: Fraction
    parts: tuple[Part, ...]


def rated(ratings: Sequence[int]) -> Rated:
    """Return what the ratings of one dimension say, over the raters of all sides.

    Score: (mean − 1) ÷ 4 · 100. Agreement: 1 less the mean absolute difference of all pairs of raters ÷ 4, so 1 where
    all rate alike; two raters who rate 1 and 5 agree 0. A rater alone agrees 1.

    >>> found = rated([4, 5, 3, 4])
    >>> found.score, found.spread, found.agreement
    (Fraction(75, 1), 2, Fraction(3, 4))
    """
    mean = Fraction(sum(ratings), len(ratings))
    apart = [abs(one - other) for one, other in combinations(ratings, 2)]
    mean_apart = Fraction(sum(apart), len(apart)) if apart else Fraction(0)
    width = HIGHEST - LOWEST
    return Rated(mean, (mean - LOWEST) / width * WHOLE, max(ratings) - min(ratings), 1 - mean_apart / width)


def shares(members: Sequence[int]) -> tuple[int, ...]:
    """Return the shares of segments in whole percent, which add up to 100 (largest remainder).

    >>> shares([1000, 1000, 1000])
    (34, 33, 33)
    """
    return tuple(money.allocate(WHOLE, members))


def distance(one: Sequence[int], other: Sequence[int]) -> Fraction:
    """Return the total variation of two lists of shares in percent: half the sum of their differences, 0 to 1.

    >>> distance([20, 50, 30], [30, 40, 30])
    Fraction(1, 10)
    """
    return Fraction(sum(abs(p - q) for p, q in zip(one, other, strict=True)), 2 * WHOLE)


def audience(sides: Sequence[Sequence[int]]) -> Fraction:
    """Return the score of the audience: 100 · (1 − TV), with TV the mean over all pairs of sides.

    Args:
        sides: for each side, its shares in percent of the same segments in the same order.
    """
    apart = [distance(one, other) for one, other in combinations(sides, 2)]
    return WHOLE * (1 - sum(apart, Fraction(0)) / len(apart))


def fit(scores: Mapping[Dimension, Fraction], weights: Weights = DEFAULT_WEIGHTS) -> Score:
    """Return the score of all four dimensions; gates are the caller's to ask first."""
    parts = tuple(
        Part(dimension, scores[dimension], weights.of(dimension), scores[dimension] * weights.of(dimension) / WHOLE)
        for dimension in Dimension
    )
    equal = sum((part.score for part in parts), Fraction(0)) / len(parts)
    return Score(sum((part.points for part in parts), Fraction(0)), equal, parts)


def checked_weights(weights: Weights) -> Weights:
    """Return weights that can be used, unchanged, or raise WeightsOff."""
    each = [weights.of(dimension) for dimension in Dimension]
    if min(each) < 0 or sum(each) != WHOLE:
        raise WeightsOff(total=sum(each))
    return weights


def checked_ratings(ratings: Mapping[Dimension, int]) -> Mapping[Dimension, int]:
    """Return a rating of each rated dimension, unchanged, or raise RatingOutOfRange."""
    if not all(LOWEST <= ratings.get(dimension, 0) <= HIGHEST for dimension in RATED):
        raise RatingOutOfRange(lowest=LOWEST, highest=HIGHEST)
    return ratings


def checked_segments(segments: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Return members by label, labels trimmed, or raise what is wrong with them."""
    found: dict[str, int] = {}
    for label, members in ((" ".join(label.split()), members) for label, members in segments):
        if label.casefold() in (other.casefold() for other in found):
            raise SegmentTwice(label=label)
        if members < SMALLEST_SEGMENT:
            raise SegmentTooSmall(label=label, smallest=SMALLEST_SEGMENT)
        if members > MOST_MEMBERS:
            raise SegmentTooLarge(label=label)
        found[label] = members
    if not FEWEST_SEGMENTS <= len(found) <= MOST_SEGMENTS:
        raise SegmentsTooFew(fewest=FEWEST_SEGMENTS, most=MOST_SEGMENTS)
    return found
