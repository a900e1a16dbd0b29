"""A brand's part: two of them count what sets count, go on after kill -9, and use a scalar for one count only."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from partners.audiences.blind import rounds
from partners.audiences.blind.curve import InvalidPoints, count_common, in_order, padded, random_points
from partners.audiences.blind.rounds import (
    AnotherList,
    AnotherPartnerList,
    NotThisMany,
    Round,
    RoundOver,
    blind_other,
    blind_own,
    end_round,
)
from partners.audiences.blind.sealed import NotForThisCount, seal_points, sealed_size
from partners.audiences.keys.sealed import make_brand_key

A, B, STRANGER = make_brand_key(), make_brand_key(), make_brand_key()
KILLED = """
import os, signal, sys, numpy as np
from pathlib import Path
from partners.audiences.blind import rounds
from partners.audiences.keys.sealed import BrandKeyPair
folder, private, public, other = sys.argv[1:]
own = BrandKeyPair(bytes.fromhex(private), bytes.fromhex(public))
rounds.PART = 64
mine = rounds.Round(Path(folder), "count", own, bytes.fromhex(other), cores=int(2))
def die(done, of):
    if done == 3 * rounds.PART:
        os.kill(os.getpid(), signal.SIGKILL)
if __name__ == "__main__":
    rounds.blind_own(mine, np.arange(1, 4_001, dtype=np.uint64), 4_000, die)
"""
"""What a brand's process does until it is killed while others work for it, after three parts of 63 are written."""


def people(first: int, last: int) -> NDArray[np.uint64]:
    return np.arange(first, last, dtype=np.uint64)


def quiet(_done: int, _of: int) -> None:
    """Say nothing of the progress."""


@pytest.fixture
def a(tmp_path: Path) -> Round:
    return Round(tmp_path / "a", "count", A, B.public)


@pytest.fixture
def b(tmp_path: Path) -> Round:
    return Round(tmp_path / "b", "count", B, A.public)


def test_two_brands_count_what_is_in_both_lists(a: Round, b: Round) -> None:
    once_a, once_b = blind_own(a, people(1, 301), 300, quiet), blind_own(b, people(200, 401), 201, quiet)

    twice_a, twice_b = blind_other(b, once_a, 1_000, quiet), blind_other(a, once_b, 1_000, quiet)

    assert len(once_a) == len(once_b) == sealed_size(padded(300))
    assert count_common(twice_a, twice_b) == 101
    assert twice_a == in_order(twice_a)


def test_more_cores_give_the_same_points(a: Round, b: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "PART", 100)
    once = blind_own(replace(a, cores=2), people(1, 301), 300, quiet)

    both = [blind_other(replace(b, folder=b.folder / name, cores=cores), once, 1_000, quiet)
            for name, cores in (("one", 1), ("two", 2))]  # fmt: skip

    assert count_common(*both) == 0  # scalars are made anew in every folder
    assert [len(points) for points in both] == [32_000, 32_000]


def test_progress_counts_on_after_an_interruption(a: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "PART", 50)

    def stop(done: int, _of: int) -> None:
        if done == 150:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        blind_own(a, people(1, 301), 300, stop)
    told: list[int] = []
    blind_own(a, people(1, 301), 300, lambda done, _of: told.append(done))

    assert told == [150, 200, 250, 300]


def test_a_part_that_was_cut_short_is_done_again(a: Round, b: Round) -> None:
    once = blind_own(a, people(1, 301), 300, quiet)
    first = blind_other(b, once, 1_000, quiet)
    part = next((b.place / "twice").iterdir())
    part.write_bytes(part.read_bytes()[:-32])

    assert blind_other(b, once, 1_000, quiet) == first


def test_after_kill_9_the_work_goes_on_with_the_same_scalar(
    a: Round, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    arguments = [str(a.folder), A.private.hex(), A.public.hex(), B.public.hex()]
    ended = subprocess.run([sys.executable, str(script), *arguments], cwd=Path.cwd(), check=False,
                           env={**os.environ, "PYTHONPATH": str(Path.cwd())}, start_new_session=True)  # fmt: skip
    kept, scalar = len(list((a.place / "once").glob("0*"))), (a.place / "scalar").read_bytes()

    monkeypatch.setattr(rounds, "PART", 64)
    told: list[int] = []
    blind_own(a, people(1, 4_001), 4_000, lambda done, _of: told.append(done))

    assert (ended.returncode, kept) == (-signal.SIGKILL, 3)
    assert (told[0], told[-1]) == (3 * 64, 4_000)
    assert (a.place / "scalar").read_bytes() == scalar


def test_its_scalar_is_for_one_list_of_each_side(a: Round, b: Round) -> None:
    once = blind_own(a, people(1, 301), 300, quiet)
    blind_other(b, once, 1_000, quiet)

    with pytest.raises(AnotherList):
        blind_own(a, people(2, 302), 300, quiet)
    with pytest.raises(AnotherPartnerList):
        blind_other(b, seal_points(random_points(1_000), A, B.public, "count"), 1_000, quiet)


def test_after_its_end_there_is_no_scalar_and_none_is_made(a: Round) -> None:
    blind_own(a, people(1, 11), 10, quiet)
    scalar = (a.place / "scalar").read_text()

    assert end_round(a.folder, "count")
    assert not end_round(a.folder, "count")

    assert [path.name for path in a.place.iterdir()] == ["ended"]
    with pytest.raises(RoundOver):
        blind_own(a, people(1, 11), 10, quiet)
    assert not any(scalar in path.read_text() for path in a.folder.rglob("*") if path.is_file())


def test_a_folder_that_was_copied_gives_no_scalar_away(a: Round) -> None:
    blind_own(a, people(1, 11), 10, quiet)
    a.place.rename(a.folder / "other")

    with pytest.raises(RoundOver):
        blind_own(replace(a, count_id="other"), people(1, 11), 10, quiet)


def test_only_its_owner_reads_what_lies_in_the_folder(a: Round) -> None:
    blind_own(a, people(1, 11), 10, quiet)

    modes = {stat.S_IMODE(path.stat().st_mode) for path in a.place.rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert stat.S_IMODE(a.place.stat().st_mode) == 0o700


def test_another_number_of_members_than_declared_is_refused(a: Round) -> None:
    with pytest.raises(NotThisMany):
        blind_own(a, people(1, 300), 300, quiet)

    assert not a.place.exists()


@pytest.mark.parametrize("how", ["forged", "of another count", "sent back", "bent"])
def test_a_list_that_is_not_the_partners_for_this_count_is_refused(a: Round, b: Round, how: str) -> None:
    points = random_points(1_000)
    sealed = {
        "forged": lambda: seal_points(points, STRANGER, B.public, "count"),
        "of another count": lambda: seal_points(points, A, B.public, "earlier"),
        "sent back": lambda: seal_points(points, B, A.public, "count"),
        "bent": lambda: _bent(seal_points(points, A, B.public, "count")),
    }[how]()

    with pytest.raises(NotForThisCount):
        blind_other(b, sealed, 1_000, quiet)

    assert not b.place.exists()


def test_points_that_are_none_leave_nothing_behind(b: Round) -> None:
    small = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")

    for points in (random_points(999) + small, random_points(999), random_points(500) * 2):
        with pytest.raises(InvalidPoints):
            blind_other(replace(b, folder=b.folder / str(len(points))), seal_points(points, A, B.public, "count"),
                        1_000, quiet)  # fmt: skip

    assert not list(b.folder.rglob("0*"))


def _bent(sealed: bytes) -> bytes:
    """Return what was sealed with its last bit turned."""
    return sealed[:-1] + bytes([sealed[-1] ^ 1])
