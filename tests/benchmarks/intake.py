"""Reading token files, beside Polars, which only parses the same file and so is a floor."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from partners.audiences.intake.reading import read_tokens
from tests.benchmarks.results import HEADS, Report, Target, along, row
from tests.benchmarks.timing import Measured, in_turn, measured
from tests.keys import TEST_KEY, key_name

TOKENS = 10_000_000
MOST_MB = 200


def run(folder: Path, is_full: bool) -> Report:
    """Measure a file of tokens with one key, as blinding writes it."""
    tokens = TOKENS if is_full else 2_000_000
    whole, few = folder / "tokens.csv", folder / "few.csv"
    write_tokens(whole, tokens)
    write_tokens(few, tokens // 4)
    ours, floor = in_turn((prepare_tandem, whole), (prepare_polars, whole))
    small = measured(prepare_tandem, few, runs=1)
    memory = along((tokens // 4, small.peak_mb), (tokens, ours.peak_mb), TOKENS)
    assert ours.result == floor.result == tokens
    return Report(
        "Reading lists of members",
        f"{tokens:,} tokens of 16 hex digits ({whole.stat().st_size / 1e6:.0f} MB).",
        HEADS, [row("Tandem", ours), row("polars.read_csv, same file", floor)],
        [_target(ours, floor, memory, is_full)],
        ["Tandem checks every character, names the rows that are no token, sorts and removes repetitions; Polars only "
         "parses."],
    )  # fmt: skip


def write_tokens(path: Path, count: int) -> None:
    """Write random tokens in their order, as blinding writes them."""
    dice = random.Random(7)
    with path.open("w", encoding="utf-8") as out:
        out.write(f"token_{key_name(TEST_KEY)}\n")
        out.writelines(f"{token:016x}\n" for token in sorted(dice.getrandbits(64) for _ in range(count)))


def prepare_tandem(path: Path) -> Callable[[], int]:
    """Read with our own code; returns how many were accepted, once or again."""

    def read() -> int:
        with path.open("rb") as stream:
            intake = read_tokens(stream)
        return intake.accepted + intake.duplicates

    return read


def prepare_polars(path: Path) -> Callable[[], int]:
    """Parse with Polars; returns the number of rows."""
    import polars

    return lambda: len(polars.read_csv(path))


def _target(ours: Measured, floor: Measured, memory: float, is_full: bool) -> Target:
    times = ours.seconds / floor.seconds
    reached = f"{ours.peak_mb:,.0f} MB" + ("" if is_full else f" here, about {memory:,.0f} MB at full size")
    return Target(
        "10 million hex tokens, by memory or by time", f"≤ {MOST_MB} MB or ≤ 2× Polars", f"{reached}; {times:.0f}×",
        memory <= MOST_MB or times <= 2, "" if is_full else "projected",
    )  # fmt: skip
