"""What may be shown of an overlap: nothing below the floor, a band while exploring, a rounded count once signed.

Pure and symmetric: both sides read the same. Every further figure (Jaccard, overlap coefficient, lift) is computed from
what is released, never from the exact numbers, so that nothing more can be solved from it.

If all but a few of the smaller list are shared, a count would tell its owner about nearly each member; then the
coarsest band ("over 40 %") is released instead of a count, which is true and says no more. So it is for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from partners.directory.relationship import OPEN_FOOTINGS

STEP = 10
"""Counts and sizes are rounded to this many members (specification D5)."""


class ReleaseKind(StrEnum):
    """In which form an overlap is shown."""

    HIDDEN = "hidden"
    BAND = "band"
    COUNT = "count"


class Band(StrEnum):
    """Share of the smaller list: from the lower bound to below the upper one, but 40 % itself is not over 40 %."""

    UNDER_1 = "under_1"
    FROM_1 = "from_1"
    FROM_5 = "from_5"
    FROM_10 = "from_10"
    FROM_20 = "from_20"
    OVER_40 = "over_40"


class SizeBand(StrEnum):
    """How large a list is, for those who may not see its size."""

    UNDER_1K = "under_1k"
    FROM_1K = "from_1k"
    FROM_10K = "from_10k"
    FROM_100K = "from_100k"
    OVER_1M = "over_1m"


@dataclass(frozen=True, slots=True)
class Released:
    """What both sides read of an overlap.

    ``band`` is given for a band, ``count`` (rounded) for a count, both None for what is hidden. ``size_a`` and
    ``size_b`` (rounded) stand beside a count only. ``floor`` is the number below which an overlap is hidden.
    """

    kind: ReleaseKind
    floor: int
    band: Band | None = None
    count: int | None = None
    size_a: int = 0
    size_b: int = 0

    @property
    def level(self) -> int:
        """How much it is, for shading: 0 hidden, 1 (under 1 % of the smaller list) to 6 (over 40 %)."""
        if self.kind is ReleaseKind.HIDDEN:
            return 0
        band = self.band or _band(self.count or 0, min(self.size_a, self.size_b))
        return list(Band).index(band) + 1

    @property
    def jaccard(self) -> Fraction | None:
        """Shared members out of those in either list, |A ∩ B| / |A ∪ B|; None unless a count is released."""
        if self.count is None:
            return None
        return Fraction(self.count, max(self.size_a + self.size_b - self.count, 1))

    @property
    def overlap_coefficient(self) -> Fraction | None:
        """Shared members out of the smaller list, |A ∩ B| / min(|A|, |B|); None unless a count is released."""
        return None if self.count is None else Fraction(self.count, max(min(self.size_a, self.size_b), 1))

    def lift(self, universe: int) -> Fraction | None:
        """Return how many times more is shared than by chance, |A ∩ B| · N / (|A| · |B|), among N people in all.

        None unless a count is released.
        """
        return None if self.count is None else Fraction(self.count * universe, max(self.size_a * self.size_b, 1))


def released(shared: int, size_a: int, size_b: int, floor: int, footing: str) -> Released:
    """Return what may be shown of an overlap.

    Args:
        shared, size_a, size_b: exact numbers of members.
        floor: members; the larger of both sides' floors.
        footing: of the partnership; "signed" releases counts, "exploring" bands, every other nothing.

    >>> released(1234, 5000, 20000, 50, "signed").count
    1230
    >>> released(1234, 5000, 20000, 50, "exploring").band
    <Band.FROM_20: 'from_20'>
    >>> released(49, 5000, 20000, 50, "signed").kind
    <ReleaseKind.HIDDEN: 'hidden'>
    """
    smaller = min(size_a, size_b)
    if shared < max(floor, 1) or footing not in OPEN_FOOTINGS:
        return Released(ReleaseKind.HIDDEN, floor)
    if smaller - shared < floor:
        return Released(ReleaseKind.BAND, floor, band=Band.OVER_40)
    if footing == "exploring":
        return Released(ReleaseKind.BAND, floor, band=_band(shared, smaller))
    sizes = (rounded(size_a), rounded(size_b))
    return Released(ReleaseKind.COUNT, floor, None, min(rounded(shared), *sizes), *sizes)


def rounded(members: int) -> int:
    """Return a number rounded to ten, halves up.

    >>> rounded(1234), rounded(1235)
    (1230, 1240)
    """
    return (members + STEP // 2) // STEP * STEP


def size_band(members: int) -> SizeBand:
    """Return the band of a list's size.

    >>> size_band(1_000)
    <SizeBand.FROM_1K: 'from_1k'>
    """
    bounds = (1_000, 10_000, 100_000, 1_000_000)
    return list(SizeBand)[sum(members >= bound for bound in bounds)]


def _band(shared: int, smaller: int) -> Band:
    hundredfold = 100 * shared
    if hundredfold > 40 * smaller:
        return Band.OVER_40
    return list(Band)[sum(hundredfold >= percent * smaller for percent in (1, 5, 10, 20))]
