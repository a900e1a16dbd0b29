"""Counting common members of all pairs, beside DuckDB and Polars joining the same tokens with themselves, and C."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partners.audiences.counting.overlap import Tokens, count_pairs, open_tokens
from partners.audiences.intake.reading import TOKEN_TYPE
from tests.benchmarks.results import HEADS, Report, Target, at_least, at_most, row
from tests.benchmarks.timing import Measured, in_turn

LISTS_OF_ONE = 3
"""Lists that a member is in, on average."""

LIMIT = Path(__file__).with_name("limit.c")
"""One thread of C, the limit that the specification names; measured where there is a compiler."""

Counts = list[tuple[int, int, int]]


def run(folder: Path, is_full: bool) -> Report:
    """Measure both shapes, then one large changed list among many."""
    shapes = [(20, 1_000_000), (200, 100_000)] if is_full else [(20, 200_000), (200, 20_000)]
    rows: list[tuple[str, ...]] = []
    targets: list[Target] = []
    for files, size in shapes:
        paths = write_lists(folder / str(files), files, size)
        found = _side_by_side(paths)
        rows += [row(f"{files} × {size:,} {name}", one) for name, one in found.items()]
        targets += _targets(f"{files} × {size:,}", found, is_full)
    changed = write_lists(folder / "changed", 1, 10 * size, size * files // LISTS_OF_ONE, seed=99)
    whole, *by = _changed_beside_whole(paths, changed[0])
    named = f"1 × {10 * size:,} against those {files}"
    rows += [row(name, one) for name, one in zip((f"{named}, 2 threads", f"{named}, C, 1 thread"), by, strict=False)]
    shares = [one.seconds / whole.seconds for one in by]
    targets.append(
        at_most("one changed list of ten times the size, part of the full count", shares[0], 0.05, "", is_full)
    )
    return Report(
        "Overlap of audiences",
        f"{' and '.join(f'{files} × {size:,}' for files, size in shapes)} tokens; a member is in {LISTS_OF_ONE} lists "
        "on average; all pairs; every engine gave the same integers on every pair.",
        HEADS, rows, targets,
        ["Tandem reads token files (mapped, in the page cache). DuckDB and Polars have the tokens in a table in memory "
         "before the clock starts, and use all cores.",
         f"By processor time DuckDB takes {_cpu_times(found):.1f} times as much as Tandem on the second shape.",
         "A changed list costs one pass over all others, however few members it shares with them. "
         + "".join(f"One thread of C takes {share:.2f} of our full count for it." for share in shares[1:])],
    )  # fmt: skip


def write_lists(folder: Path, files: int, size: int, population: int = 0, seed: int = 1) -> list[Path]:
    """Write token files: members drawn from a population, each hashed to 64 bits as its token."""
    dice = np.random.default_rng(seed)
    population = population or max(files * size // LISTS_OF_ONE, size)
    folder.mkdir()
    paths = [folder / f"{number}.tokens" for number in range(files)]
    for path in paths:
        drawn = np.unique(dice.integers(0, population, int(size * 1.3), dtype=np.uint64))
        members = dice.permutation(drawn)[:size]
        np.sort(_hashed(members)).astype(TOKEN_TYPE).tofile(path)
    return paths


def prepare_tandem(paths: Sequence[Path], threads: int) -> Callable[[], Counts]:
    """Count with our own code, from the files."""
    return lambda: [(i, j, count) for (i, j), count in count_pairs(paths, threads=threads).items() if count]


def prepare_changed(paths: Sequence[Path]) -> Callable[[], Counts]:
    """Count the last file against all others."""
    pairs = [(number, len(paths) - 1) for number in range(len(paths) - 1)]
    return lambda: [(i, j, count) for (i, j), count in count_pairs(paths, pairs).items() if count]


def prepare_duckdb(paths: Sequence[Path]) -> Callable[[], Counts]:
    """Join a table of (list, token) with itself."""
    import duckdb

    database = duckdb.connect()
    database.execute("SET enable_progress_bar = false")
    numbers, tokens = _columns(paths)
    database.register("given", {"list": numbers, "token": tokens})
    database.execute("CREATE TABLE member AS SELECT list, token FROM given")
    database.unregister("given")
    query = (
        "SELECT a.list, b.list, count(*) FROM member a JOIN member b ON a.token = b.token AND a.list < b.list "
        "GROUP BY ALL ORDER BY ALL"
    )
    return lambda: database.execute(query).fetchall()


def prepare_polars(paths: Sequence[Path]) -> Callable[[], Counts]:
    """Join a frame of (list, token) with itself."""
    import polars as pl

    numbers, tokens = _columns(paths)
    frame = pl.DataFrame({"list": numbers, "token": tokens})

    def count() -> Counts:
        both = frame.lazy().join(frame.lazy(), on="token").filter(pl.col("list") < pl.col("list_right"))
        found: Any = both.group_by("list", "list_right").len().collect()
        return sorted(found.rows())

    return count


def prepare_limit(paths: Sequence[Path]) -> Callable[[], Counts]:
    """Count with one thread of C, from the files."""
    library = _compiled(paths[0].parent)

    def count() -> Counts:
        files = [open_tokens(path) for path in paths]
        counts = np.zeros((len(files), len(files)), np.int64)
        assert library.count_all(*_passed(files), _bits(files) + 1, ctypes.c_void_p(counts.ctypes.data)) == 0
        return [(int(i), int(j), int(counts[i, j])) for i, j in np.argwhere(counts)]

    return count


def prepare_changed_limit(paths: Sequence[Path]) -> Callable[[], Counts]:
    """Count the last file against all others with one thread of C."""
    library, last = _compiled(paths[-1].parent), len(paths) - 1

    def count() -> Counts:
        files = [open_tokens(path) for path in paths]
        counts = np.zeros(len(files), np.int64)
        assert library.count_one(*_passed(files), last, _bits(files), ctypes.c_void_p(counts.ctypes.data)) == 0
        return [(number, last, int(counts[number])) for number in np.flatnonzero(counts).tolist()]

    return count


def _side_by_side(paths: Sequence[Path]) -> dict[str, Measured]:
    asked: dict[str, Any] = {
        "Tandem, 2 threads": (prepare_tandem, paths, 2),
        "Tandem, 1 thread": (prepare_tandem, paths, 1),
        "DuckDB self-join": (prepare_duckdb, paths),
        "Polars self-join": (prepare_polars, paths),
    }
    if shutil.which("cc"):
        asked["C, 1 thread"] = (prepare_limit, paths)
    found = dict(zip(asked, in_turn(*asked.values(), runs=5), strict=True))
    first, *others = (sorted(tuple(map(int, pair)) for pair in one.result) for one in found.values())
    assert first, "no pair has members in common"
    assert all(other == first for other in others), "the engines count differently"
    return found


def _changed_beside_whole(paths: Sequence[Path], changed: Path) -> list[Measured]:
    """Measure the full count, then one file against all others: by us and, where there is a compiler, by C."""
    both = [*paths, changed]
    asked: list[tuple[Any, ...]] = [(prepare_changed, both)]
    if shutil.which("cc"):
        asked.append((prepare_changed_limit, both))
    whole, *found = in_turn((prepare_tandem, paths, 2), *asked, runs=5)
    for one in found:
        _same_as_sets(one.result, both)
    return [whole, *found]


def _compiled(folder: Path) -> ctypes.CDLL:
    library = folder / "limit.so"
    subprocess.run(["cc", "-O3", "-march=native", "-shared", "-fPIC", "-o", str(library), str(LIMIT)], check=True)
    return ctypes.CDLL(str(library))


def _passed(files: Sequence[Tokens]) -> tuple[Any, Any, int]:
    """Return what both functions in C begin with: where the files are in memory, their sizes, how many there are."""
    starts = (ctypes.c_void_p * len(files))(*(tokens.ctypes.data for tokens in files))
    return starts, (ctypes.c_uint64 * len(files))(*map(len, files)), len(files)


def _bits(files: Sequence[Tokens]) -> int:
    """Return by how many leading bits files are cut: C was as fast as it gets with slices as large as ours."""
    return max(sum(map(len, files)) >> 17, 1).bit_length() - 1


def _cpu_times(found: dict[str, Measured]) -> float:
    return found["DuckDB self-join"].cpu / found["Tandem, 2 threads"].cpu


def _targets(shape: str, found: dict[str, Measured], is_full: bool) -> list[Target]:
    ours, duckdb = found["Tandem, 2 threads"], found["DuckDB self-join"]
    targets = [
        at_least(f"{shape}: times as fast as DuckDB", duckdb.seconds / ours.seconds, 3, "×", is_full),
        at_most(f"{shape}: part of DuckDB's memory", ours.peak_mb / duckdb.peak_mb, 0.25, "", is_full),
    ]
    if "C, 1 thread" in found:
        limit = ours.seconds / found["C, 1 thread"].seconds
        targets.append(at_most(f"{shape}: times as long as one thread of C", limit, 1.5, "×", is_full))
    return targets


def _same_as_sets(found: Counts, paths: Sequence[Path]) -> None:
    """Hold the count of the changed list against an intersection by NumPy."""
    *others, changed = (np.fromfile(path, TOKEN_TYPE) for path in paths)
    expected = [len(np.intersect1d(other, changed, assume_unique=True)) for other in others]
    assert [count for _, _, count in found] == [count for count in expected if count]


def _columns(paths: Sequence[Path]) -> tuple[NDArray[np.uint16], NDArray[np.uint64]]:
    lists = [np.fromfile(path, TOKEN_TYPE) for path in paths]
    numbers = np.repeat(np.arange(len(lists), dtype=np.uint16), [len(one) for one in lists])
    return numbers, np.concatenate(lists)


def _hashed(members: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread numbers over 64 bits, each to another one (the finalizer of SplitMix64)."""
    mixed = members + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
