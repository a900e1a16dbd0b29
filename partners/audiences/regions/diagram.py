"""What may be shown of how three to six lists divide: the regions of their diagram, and what follows from them.

Pure and symmetric. The region of number m holds the members that are in list i for every bit i of m, and in no other.
Counts come with noise. A region below the floor is hidden, and further ones where a hidden one could be worked out from
the sizes of the lists and from overlaps that are displayed elsewhere. Sums are added up from what is displayed: where a
part is hidden they say "at least".

Noise: one person who is added to a list leaves one region and enters another, so a single person changes the counts by
two in all. Each count therefore gets noise of half the ε that the question costs (Laplace mechanism for sensitivity 2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import combinations
from math import isqrt

from partners.audiences.release.noise import laplace_variance
from partners.audiences.release.release import ReleaseSettings, rounded
from partners.audiences.release.suppression import Line, hidden_too

LEAST_LISTS, MOST_LISTS = 3, 6
"""Two lists are a pair; seven would have 127 regions, most of them below any floor."""


class Standing(StrEnum):
    """How far a question about regions is."""

    WAITING = "regions_waiting"
    COUNTED = "regions_counted"
    TAKEN_BACK = "regions_taken_back"


@dataclass(frozen=True, slots=True)
class Region:
    """Members of exactly these lists. ``lists``: their positions. ``count`` is rounded; None where it is hidden."""

    number: int
    lists: tuple[int, ...]
    count: int | None


@dataclass(frozen=True, slots=True)
class Sum:
    """Members of several regions together; where not ``is_whole``, a part is hidden and there are at least so many."""

    count: int
    is_whole: bool


@dataclass(frozen=True, slots=True)
class ReleasedRegions:
    """What both sides read of a diagram. ``too``: how many regions are hidden only to protect others."""

    regions: tuple[Region, ...]
    too: int

    @property
    def hidden(self) -> int:
        """How many regions are hidden."""
        return sum(region.count is None for region in self.regions)

    @property
    def union(self) -> Sum:
        """Members of any of the lists."""
        return self._sum(self.regions)

    def alone(self, one: int) -> Region:
        """Return what only this list reaches."""
        return next(region for region in self.regions if region.lists == (one,))

    def shared(self, one: int, other: int) -> Sum:
        """Return the members of two lists, whichever others they are in."""
        return self._sum([region for region in self.regions if {one, other} <= set(region.lists)])

    @staticmethod
    def _sum(regions: Sequence[Region]) -> Sum:
        counts = [region.count for region in regions]
        return Sum(sum(count or 0 for count in counts), None not in counts)


def region_cost(epsilon_milli: int) -> int:
    """Return the ε in thousandths of the noise of one region, of a question that costs so much.

    >>> region_cost(250)
    125
    """
    return max(epsilon_milli // 2, 1)


def released_regions(
    noisy: Sequence[int], sizes: Sequence[int], partners: Sequence[str], pairs: Mapping[tuple[int, int], int],
    epsilon_milli: int, settings: ReleaseSettings,
) -> ReleasedRegions:  # fmt: skip
    """Return what may be shown of regions.

    Args:
        noisy: the region of number m at m - 1, with noise.
        sizes, partners: members and brand of each list; a brand knows how its own lists divide.
        pairs: overlaps of two lists that are displayed elsewhere, with their noise; (i, j) with i < j.
        epsilon_milli: what the question cost, in thousandths.

    >>> shown = released_regions([900, 800, 300, 700, 200, 20, 90], [1490, 1410, 1010], "ABB", {}, 250,
    ...                          ReleaseSettings())
    >>> [region.count for region in shown.regions], shown.union
    ([900, 800, 300, 700, 200, None, 90], Sum(count=2990, is_whole=False))
    """
    cells = {number: max(count, 0) for number, count in enumerate(noisy, start=1)}
    floor = max(settings.floor, 1)
    lines = _known(cells, sizes, partners, pairs, epsilon_milli, settings)
    too = hidden_too(cells, lines, floor, settings.rounding // 2)
    regions = tuple(
        Region(number, _lists(number, len(sizes)), _shown(count, number in too, floor, settings.rounding))
        for number, count in cells.items()
    )  # fmt: skip
    return ReleasedRegions(regions, len(too))


def _known(
    cells: Mapping[int, int], sizes: Sequence[int], partners: Sequence[str], pairs: Mapping[tuple[int, int], int],
    epsilon_milli: int, settings: ReleaseSettings,
) -> list[Line[int]]:  # fmt: skip
    """Return the sums that a reader knows besides: sizes, own lists among themselves, overlaps shown elsewhere.

    Give or take one standard deviation of the noise that is between such a sum and the regions, and the rounding. Two
    would be nearer to certainty, but whoever is right two times out of three has learned too much already.
    """
    of_region = laplace_variance(region_cost(epsilon_milli))
    of_pair = laplace_variance(epsilon_milli)

    def line(lists: Sequence[int], total: int | None, slack: Fraction, rounding: int) -> Line[int]:
        within = _within(cells, lists)
        known = sum(cells[cell] for cell in within) if total is None else max(total, 0)
        return Line(within, known, rounding + isqrt(int(slack + of_region * len(within))))

    known = [line([number], size, Fraction(0), 0) for number, size in enumerate(sizes)]
    for (one, other), shared in sorted(pairs.items()):
        known.append(line([one, other], shared, of_pair, settings.rounding // 2))
    for brand in sorted(set(partners)):
        own = [number for number, partner in enumerate(partners) if partner == brand]
        for several in range(2, len(own) + 1):
            known += [line(chosen, None, Fraction(0), 0) for chosen in combinations(own, several)]
    return known


def _within(cells: Mapping[int, int], lists: Sequence[int]) -> tuple[int, ...]:
    """Return the regions that lie within all of these lists."""
    wanted = sum(1 << number for number in lists)
    return tuple(cell for cell in cells if cell & wanted == wanted)


def _lists(number: int, lists: int) -> tuple[int, ...]:
    return tuple(one for one in range(lists) if number >> one & 1)


def _shown(count: int, is_hidden_too: bool, floor: int, step: int) -> int | None:
    return None if count < floor or is_hidden_too else rounded(count, step)
