"""Counting of what was planned: which lists nearly are earlier ones, and what pairs of lists share, with noise at once.

Between the reading of a plan and the writing of its answers; opens files, but no table. Exact counts stay in here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from partners.audiences.counting.overlap import Pair, count_against, count_pairs, open_tokens
from partners.audiences.counting.queries import Check, Pairing
from partners.audiences.counting.slices import Beat
from partners.audiences.models import CountMethod
from partners.audiences.release.evaluating import Question, is_similar
from partners.audiences.release.evaluation_queries import Plan, Similar
from partners.audiences.release.noise import noise

PathOf = Callable[[str], Path]
"""Gives the file of a key in the store."""


class CountPairs(Protocol):
    """Counts the members that pairs of files share: ``overlap.count_pairs``, or the same on a cluster."""

    def __call__(self, paths: Sequence[Path], pairs: Sequence[tuple[int, int]], /, *, beat: Beat) -> dict[Pair, int]:
        """Return the exact count of each pair."""


Asked = tuple[Pairing, Question]

SegmentPair = tuple[str, str]
"""Segments of the asker's list and of the other; both empty for the whole lists."""

WHOLE: SegmentPair = ("", "")


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted for one question: pair of segments -> count with noise, and what that cost in thousandths."""

    cells: Mapping[SegmentPair, int]
    epsilon_milli: int
    method: CountMethod = CountMethod.KEYED


def similar_lists(checks: Iterable[Check], path: PathOf) -> Similar:
    """Compare lists that are to be counted with earlier ones of the same brand."""
    lists: dict[str, str] = {}
    segments: set[str] = set()
    for check in checks:
        earlier = _similar_to(check, path)
        if earlier is not None and not check.part.segment:
            lists[check.audience_id] = earlier
        elif earlier is not None:
            segments.add(check.audience_id)
    return Similar(lists, frozenset(segments))


def count_planned(
    plan: Plan, similar: Similar, path: PathOf, beat: Beat = lambda _done, _total: None,
    count: CountPairs = count_pairs,
) -> dict[Asked, Counted]:  # fmt: skip
    """Count what a plan wants and what is not too similar. A table of segments costs as much as one count: a person is
    in one of its cells.

    Args:
        beat: called in the caller's thread with (done, total) now and then.
        count: on threads of this machine, or on a cluster.
    """
    wanted = {asked: cost for asked, cost in plan.wanted.items() if not similar.holds(*asked)}
    files = {asked: _files(*asked) for asked in wanted}
    costs = {pair: wanted[asked] for asked, cells in files.items() for pair in cells.values()}
    noisy = _noisy_counts(costs, path, beat, count) if costs else {}
    return {
        asked: Counted({cell: noisy[pair] for cell, pair in cells.items()}, wanted[asked])
        for asked, cells in files.items()
    }  # fmt: skip


def _similar_to(check: Check, path: PathOf) -> str | None:
    """Return the first earlier audience that a part of a list is too similar to; None where there is none."""
    files = (open_tokens(path(part.store_key)) for _audience, part in check.earlier)
    counts = count_against(open_tokens(path(check.part.store_key)), files)
    for (audience_id, part), shared in zip(check.earlier, counts, strict=True):
        if is_similar(check.part.members, part.members, shared):
            return audience_id
    return None


def _files(pairing: Pairing, question: Question) -> dict[SegmentPair, tuple[str, str]]:
    """Return the keys of the files that a question is about, in pairs."""
    own, other = pairing.own, pairing.other
    if question is not Question.SEGMENTS:
        return {WHOLE: (own.whole.store_key, other.whole.store_key)}
    return {
        (mine.segment, theirs.segment): (mine.store_key, theirs.store_key)
        for mine in own.segments
        for theirs in other.segments
    }


def _noisy_counts(
    costs: Mapping[tuple[str, str], int], path: PathOf, beat: Beat, count: CountPairs
) -> dict[tuple[str, str], int]:
    """Return how many members each pair of files shares, with discrete Laplace noise of its ε in thousandths."""
    keys = sorted({key for pair in costs for key in pair})
    number = {key: position for position, key in enumerate(keys)}
    pairs = {pair: (number[pair[0]], number[pair[1]]) for pair in costs}
    exact = count([path(key) for key in keys], sorted(set(pairs.values())), beat=beat)
    return {pair: exact[pairs[pair]] + noise(epsilon_milli) for pair, epsilon_milli in costs.items()}
