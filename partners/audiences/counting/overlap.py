"""How many members sorted token files have in common: exact counts of every pair, of one against many, of regions.

Pure NumPy. In a slice (see ``slices``) one sort brings equal tokens together, and runs of equal tokens are counted. One
file against many needs no sort: a table of its tokens says of each token of a slice at once whether it is among them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partners.audiences.counting.slices import (
    SLICE_TOKENS,
    THREADS,
    Beat,
    Counter,
    Counts,
    Tokens,
    on_threads,
    open_tokens,
    slice_bits,
    sorted_keys,
)

__all__ = [
    "Pair", "Plan", "Tokens", "count_against", "count_matrix", "count_pairs", "count_regions", "open_tokens",
    "plan_pairs", "plan_regions",
]  # fmt: skip

Pair = tuple[int, int]

MOST_REGIONS = 6
"""Files whose regions are counted at the most: 63 regions."""

_MUCH_LARGER = 32
"""A file so many times larger than another is searched for each of its tokens, instead of read."""

_TABLE_BITS = 20
"""A table tells tokens apart by so many bits at the most: 8 MB, also where invented tokens all fall into one slice."""

_BLOCK = 1 << 15
"""Tokens that are looked up at a time: what is computed of them stays in the second-level cache, beside the table."""

_SEVERAL = np.uint64(2)
"""Stands in the table for several tokens of one value."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How pairs are counted: in so many slices, by such a counter, and how its result is read.

    ``count_of`` gives the count of a pair from the sum of all results.
    """

    bits: int
    counter: Callable[[], Counter]
    count_of: Callable[[Counts, Pair], int]
    pairs: list[Pair]

    def read(self, counts: Counts) -> dict[Pair, int]:
        """Return the count of each pair."""
        return {pair: self.count_of(counts, pair) for pair in self.pairs}


def plan_pairs(sizes: Sequence[int], pairs: Iterable[Pair] | None = None) -> Plan:
    """Return how to count these pairs of files of such sizes; None means all pairs (i, j) with i < j."""
    wanted = list(combinations(range(len(sizes)), 2) if pairs is None else pairs)
    centre = min(set.intersection(*map(set, wanted)), default=None) if wanted else None
    if centre is None:
        return Plan(slice_bits(sizes), partial(_PairCounts, len(sizes)), _of_matrix, wanted)
    bits = max(sum(sizes) // SLICE_TOKENS, 1).bit_length() - 1
    return Plan(bits, partial(_StarCounts, centre, len(sizes)), partial(_of_star, centre), wanted)


def count_pairs(
    paths: Sequence[Path], pairs: Iterable[Pair] | None = None, threads: int = THREADS,
    beat: Beat = lambda _done, _total: None,
) -> dict[Pair, int]:  # fmt: skip
    """Return the number of tokens that two files have in common, for every pair (i, j) with i < j.

    Args:
        pairs: only these, in either order; None means all.
        beat: called in the caller's thread with (done, total) now and then.
    """
    files = [open_tokens(path) for path in paths]
    plan = plan_pairs([len(tokens) for tokens in files], pairs)
    return plan.read(on_threads(files, plan.bits, plan.counter, threads, beat)) if plan.pairs else {}


def count_matrix(
    files: Sequence[Tokens], threads: int = THREADS, beat: Beat = lambda _done, _total: None
) -> Counts:  # fmt: skip
    """Return counts[i, j] for i < j; the rest is zero.

    Needs 8 bytes times the square of the number of files for each thread, and some megabytes beside.

    >>> a, b = (np.array(tokens, dtype="<u8") for tokens in ([1, 2, 2**64 - 1], [2, 5, 2**64 - 1]))
    >>> int(count_matrix([a, b])[0, 1])
    2
    """
    bits = slice_bits([len(tokens) for tokens in files])
    return on_threads(files, bits, partial(_PairCounts, len(files)), threads, beat)


def count_against(one: Tokens, others: Iterable[Tokens], threads: int = THREADS) -> list[int]:
    """Return how many tokens one file has in common with each of the others, in their order.

    Costs one pass over the others, except those that are much larger.
    """
    files = [one, *others]
    plan = plan_pairs([len(tokens) for tokens in files], [(0, number) for number in range(1, len(files))])
    counts = on_threads(files, plan.bits, plan.counter, threads, lambda _done, _total: None)
    return [int(count) for count in counts[1:]]


def count_regions(
    paths: Sequence[Path], beat: Beat = lambda _done, _total: None, threads: int = THREADS
) -> list[int]:  # fmt: skip
    """Return how many members are in exactly these of up to six files and in no other.

    The region of number m stands at m - 1; bit i of m says whether its members are in file i. One pass over all files.

    Args:
        beat: called in the caller's thread with (done, total) now and then.
    """
    files = [open_tokens(path) for path in paths]
    bits, counter = plan_regions([len(tokens) for tokens in files])
    return [int(count) for count in on_threads(files, bits, counter, threads, beat)[1:]]


def plan_regions(sizes: Sequence[int]) -> tuple[int, Callable[[], Counter]]:
    """Return by how many leading bits, and by which counter, the regions of up to six files of such sizes are counted.

    The first of the counts is of nobody; those of the regions follow.
    """
    if not 1 <= len(sizes) <= MOST_REGIONS:
        raise ValueError("one to six files")
    return slice_bits(sizes), partial(_RegionCounts, len(sizes))


class _PairCounts:
    """Adds up runs of equal tokens, pair by pair: a matrix."""

    def __init__(self, files: int) -> None:
        self._files = files
        self._counts = np.zeros(files * files, dtype=np.int64)
        self._waiting: list[NDArray[np.int64]] = []
        self._held = 0

    def add(self, parts: Sequence[Tokens], bits: int) -> None:
        keys, low = sorted_keys(parts, bits)
        if len(keys) == 0:
            return
        number = np.uint64((1 << low) - 1)
        goes_on = np.zeros(len(keys), dtype=bool)  # the next key has the same token
        np.less_equal(keys[1:] ^ keys[:-1], number, out=goes_on[:-1])
        keys &= number
        numbers = keys.view(np.int64)
        at = np.flatnonzero(goes_on)
        left, right = numbers.take(at) * self._files, at + 1
        while len(right):
            self._hold(numbers.take(right) + left)
            longer = np.flatnonzero(goes_on.take(right))
            left, right = left.take(longer), right.take(longer) + 1

    def result(self) -> Counts:
        self._count_held()
        return self._counts.reshape(self._files, self._files)

    def _hold(self, pairs: NDArray[np.int64]) -> None:
        self._waiting.append(pairs)
        self._held += len(pairs)
        if self._held > max(len(self._counts), SLICE_TOKENS):
            self._count_held()

    def _count_held(self) -> None:
        if self._waiting:
            self._counts += np.bincount(np.concatenate(self._waiting), minlength=len(self._counts))
        self._waiting, self._held = [], 0


class _StarCounts:
    """Adds up how many tokens one file has in common with each."""

    def __init__(self, centre: int, files: int) -> None:
        self._centre = centre
        self._counts = np.zeros(files, dtype=np.int64)
        self._room = _Room()

    def add(self, parts: Sequence[Tokens], _bits: int) -> None:
        mine = parts[self._centre]
        if len(mine) == 0:
            return
        sizes = np.fromiter(map(len, parts), np.int64, len(parts))
        sizes[self._centre] = 0
        is_much_larger = sizes > _MUCH_LARGER * len(mine)
        for number in np.flatnonzero(is_much_larger).tolist():
            self._counts[number] += np.count_nonzero(_found(mine, parts[number]))
        read = np.flatnonzero((sizes > 0) & ~is_much_larger)
        if len(read):
            self._look_up([parts[number] for number in read.tolist()], sizes[read], read, mine)

    def result(self) -> Counts:
        return self._counts

    def _look_up(self, parts: Sequence[Tokens], sizes: Counts, read: NDArray[np.intp], mine: Tokens) -> None:
        tokens: Tokens = self._room.of("tokens", int(sizes.sum()))
        found = _Table(mine, self._room).holds(np.concatenate(parts, out=tokens))
        wide_enough = np.min_scalar_type(sizes.max())  # adding up in 16 bits is five times as fast as in 64
        self._counts[read] += np.add.reduceat(found.view(np.uint8), np.cumsum(sizes) - sizes, dtype=wide_enough)


class _Room:
    """Memory that one slice after the other uses: the page faults of fresh memory would cost as much as looking up."""

    def __init__(self) -> None:
        self._held: dict[str, NDArray[Any]] = {}

    def of(self, name: str, size: int, dtype: type = np.uint64) -> NDArray[Any]:
        """Return an array of such a name, with whatever is in it."""
        if name not in self._held or len(self._held[name]) < size:
            self._held[name] = np.empty(size + size // 8, dtype)
        return self._held[name][:size]


class _Table:
    """Tells which tokens of a slice are among a file's, by one look at the token that stands under the same last bits.

    It has sixteen values of these bits for each token, so few tokens share a value with another; what is asked for
    under such a value is searched. Invented tokens may all have one value: then all of it is searched.
    """

    def __init__(self, among: Tokens, room: _Room) -> None:
        bits = min((len(among) - 1).bit_length() + 4, _TABLE_BITS)
        self._room, self._last = room, np.uint64((1 << bits) - 1)
        self._tokens = room.of("table", 1 << bits)
        self._tokens[:] = 1
        self._tokens[1] = 0  # so that what stands under a value without tokens has other last bits
        values = (among & self._last).view(np.int64)
        self._tokens[values] = among
        self._tokens[values[self._tokens.take(values) != among]] = _SEVERAL
        self._several = among[self._tokens.take(values) == _SEVERAL]

    def holds(self, tokens: Tokens) -> NDArray[np.bool_]:
        """Return for each token whether it is among the file's; good until the room is used again."""
        found, searched = (self._room.of(name, len(tokens), np.bool_) for name in ("found", "searched"))
        for start in range(0, len(tokens), _BLOCK):
            block = tokens[start : start + _BLOCK]
            values, there = (self._room.of(name, len(block)) for name in ("values", "there"))
            np.bitwise_and(block, self._last, out=values)
            self._tokens.take(values.view(np.int64), out=there, mode="wrap")  # the fastest mode; none is out of range
            np.equal(there, block, out=found[start : start + _BLOCK])
            np.equal(there, _SEVERAL, out=searched[start : start + _BLOCK])
        left = np.flatnonzero(searched)
        found[left] = _found(tokens.take(left), self._several)
        return found


class _RegionCounts:
    """Adds up how many tokens are in exactly these files: one number for each set of files."""

    def __init__(self, files: int) -> None:
        self._counts = np.zeros(1 << files, dtype=np.int64)

    def add(self, parts: Sequence[Tokens], bits: int) -> None:
        keys, low = sorted_keys(parts, bits)
        if len(keys) == 0:
            return
        number = np.uint64((1 << low) - 1)
        begins = np.ones(len(keys), dtype=bool)
        np.greater(keys[1:] ^ keys[:-1], number, out=begins[1:])
        masks = np.left_shift(1, (keys & number).view(np.int64))
        regions = np.bitwise_or.reduceat(masks, np.flatnonzero(begins))
        self._counts += np.bincount(regions, minlength=len(self._counts))

    def result(self) -> Counts:
        return self._counts


def _found(wanted: Tokens, among: Tokens) -> NDArray[np.bool_]:
    """Return for each of the wanted tokens whether it is among sorted ones."""
    if len(among) == 0:
        return np.zeros(len(wanted), bool)
    return np.equal(among.take(np.searchsorted(among, wanted), mode="clip"), wanted)


def _of_matrix(counts: Counts, pair: Pair) -> int:
    return int(counts[min(pair), max(pair)])


def _of_star(centre: int, counts: Counts, pair: Pair) -> int:
    return int(counts[pair[0] if pair[1] == centre else pair[1]])
