"""What may be shown of an overlap: nothing below the floor, a band while exploring, a rounded count once signed.

Pure and symmetric: both sides read the same. It decides on counts that have noise already: a bare threshold tells
whoever pads a list with invented members whether one more is in the other's (domain specification D4). Every further
figure (Jaccard, overlap coefficient, lift, unique reach) is computed from what is released, never from anything more
exact, so that nothing more can be solved from it.

If all but a few of the smaller list are shared, a count would tell its owner about nearly each member; then the
coarsest band ("over 40 %") is released instead of a count, which is true and says no more. So it is for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from partners.audiences.release.noise import laplace_sd
from partners.directory.relationship import OPEN_FOOTINGS

STEP = 10
"""Counts and sizes are rounded to this many members unless a side wants more (specification D5)."""

LEAST_LIST = 1_000
"""Members that each list must have (specification D4, 1)."""

SEGMENT_FLOOR = 100
"""Members that a cell between segments must have, both in the overlap and outside of it (specification D4, 1)."""

STEADY_SDS = 2
"""Standard deviations of the noise by which a count must leave its band before it changes (specification D4, 6)."""


class ReleaseKind(StrEnum):
    """In which form an overlap is shown."""

    HIDDEN = "hidden"
    BAND = "band"
    COUNT = "count"
    TAKEN_BACK = "taken_back"


class Band(StrEnum):
    """Share of the smaller list: from the lower bound to below the upper one, but 40 % itself is not over 40 %."""

    UNDER_1 = "under_1"
    FROM_1 = "from_1"
    FROM_5 = "from_5"
    FROM_10 = "from_10"
    FROM_20 = "from_20"
    OVER_40 = "over_40"


_BOUNDS = (1, 5, 10, 20, 40)
"""Percent of the smaller list at which one band ends and the next begins."""


class SizeBand(StrEnum):
    """How large a list is, for those who may not see its size."""

    UNDER_1K = "under_1k"
    FROM_1K = "from_1k"
    FROM_10K = "from_10k"
    FROM_100K = "from_100k"
    OVER_1M = "over_1m"


@dataclass(frozen=True, slots=True)
class ReleaseSettings:
    """What the sides of a partnership ask for; see ``stricter``.

    ``floor`` and ``rounding`` in members; ``epsilon_milli`` and ``budget_milli`` in thousandths of privacy loss, for
    one count and for a year.
    """

    floor: int = 50
    rounding: int = STEP
    epsilon_milli: int = 250
    budget_milli: int = 2_000


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
    def is_shown(self) -> bool:
        """Whether it says how much is shared."""
        return self.kind in (ReleaseKind.BAND, ReleaseKind.COUNT)

    @property
    def is_taken_back(self) -> bool:
        """Whether there was a result, and one of its lists was taken back."""
        return self.kind is ReleaseKind.TAKEN_BACK

    @property
    def level(self) -> int:
        """How much it is, for shading: 0 nothing shown, 1 (under 1 % of the smaller list) to 6 (over 40 %)."""
        if not self.is_shown:
            return 0
        band = self.band or band_of(self.count or 0, min(self.size_a, self.size_b))
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

    @property
    def unique_a(self) -> int | None:
        """Members that only the first list reaches, |A \\ B|; None unless a count is released."""
        return None if self.count is None else self.size_a - self.count

    @property
    def unique_b(self) -> int | None:
        """Members that only the second list reaches, |B \\ A|; None unless a count is released."""
        return None if self.count is None else self.size_b - self.count

    def lift(self, universe: int) -> Fraction | None:
        """Return how many times more is shared than by chance, |A ∩ B| · N / (|A| · |B|), among N people in all.

        None unless a count is released.
        """
        return None if self.count is None else Fraction(self.count * universe, max(self.size_a * self.size_b, 1))

    def turned(self) -> Released:
        """Return the same with both lists in the other order."""
        return replace(self, size_a=self.size_b, size_b=self.size_a)


def stricter(sides: Iterable[ReleaseSettings]) -> ReleaseSettings:
    """Return what counts for all sides: of each setting the one that shows less.

    >>> stricter([ReleaseSettings(floor=50, rounding=100), ReleaseSettings(floor=80, epsilon_milli=100)])
    ReleaseSettings(floor=80, rounding=100, epsilon_milli=100, budget_milli=2000)
    """
    each = list(sides)
    return ReleaseSettings(
        max(one.floor for one in each), max(one.rounding for one in each), min(one.epsilon_milli for one in each),
        min(one.budget_milli for one in each),
    )  # fmt: skip


def released(
    noisy: int | None, size_a: int, size_b: int, settings: ReleaseSettings, footing: str, band: Band | None = None
) -> Released:
    """Return what may be shown of an overlap.

    Args:
        noisy: the count with noise, which may be negative; None where it was taken back.
        size_a, size_b: members of the lists that were compared.
        footing: of the partnership; "signed" releases counts, "exploring" bands, every other nothing.
        band: the one that was decided with ``steady_band``; None: the one in which the count lies.

    >>> released(1234, 5000, 20000, ReleaseSettings(), "signed").count
    1230
    >>> released(1234, 5000, 20000, ReleaseSettings(), "exploring").band
    <Band.FROM_20: 'from_20'>
    >>> released(49, 5000, 20000, ReleaseSettings(), "signed").kind
    <ReleaseKind.HIDDEN: 'hidden'>
    """
    floor, smaller = settings.floor, min(size_a, size_b)
    if footing not in OPEN_FOOTINGS:
        return Released(ReleaseKind.HIDDEN, floor)
    if noisy is None:
        return Released(ReleaseKind.TAKEN_BACK, floor)
    if noisy < max(floor, 1) or smaller < LEAST_LIST:
        return Released(ReleaseKind.HIDDEN, floor)
    if smaller - noisy < floor:
        return Released(ReleaseKind.BAND, floor, band=Band.OVER_40)
    if footing == "exploring":
        return Released(ReleaseKind.BAND, floor, band=band or band_of(noisy, smaller))
    return _count(noisy, size_a, size_b, floor, settings.rounding)


def released_cell(noisy: int | None, size_a: int, size_b: int, settings: ReleaseSettings, footing: str) -> Released:
    """Return what may be shown of two segments: a count once signed, and only where it is large on every side.

    The floor holds for the members that are shared and for those of either segment that are not.
    """
    floor = max(settings.floor, SEGMENT_FLOOR)
    if footing != "signed":
        return Released(ReleaseKind.HIDDEN, floor)
    if noisy is None:
        return Released(ReleaseKind.TAKEN_BACK, floor)
    if min(noisy, size_a - noisy, size_b - noisy) < floor:
        return Released(ReleaseKind.HIDDEN, floor)
    return _count(noisy, size_a, size_b, floor, settings.rounding)


def hide_too(
    cells: Mapping[tuple[str, str], Released], hidden: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], Released]:
    """Return a table of segments with further cells hidden, from which a hidden one could be solved."""
    too = set(hidden)
    return {
        cell: Released(ReleaseKind.HIDDEN, shown.floor) if cell in too else shown for cell, shown in cells.items()
    }  # fmt: skip


def steady_band(noisy: int, smaller: int, before: Band | None, epsilon_milli: int) -> Band:
    """Return the band to show: the one shown before unless the count left it by more than two standard deviations.

    Without that, noise alone would make a band near its boundary flicker, and each change would tell a little more.

    >>> steady_band(2_005, 10_000, Band.FROM_10, 250), steady_band(2_012, 10_000, Band.FROM_10, 250)
    (<Band.FROM_10: 'from_10'>, <Band.FROM_20: 'from_20'>)
    """
    if before is None:
        return band_of(noisy, smaller)
    place = list(Band).index(before)
    slack = STEADY_SDS * laplace_sd(epsilon_milli)
    lowest = Fraction(_BOUNDS[place - 1] * smaller, 100) - slack if place else None
    highest = Fraction(_BOUNDS[place] * smaller, 100) + slack if place < len(_BOUNDS) else None
    is_within = (lowest is None or noisy >= lowest) and (highest is None or noisy <= highest)
    return before if is_within else band_of(noisy, smaller)


def band_of(shared: int, smaller: int) -> Band:
    """Return the band in which a number of shared members lies.

    >>> band_of(400, 1_000), band_of(401, 1_000)
    (<Band.FROM_20: 'from_20'>, <Band.OVER_40: 'over_40'>)
    """
    hundredfold = 100 * shared
    if hundredfold > _BOUNDS[-1] * smaller:
        return Band.OVER_40
    return list(Band)[sum(hundredfold >= percent * smaller for percent in _BOUNDS[:-1])]


def rounded(members: int, step: int = STEP) -> int:
    """Return a number rounded to ten, or to another step; halves up.

    >>> rounded(1234), rounded(1235), rounded(1235, 100)
    (1230, 1240, 1200)
    """
    return (members + step // 2) // step * step


def size_band(members: int) -> SizeBand:
    """Return the band of a list's size.

    >>> size_band(1_000)
    <SizeBand.FROM_1K: 'from_1k'>
    """
    bounds = (1_000, 10_000, 100_000, 1_000_000)
    return list(SizeBand)[sum(members >= bound for bound in bounds)]


def _count(noisy: int, size_a: int, size_b: int, floor: int, step: int) -> Released:
    sizes = (rounded(size_a, step), rounded(size_b, step))
    return Released(ReleaseKind.COUNT, floor, None, min(rounded(noisy, step), *sizes), *sizes)
