"""Token files, cut alike into slices of equal leading bits: what counting is divided by.

Pure NumPy. A slice fits the processor's cache, sorting releases the interpreter's lock, and slices are independent:
threads here, workers of a cluster elsewhere (``cluster``), the same ``count_slices`` in both.

Within a slice the leading bits are equal and are dropped; the remaining bits and the file's number go into one unsigned
64-bit key. Where there are more files than slices, a key has no room for all bits of a token. The expected number of
false matches is then n² / 2^(bits + 1); above MOST_FALSE_MATCHES there are as many slices as it takes to keep the full
width.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from partners.audiences.intake.reading import TOKEN_TYPE

Tokens = NDArray[np.uint64]
Counts = NDArray[np.int64]
Beat = Callable[[int, int], None]
"""Told (done, total) now and then, in the thread of whoever asked for the counting."""

THREADS = 2
SLICE_TOKENS = 1 << 17
"""Tokens of one slice: 1 MB of keys, which stays in the second-level cache while it is sorted."""

PART_TOKENS = 256
"""Tokens that one file has in a slice, at least: with fewer, going through the files costs more than sorting."""

FEW_CUTS = 20_000
"""Slices times files up to which the full width costs nothing to speak of (about 0.01 s)."""

MOST_FALSE_MATCHES = 0.01


class Counter(Protocol):
    """Adds up what one slice after the other holds."""

    def add(self, parts: Sequence[Tokens], bits: int, /) -> None:
        """Count one slice: the part of each file in it, whose ``bits`` leading bits are equal."""

    def result(self) -> Counts:
        """Return what was counted; results of different slices may be added."""


def open_tokens(path: Path) -> Tokens:
    """Map a token file into memory: sorted, each token once."""
    if path.stat().st_size == 0:
        return np.empty(0, TOKEN_TYPE)
    with path.open("rb") as file:  # np.memmap takes three times as long to open, and ten times to be cut
        return np.frombuffer(mmap(file.fileno(), 0, access=ACCESS_READ), TOKEN_TYPE)


def count_slices(
    files: Sequence[Tokens], bits: int, slices: range, counter: Counter, tick: Callable[[], None] = lambda: None
) -> Counts:
    """Count some slices that follow one another: the unit of work of a thread, or of a worker of a cluster."""
    cuts = _cut(files, bits, slices)
    for at in range(len(slices)):
        ends = cuts[:, at : at + 2].tolist()
        counter.add([tokens[start:end] for tokens, (start, end) in zip(files, ends, strict=True)], bits)
        tick()
    return counter.result()


def on_threads(
    files: Sequence[Tokens], bits: int, counter: Callable[[], Counter], threads: int, beat: Beat
) -> Counts:  # fmt: skip
    """Count all slices on threads; ``counter`` makes a new one for each."""
    ranges = divided(1 << bits, threads)
    done = [0] * len(ranges)

    def count(number: int) -> Counts:
        def tick() -> None:
            done[number] += 1
            if number == 0:
                beat(min(sum(done), 1 << bits), 1 << bits)

        return count_slices(files, bits, ranges[number], counter(), tick)

    with ThreadPoolExecutor(len(ranges)) as others:
        running = [others.submit(count, number) for number in range(1, len(ranges))]
        counts = count(0)  # in the caller's thread, so that beat may use its session
        for result in running:
            counts = counts + result.result()
    return counts


def divided(slices: int, parts: int) -> list[range]:
    """Return ranges of slices of nearly equal length, none empty.

    >>> divided(8, 3), divided(1, 4)
    ([range(0, 2), range(2, 5), range(5, 8)], [range(0, 1)])
    """
    parts = max(min(parts, slices), 1)
    return [range(slices * part // parts, slices * (part + 1) // parts) for part in range(parts)]


def slice_bits(sizes: Sequence[int]) -> int:
    """Return by how many leading bits files are cut into slices, so that false matches stay below the bound."""
    total = sum(sizes)
    slices = min(total // SLICE_TOKENS, total // (PART_TOKENS * max(len(sizes), 1)))
    wanted = max(slices, 1).bit_length() - 1
    full_width = number_bits(len(sizes))
    if full_width <= wanted or len(sizes) << full_width <= max(FEW_CUTS, total // PART_TOKENS):
        return max(wanted, full_width)
    return wanted if expected_false_matches(total, full_width - wanted) <= MOST_FALSE_MATCHES else full_width


def number_bits(files: int) -> int:
    """Return how many bits the number of a file takes."""
    return max(files - 1, 0).bit_length()


def expected_false_matches(total: int, bits_lost: int) -> float:
    """Return how many pairs of different members are expected to look equal among so many, when bits are dropped."""
    return total * total / 2.0 ** (65 - bits_lost)


def sorted_keys(parts: Sequence[Tokens], bits: int) -> tuple[Tokens, int]:
    """Return the sorted keys of one slice, and how many low bits of a key are the file's number."""
    low = number_bits(len(parts))
    keys: Tokens = np.concatenate(parts)
    keys <<= np.uint64(bits)
    if low > bits:
        keys &= ~np.uint64((1 << low) - 1)
    keys |= np.repeat(np.arange(len(parts), dtype=np.uint64), [len(part) for part in parts])
    keys.sort()
    return keys, low


def _cut(files: Sequence[Tokens], bits: int, slices: range) -> NDArray[np.int64]:
    """Return where each file (row) has its slice boundaries (columns), one more than there are slices."""
    inner = np.arange(max(slices.start, 1), min(slices.stop + 1, 1 << bits), dtype=np.uint64)
    firsts = inner << np.uint64(64 - bits) if bits else inner
    cuts = np.zeros((len(files), len(slices) + 1), dtype=np.int64)
    skipped = slices.start == 0
    for row, tokens in zip(cuts, files, strict=True):
        row[skipped : skipped + len(firsts)] = np.searchsorted(tokens, firsts)
        if slices.stop == 1 << bits:
            row[-1] = len(tokens)
    return cuts
