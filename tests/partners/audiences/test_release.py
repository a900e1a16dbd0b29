"""What is shown of an overlap, and that nothing more can be solved from it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.audiences.release import Band, ReleaseKind, SizeBand, released, rounded, size_band

sizes = st.integers(1, 5_000)
floors = st.integers(1, 200)
footings = st.sampled_from(["invited", "exploring", "signed", "ended"])


@pytest.mark.parametrize(
    ("shared", "band"),
    [
        (99, Band.UNDER_1), (100, Band.FROM_1), (499, Band.FROM_1), (500, Band.FROM_5), (1_000, Band.FROM_10),
        (2_000, Band.FROM_20), (4_000, Band.FROM_20), (4_001, Band.OVER_40), (9_999, Band.OVER_40),
    ],
)  # fmt: skip
def test_exploring_releases_the_band_of_the_smaller_list(shared: int, band: Band) -> None:
    shown = released(shared, 10_000, 80_000, 50, "exploring")

    assert (shown.kind, shown.band, shown.count) == (ReleaseKind.BAND, band, None)
    assert shown.level == list(Band).index(band) + 1
    assert (shown.jaccard, shown.overlap_coefficient, shown.lift(10**6)) == (None, None, None)


def test_signed_releases_a_rounded_count_and_what_follows_from_it() -> None:
    shown = released(1_235, 5_004, 20_000, 50, "signed")

    assert (shown.kind, shown.count, shown.size_a, shown.size_b) == (ReleaseKind.COUNT, 1_240, 5_000, 20_000)
    assert shown.jaccard == Fraction(1_240, 23_760)
    assert shown.overlap_coefficient == Fraction(1_240, 5_000)
    assert shown.lift(100_000) == Fraction(1_240 * 100_000, 5_000 * 20_000)
    assert shown.level == 5


@pytest.mark.parametrize("footing", ["invited", "ended"])
def test_outside_a_running_partnership_nothing_is_released(footing: str) -> None:
    assert released(5_000, 9_000, 9_000, 50, footing).kind is ReleaseKind.HIDDEN


@pytest.mark.parametrize("shared", [951, 960, 999, 1_000])
def test_nearly_all_of_the_smaller_list_is_released_as_a_band_only(shared: int) -> None:
    shown = released(shared, 1_000, 7_000, 50, "signed")

    assert (shown.kind, shown.band, shown.count) == (ReleaseKind.BAND, Band.OVER_40, None)


@given(sizes, sizes, st.data(), floors, footings)
def test_both_sides_read_the_same(size_a: int, size_b: int, data: st.DataObject, floor: int, footing: str) -> None:
    shared = data.draw(st.integers(0, min(size_a, size_b)))

    here, there = released(shared, size_a, size_b, floor, footing), released(shared, size_b, size_a, floor, footing)

    assert (here.kind, here.band, here.count, here.level) == (there.kind, there.band, there.count, there.level)
    assert (here.jaccard, here.overlap_coefficient) == (there.jaccard, there.overlap_coefficient)
    assert (here.size_a, here.size_b) == (there.size_b, there.size_a)


@given(sizes, sizes, st.data(), floors, footings)
def test_below_the_floor_nothing_tells_one_number_from_another(
    size_a: int, size_b: int, data: st.DataObject, floor: int, footing: str
) -> None:
    below = st.integers(0, min(size_a, size_b, floor - 1))

    one, other = (released(data.draw(below), size_a, size_b, floor, footing) for _ in range(2))

    assert one == other
    assert one.kind is ReleaseKind.HIDDEN
    assert one.level == 0


@given(sizes, sizes, st.data(), floors)
def test_a_released_count_is_within_half_a_step_and_its_shares_within_one(
    size_a: int, size_b: int, data: st.DataObject, floor: int
) -> None:
    shared = data.draw(st.integers(0, min(size_a, size_b)))

    shown = released(shared, size_a, size_b, floor, "signed")

    if shown.count is not None:
        assert shown.jaccard is not None
        assert shown.overlap_coefficient is not None
        assert abs(shown.count - shared) <= 5 or shown.count == min(shown.size_a, shown.size_b)
        assert shown.count % 10 == 0
        assert 0 <= shown.jaccard <= shown.overlap_coefficient <= 1


@pytest.mark.parametrize(("members", "shown"), [(0, 0), (4, 0), (5, 10), (14, 10), (15, 20), (1_234_567, 1_234_570)])
def test_halves_are_rounded_away_from_zero(members: int, shown: int) -> None:
    assert rounded(members) == shown


@pytest.mark.parametrize(
    ("members", "band"),
    [(999, SizeBand.UNDER_1K), (1_000, SizeBand.FROM_1K), (10_000, SizeBand.FROM_10K), (100_000, SizeBand.FROM_100K),
     (999_999, SizeBand.FROM_100K), (1_000_000, SizeBand.OVER_1M)],
)  # fmt: skip
def test_a_size_has_a_band(members: int, band: SizeBand) -> None:
    assert size_band(members) is band
