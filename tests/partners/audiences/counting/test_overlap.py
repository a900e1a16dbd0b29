"""Counts of common tokens, equal to Python's sets whatever the tokens, the slices and the number of files."""

from __future__ import annotations

import os
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.audiences.counting import slices
from partners.audiences.counting.overlap import count_against, count_matrix, count_pairs, count_regions, open_tokens
from partners.audiences.counting.slices import expected_false_matches, slice_bits
from partners.audiences.intake.reading import TOKEN_TYPE

REAL = Path(os.environ.get("TANDEM_REAL_DATA", "../shared/data")) / "deezer_genres"
near = st.integers(0, 20) | st.integers(2**64 - 20, 2**64 - 1) | st.integers(0, 63).map(lambda bit: 1 << bit)
lists = st.lists(st.sets(near | st.integers(0, 2**64 - 1), max_size=30), min_size=1, max_size=9)


def as_tokens(members: set[int]) -> slices.Tokens:
    return np.array(sorted(members), dtype=TOKEN_TYPE)


def by_sets(members: list[set[int]]) -> dict[tuple[int, int], int]:
    return {(i, j): len(members[i] & members[j]) for i, j in combinations(range(len(members)), 2)}


@given(lists, st.integers(1, 3))
def test_all_pairs_are_counted_as_sets_count_them(members: list[set[int]], threads: int) -> None:
    counts = count_matrix([as_tokens(one) for one in members], threads)

    assert {pair: counts[pair] for pair in by_sets(members)} == by_sets(members)
    assert counts.sum() == sum(by_sets(members).values())


@given(lists)
def test_one_against_many_is_counted_as_sets_count_it(members: list[set[int]]) -> None:
    one, *others = members

    assert list(count_against(as_tokens(one), map(as_tokens, others))) == [len(one & other) for other in others]


def test_a_small_list_is_searched_in_a_large_one_and_the_other_way_round() -> None:
    large, small = as_tokens(set(range(0, 2_000_000, 7))), as_tokens({0, 7, 8, 1_999_999, 2**63})

    assert list(count_against(small, [large])) == list(count_against(large, [small])) == [2]


@pytest.mark.parametrize("step", [1, 1 << 20, 1 << 44, 3 << 16])
@pytest.mark.parametrize("first", [0, 2**63])
def test_invented_tokens_that_share_their_first_or_last_bits_are_counted_exactly(step: int, first: int) -> None:
    one, other = ({first + step * number for number in numbers} for numbers in (range(900), range(5, 3_000, 3)))

    assert count_against(as_tokens(one), [as_tokens(other), as_tokens(set()), as_tokens(one)]) == [299, 0, 900]


def test_a_list_is_counted_exactly_among_more_tokens_than_are_looked_up_at_a_time() -> None:
    one, other = set(range(0, 300_000, 3)), set(range(0, 300_000, 2))

    assert count_against(as_tokens(one), [as_tokens(other), as_tokens({1, 3}), as_tokens(one)]) == [50_000, 1, 100_000]


def test_files_are_read_and_only_the_asked_pairs_returned(tmp_path: Path) -> None:
    paths = [tmp_path / str(number) for number in range(3)]
    for path, members in zip(paths, ({1, 2, 3}, {2, 3, 4}, set[int]()), strict=True):
        as_tokens(members).tofile(path)

    assert count_pairs(paths) == {(0, 1): 2, (0, 2): 0, (1, 2): 0}
    assert count_pairs(paths, [(1, 0)]) == {(1, 0): 2}
    assert len(open_tokens(paths[2])) == 0


def test_progress_is_told_from_the_calling_thread() -> None:
    told: list[tuple[int, int]] = []

    count_matrix([as_tokens({1}), as_tokens({1})], beat=lambda done, total: told.append((done, total)))

    assert told
    assert all(0 < done <= total for done, total in told)


@pytest.mark.parametrize(
    ("files", "size"), [(20, 1_000_000), (200, 100_000), (2_000, 10_000), (2_000, 1_000_000), (1, 10), (2, 0)]
)
def test_false_matches_stay_below_the_bound(files: int, size: int) -> None:
    sizes = [size] * files
    lost = max(slices.number_bits(len(sizes)) - slice_bits(sizes), 0)

    assert lost == 0 or expected_false_matches(sum(sizes), lost) <= 0.01


def test_tokens_that_differ_in_the_last_bit_are_told_apart_among_many_files() -> None:
    members = [{2**40 + number, 5} for number in range(75)]

    counts = count_matrix([as_tokens(one) for one in members])

    assert counts.sum() == 75 * 74 // 2


def test_many_large_files_are_counted_alike_in_one_slice_and_in_many(tmp_path: Path) -> None:
    dice = np.random.default_rng(5)
    members = [dice.integers(0, 40_000, 12_000, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) for _ in range(60)]
    files = [np.unique(one) for one in members]

    counts = count_matrix(files)

    assert slice_bits([len(one) for one in files]) > 0
    assert [int(counts[0, other]) for other in range(1, 60)] == count_against(files[0], files[1:])
    assert int(counts[3, 59]) == len(np.intersect1d(files[3], files[59]))


@given(lists.filter(lambda members: len(members) <= 6), st.integers(1, 3))
def test_regions_are_counted_as_sets_count_them(members: list[set[int]], threads: int) -> None:
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / str(number) for number in range(len(members))]
        for path, one in zip(paths, members, strict=True):
            as_tokens(one).tofile(path)

        counts = count_regions(paths, threads=threads)

    everyone = set.union(*members)
    exactly = [tuple(person in one for one in members) for person in everyone]
    assert counts == [
        exactly.count(tuple(bool(region >> bit & 1) for bit in range(len(members))))
        for region in range(1, 1 << len(members))
    ]
    assert sum(counts) == len(everyone)


def test_regions_of_large_files_add_up_to_their_sizes_and_overlaps(tmp_path: Path) -> None:
    dice = np.random.default_rng(6)
    paths = [tmp_path / str(number) for number in range(5)]
    for path in paths:
        members = dice.integers(0, 200_000, 90_000, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        np.unique(members).astype(TOKEN_TYPE).tofile(path)

    counts = count_regions(paths)

    of = {region + 1: count for region, count in enumerate(counts)}
    for (one, other), shared in count_pairs(paths).items():
        assert sum(count for region, count in of.items() if region >> one & region >> other & 1) == shared
    assert [sum(count for region, count in of.items() if region >> one & 1) for one in range(5)] == [
        len(open_tokens(path)) for path in paths
    ]


def test_more_than_six_files_have_no_regions(tmp_path: Path) -> None:
    paths = [tmp_path / str(number) for number in range(7)]
    for path in paths:
        path.touch()

    with pytest.raises(ValueError, match="one to six files"):
        count_regions(paths)


@pytest.mark.real
@pytest.mark.skipif(not REAL.is_dir(), reason="the public data sets are not here")
def test_every_pair_of_real_genres_is_counted_exactly() -> None:
    members = list(_genres().values())

    counts = count_matrix([as_tokens(one) for one in members])

    assert len(members) == 86
    assert {pair: counts[pair] for pair in by_sets(members)} == by_sets(members)


def _genres() -> dict[str, set[int]]:
    import pyarrow.parquet

    rows = pyarrow.parquet.read_table(REAL / "deezer_genre_memberships.parquet").to_pylist()
    spread = 0x9E3779B97F4A7C15
    found: dict[str, set[int]] = {}
    for row in rows:
        listener = int.from_bytes(row["user_id"].encode(), "big")
        found.setdefault(row["genre"], set()).add(listener * spread % 2**64)
    return found
