"""A brand's part in a blind count, beside a bare loop of PyNaCl over as many points on one core."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
from nacl import bindings

from partners.audiences.blind.curve import count_common, padded
from partners.audiences.blind.rounds import Round, blind_other, blind_own
from partners.audiences.blind.sealed import seal_points
from partners.audiences.keys.sealed import make_brand_key
from tests.benchmarks.results import HEADS, Report, at_most, row
from tests.benchmarks.timing import in_turn

FULL, USUAL = 100_000, 10_000
MINUTES = 5.0
"""“In minutes”: what one side may take for 100,000 members against 100,000."""


def run(folder: Path, is_full: bool) -> Report:
    """Measure both steps of one side on all cores, the comparison, and the bare loop; each in processes of its own."""
    members, cores = FULL if is_full else USUAL, os.cpu_count() or 1
    own, other, compared, bare = in_turn(
        (prepare_own, members, folder, cores), (prepare_other, members, folder, cores), (prepare_count, members),
        (prepare_bare, members), runs=1,
    )  # fmt: skip
    minutes = (own.seconds + other.seconds) / 60 * FULL / members
    assert own.result == other.result == padded(members)
    assert compared.result == members // 2
    return Report(
        "Blind count",
        f"{members:,} members against {members:,}; {cores} processes where not said otherwise. Sending is not in it.",
        HEADS,
        [row("Tandem, blind the own list", own), row("Tandem, blind the other's list", other),
         row("Tandem, compare both", compared), row("bare PyNaCl, both lists, one core", bare)],
        [at_most("minutes a side, 100,000 × 100,000", minutes, MINUTES, " min", is_full)],
        [f"{bare.seconds / (own.seconds + other.seconds):.1f} times as fast as the bare loop, which hashes and "
         "multiplies as much, keeps nothing and checks nothing.",
         "Processor time of the processes that blind is not in the table. Starting them takes about a second.",
         "Every 2,048 points are kept on disk, so an interruption costs about a second."],
    )  # fmt: skip


def prepare_own(members: int, folder: Path, cores: int) -> Callable[[], int]:
    """Blind a list in a new folder each time; returns how many points came out."""
    pair, other = make_brand_key(), make_brand_key()
    people = np.arange(1, members + 1, dtype=np.uint64)

    def work() -> int:
        mine = Round(Path(mkdtemp(dir=folder)), "count", pair, other.public, cores)
        return (len(blind_own(mine, people, members, lambda _done, _of: None)) - 72) // 32

    return work


def prepare_other(members: int, folder: Path, cores: int) -> Callable[[], int]:
    """Blind a list that the other side sealed; returns how many points came out."""
    pair, other = make_brand_key(), make_brand_key()
    sealed = seal_points(_points(padded(members)), other, pair.public, "count")

    def work() -> int:
        mine = Round(Path(mkdtemp(dir=folder)), "count", pair, other.public, cores)
        return len(blind_other(mine, sealed, padded(members), lambda _done, _of: None)) // 32

    return work


def prepare_count(members: int) -> Callable[[], int]:
    """Compare two lists that have half of their points in common."""
    points = b"".join(hashlib.sha256(number.to_bytes(8)).digest() for number in range(members + members // 2))
    return lambda: count_common(points[: members * 32], points[members // 2 * 32 :])


def prepare_bare(members: int) -> Callable[[], int]:
    """Do the same arithmetic and nothing else."""
    scalar = bindings.crypto_core_ed25519_scalar_reduce(os.urandom(64))

    def work() -> int:
        done = 0
        for number in range(members):
            hashed = hashlib.sha512(number.to_bytes(8)).digest()
            point = bindings.crypto_core_ed25519_add(
                bindings.crypto_core_ed25519_from_uniform(hashed[:32]),
                bindings.crypto_core_ed25519_from_uniform(hashed[32:]),
            )
            once = bindings.crypto_scalarmult_ed25519_noclamp(scalar, point)
            done += len(bindings.crypto_scalarmult_ed25519_noclamp(scalar, once)) // 32
        return done

    return work


def _points(count: int) -> bytes:
    hashed = (hashlib.sha256(number.to_bytes(8)).digest() for number in range(count))
    return b"".join(bindings.crypto_core_ed25519_from_uniform(one) for one in hashed)
