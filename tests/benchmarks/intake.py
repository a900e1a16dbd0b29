"""Reading uploaded lists of members, beside Polars, which only parses the same file and so is a floor."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from pathlib import Path

from partners.audiences.intake import read_members
from tests.benchmarks.results import HEADS, Report, Target, along, row
from tests.benchmarks.timing import Measured, in_turn, measured

KEY = bytes(range(32))
EMAILS = 500_000
TOKENS = 10_000_000
MOST_MB = 200


def run(folder: Path, is_full: bool) -> Report:
    """Measure a file of addresses and a file of tokens made at a brand."""
    tokens = TOKENS if is_full else 2_000_000
    addresses, hexes = folder / "addresses.csv", folder / "tokens.csv"
    write_addresses(addresses, EMAILS)
    write_tokens(hexes, tokens)
    timed = [
        *in_turn((prepare_tandem, addresses), (prepare_polars, addresses)),
        *in_turn((prepare_tandem, hexes), (prepare_polars, hexes), runs=1),
    ]
    names = (
        f"Tandem, {EMAILS:,} e-mail addresses", "polars.read_csv, same file", f"Tandem, {tokens:,} hex tokens",
        "polars.read_csv, same tokens",
    )  # fmt: skip
    few = folder / "few.csv"
    write_tokens(few, tokens // 4)
    small = measured(prepare_tandem, few, runs=1)
    memory = along((tokens // 4, small.peak_mb), (tokens, timed[2].peak_mb), TOKENS)
    emails, _, ours, floor = timed
    accepted, duplicates, rejected = emails.result
    assert accepted + duplicates + rejected == EMAILS
    assert ours.result[0] == floor.result == tokens
    return Report(
        "Reading lists of members",
        f"{EMAILS:,} addresses ({addresses.stat().st_size / 1e6:.0f} MB; {accepted:,} accepted, {duplicates:,} twice, "
        f"{rejected:,} rejected) and {tokens:,} tokens of 64 hex digits ({hexes.stat().st_size / 1e6:.0f} MB).",
        HEADS, [row(name, one) for name, one in zip(names, timed, strict=True)],
        [_target(ours, floor, memory, is_full)],
        [f"{EMAILS / emails.seconds:,.0f} addresses a second: decoded, normalised, keyed with HMAC-SHA256, sorted.",
         "Polars only parses: it neither normalises nor keys nor tells bad rows apart."],
    )  # fmt: skip


def write_addresses(path: Path, count: int) -> None:
    """Write addresses, 2 % of them there before and 1 % bad, as lists of customers are."""
    dice = random.Random(7)
    with path.open("w", encoding="utf-8") as out:
        out.write("email\n")
        for number in range(count):
            known = dice.randrange(number) if number and dice.random() < 0.02 else number
            at = "@" if dice.random() < 0.99 else " at "
            out.write(f"ana.garcia{known}{at}mail{known % 97}.example\n")


def write_tokens(path: Path, count: int) -> None:
    """Write SHA-256 digests of numbers, in hex."""
    with path.open("w", encoding="utf-8") as out:
        out.write("token\n")
        out.writelines(f"{hashlib.sha256(number.to_bytes(8)).hexdigest()}\n" for number in range(count))


def prepare_tandem(path: Path) -> Callable[[], tuple[int, int, int]]:
    """Read with our own code; returns accepted, duplicates, rejected."""

    def read() -> tuple[int, int, int]:
        with path.open("rb") as stream:
            intake = read_members(stream, KEY)
        return intake.accepted, intake.duplicates, intake.rejected

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
