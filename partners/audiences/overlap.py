"""How many members sorted token files have in common: exact counts of every pair, or of one file against many.

Pure NumPy. All files are cut at the same hash boundaries. Within a slice the leading bits are equal and are dropped;
the remaining bits and the file's number go into one unsigned 64-bit key; one sort brings equal tokens together, and
runs of equal tokens are counted. A slice fits the processor's cache, sorting releases the interpreter's lock, and
slices are independent: threads here, workers of a cluster elsewhere.

Where there are more files than slices, a key has no room for all bits of a token. The expected number of false matches
is then n² / 2^(bits + 1); above MOST_FALSE_MATCHES there are as many slices as it takes to keep the full width.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from partners.audiences.intake import TOKEN_TYPE

Tokens = NDArray[np.uint64]
Pair = tuple[int, int]

THREADS = 2
SLICE_TOKENS = 1 << 17
"""Tokens of one slice: 1 MB of keys, which stays in the second-level cache while it is sorted."""

PART_TOKENS = 256
"""Tokens that one file has in a slice, at least: with fewer, going through the files costs more than sorting."""

MANY_CUTS = 200_000
"""Slices times files up to which the full width costs nothing to speak of (about 0.1 s)."""

MOST_FALSE_MATCHES = 0.01
_CHUNK = 1 << 22
"""Tokens that are looked up at once in ``count_against``: 32 MB."""


def open_tokens(path: Path) -> Tokens:
    """Map a token file into memory: sorted, each token once."""
    if path.stat().st_size == 0:
        return np.empty(0, TOKEN_TYPE)
    return np.memmap(path, dtype=TOKEN_TYPE, mode="r")


def count_pairs(
    paths: Sequence[Path], pairs: Iterable[Pair] | None = None, threads: int = THREADS,
    beat: Callable[[int, int], None] = lambda _done, _total: None,
) -> dict[Pair, int]:  # fmt: skip
    """Return the number of tokens that two files have in common, for every pair (i, j) with i < j.

    Args:
        pairs: only these, in either order; None means all.
        beat: called in the caller's thread with (done, total) now and then.
    """
    files = [open_tokens(path) for path in paths]
    wanted = list(combinations(range(len(files)), 2) if pairs is None else pairs)
    centre = set.intersection(*map(set, wanted)) if wanted else set[int]()
    if centre:
        return _count_star(files, min(centre), wanted, threads, beat)
    counts = count_matrix(files, threads, beat) if wanted else np.empty((0, 0), np.int64)
    return {(i, j): int(counts[min(i, j), max(i, j)]) for i, j in wanted}


def count_matrix(
    files: Sequence[Tokens], threads: int = THREADS, beat: Callable[[int, int], None] = lambda _done, _total: None
) -> NDArray[np.int64]:
    """Return counts[i, j] for i < j; the rest is zero.

    Needs 8 bytes times the square of the number of files for each thread, and some megabytes beside; at most 46,340
    files, whose square still is a 32-bit number.

    >>> a, b = (np.array(tokens, dtype="<u8") for tokens in ([1, 2, 2**64 - 1], [2, 5, 2**64 - 1]))
    >>> int(count_matrix([a, b])[0, 1])
    2
    """
    bits = slice_bits([len(tokens) for tokens in files])
    cuts = _cut(files, bits)
    slices = 1 << bits
    parts = [range(part, slices, threads) for part in range(threads)]
    done = [0] * threads

    def count(part: int) -> NDArray[np.int64]:
        total = _Counts(len(files))
        for number in parts[part]:
            total.add(_keys(files, cuts[:, number : number + 2], bits))
            done[part] += 1
            if part == 0:
                beat(min(sum(done), slices), slices)
        return total.matrix()

    with ThreadPoolExecutor(max(threads - 1, 1)) as others:
        running = [others.submit(count, part) for part in range(1, threads)]
        counts = count(0)  # in the caller's thread, so that beat may use its session
        for result in running:
            counts += result.result()
    return counts


def slice_bits(sizes: Sequence[int]) -> int:
    """Return by how many leading bits files are cut into slices, so that false matches stay below the bound."""
    total = sum(sizes)
    slices = min(total // SLICE_TOKENS, total // (PART_TOKENS * max(len(sizes), 1)))
    wanted = max(slices, 1).bit_length() - 1
    full_width = number_bits(len(sizes))
    if full_width <= wanted or len(sizes) << full_width <= MANY_CUTS:
        return max(wanted, full_width)
    return wanted if expected_false_matches(total, full_width - wanted) <= MOST_FALSE_MATCHES else full_width


def number_bits(files: int) -> int:
    """Return how many bits the number of a file takes."""
    return max(files - 1, 0).bit_length()


def expected_false_matches(total: int, bits_lost: int) -> float:
    """Return how many pairs of different members are expected to look equal among so many, when bits are dropped."""
    return total * total / 2.0 ** (65 - bits_lost)


def count_against(one: Tokens, others: Iterable[Tokens], threads: int = THREADS) -> Iterator[int]:
    """Yield how many tokens one file has in common with each of the others, in their order.

    Costs one pass over the others: most of their tokens are told apart by a bitmap of leading bits that fits the cache,
    the rest by binary search. A file much larger than ``one`` is searched instead.
    """
    seen = _Seen(one)
    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(seen.count, others)


def _count_star(
    files: Sequence[Tokens], centre: int, pairs: Sequence[Pair], threads: int, beat: Callable[[int, int], None]
) -> dict[Pair, int]:
    """Count pairs that all have one file in common."""
    others = [files[i if j == centre else j] for i, j in pairs]
    counts = {}
    for pair, shared in zip(pairs, count_against(files[centre], others, threads), strict=True):
        counts[pair] = shared
        beat(len(counts), len(pairs))
    return counts


class _Seen:
    """One file's tokens, ready for being looked up."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = np.asarray(tokens)
        bits = min(max(len(tokens).bit_length() + 4, 10), 26)
        self._shift = np.uint64(64 - bits)
        self._map = np.zeros(1 << bits, dtype=bool)
        self._map[self._tokens >> self._shift] = True

    def count(self, other: Tokens) -> int:
        """Return how many tokens of the other file are among mine."""
        if len(self._tokens) == 0 or len(other) == 0:
            return 0
        if len(other) > 32 * len(self._tokens):
            return _found(self._tokens, np.asarray(other))
        return sum(self._part(np.asarray(other[at : at + _CHUNK])) for at in range(0, len(other), _CHUNK))

    def _part(self, tokens: Tokens) -> int:
        return _found(tokens[self._map[tokens >> self._shift]], self._tokens)


def _found(wanted: Tokens, among: Tokens) -> int:
    """Return how many of the wanted tokens are among sorted ones."""
    at = np.searchsorted(among, wanted)
    at[at == len(among)] = 0
    return int(np.count_nonzero(among[at] == wanted))


def _cut(files: Sequence[Tokens], bits: int) -> NDArray[np.int64]:
    """Return where each file (row) has its slice boundaries (columns)."""
    first = np.arange(1, 1 << bits, dtype=np.uint64) << np.uint64(64 - bits) if bits else np.empty(0, np.uint64)
    cuts = np.zeros((len(files), (1 << bits) + 1), dtype=np.int64)
    for row, tokens in zip(cuts, files, strict=True):
        row[1:-1] = np.searchsorted(tokens, first)
        row[-1] = len(tokens)
    return cuts


def _keys(files: Sequence[Tokens], cuts: NDArray[np.int64], bits: int) -> tuple[Tokens, int]:
    """Return the sorted keys of one slice, and how many low bits of a key are the file's number."""
    low = number_bits(len(files))
    keys = np.empty(int((cuts[:, 1] - cuts[:, 0]).sum()), dtype=np.uint64)
    ends = np.concatenate([[0], np.cumsum(cuts[:, 1] - cuts[:, 0])])
    for number, (start, end) in enumerate(pairwise(ends.tolist())):
        if start != end:
            keys[start:end] = files[number][cuts[number, 0] : cuts[number, 1]]
    keys <<= np.uint64(bits)
    if low > bits:
        keys >>= np.uint64(low - bits)
        keys <<= np.uint64(low - bits)
    keys &= ~np.uint64((1 << low) - 1)
    keys |= np.repeat(np.arange(len(files), dtype=np.uint64), np.diff(ends))
    keys.sort()
    return keys, low


class _Counts:
    """Adds up runs of equal tokens, pair by pair."""

    def __init__(self, files: int) -> None:
        self._files = files
        self._counts = np.zeros(files * files, dtype=np.int64)
        self._waiting: list[NDArray[np.int32]] = []
        self._held = 0

    def add(self, slice_keys: tuple[Tokens, int]) -> None:
        """Count the pairs of files that share a token, from the sorted keys of a slice."""
        keys, low = slice_keys
        if len(keys) == 0:
            return
        number = np.uint64((1 << low) - 1)
        goes_on = np.zeros(len(keys), dtype=bool)  # the next key has the same token
        np.less_equal(keys[1:] ^ keys[:-1], number, out=goes_on[:-1])
        numbers = (keys & number).astype(np.int32)
        at = np.flatnonzero(goes_on)
        left, right = numbers.take(at) * self._files, at + 1
        while len(right):
            self._hold(numbers.take(right) + left)
            longer = np.flatnonzero(goes_on.take(right))
            left, right = left.take(longer), right.take(longer) + 1

    def matrix(self) -> NDArray[np.int64]:
        """Return all counts so far."""
        self._hold(np.empty(0, np.int32), flush=True)
        return self._counts.reshape(self._files, self._files)

    def _hold(self, pairs: NDArray[np.int32], flush: bool = False) -> None:
        self._waiting.append(pairs)
        self._held += len(pairs)
        if flush or self._held > max(len(self._counts), SLICE_TOKENS):
            self._counts += np.bincount(np.concatenate(self._waiting), minlength=len(self._counts))
            self._waiting, self._held = [], 0
