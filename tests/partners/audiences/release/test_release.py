"""What is shown of an overlap, and that nothing more can be solved from it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.audiences.release.release import (
    Band,
    Released,
    ReleaseKind,
    ReleaseSettings,
    SizeBand,
    band_of,
    hide_too,
    released,
    released_cell,
    rounded,
    size_band,
    steady_band,
    stricter,
)

SETTINGS = ReleaseSettings()

sizes = st.integers(1_000, 5_000)
floors = st.integers(50, 200)
footings = st.sampled_from(["invited", "exploring", "signed", "ended"])


@pytest.mark.parametrize(
    ("shared", "band"),
    [
        (99, Band.UNDER_1), (100, Band.FROM_1), (499, Band.FROM_1), (500, Band.FROM_5), (1_000, Band.FROM_10),
        (2_000, Band.FROM_20), (4_000, Band.FROM_20), (4_001, Band.OVER_40), (9_999, Band.OVER_40),
    ],
)  # fmt: skip
def test_exploring_releases_the_band_of_the_smaller_list(shared: int, band: Band) -> None:
    shown = released(shared, 10_000, 80_000, SETTINGS, "exploring")

    assert (shown.kind, shown.band, shown.count) == (ReleaseKind.BAND, band, None)
    assert shown.level == list(Band).index(band) + 1
    assert (shown.jaccard, shown.overlap_coefficient, shown.lift(10**6)) == (None, None, None)
    assert (shown.unique_a, shown.unique_b) == (None, None)


def test_signed_releases_a_rounded_count_and_what_follows_from_it() -> None:
    shown = released(1_235, 5_004, 20_000, SETTINGS, "signed")

    assert (shown.kind, shown.count, shown.size_a, shown.size_b) == (ReleaseKind.COUNT, 1_240, 5_000, 20_000)
    assert shown.jaccard == Fraction(1_240, 23_760)
    assert shown.overlap_coefficient == Fraction(1_240, 5_000)
    assert shown.lift(100_000) == Fraction(1_240 * 100_000, 5_000 * 20_000)
    assert (shown.unique_a, shown.unique_b) == (3_760, 18_760)
    assert shown.turned().unique_a == 18_760
    assert shown.level == 5


@pytest.mark.parametrize("footing", ["invited", "ended"])
def test_outside_a_running_partnership_nothing_is_released(footing: str) -> None:
    assert released(5_000, 9_000, 9_000, SETTINGS, footing).kind is ReleaseKind.HIDDEN
    assert released(None, 9_000, 9_000, SETTINGS, footing).kind is ReleaseKind.HIDDEN


def test_what_was_taken_back_is_called_so() -> None:
    shown = released(None, 9_000, 9_000, SETTINGS, "signed")

    assert (shown.kind, shown.is_shown, shown.level, shown.count) == (ReleaseKind.TAKEN_BACK, False, 0, None)


@pytest.mark.parametrize("footing", ["exploring", "signed"])
def test_of_a_list_under_a_thousand_nothing_is_released(footing: str) -> None:
    assert released(500, 999, 9_000, SETTINGS, footing).kind is ReleaseKind.HIDDEN
    assert released(500, 1_000, 9_000, SETTINGS, footing).is_shown


@pytest.mark.parametrize("shared", [951, 960, 999, 1_000, 1_011])
def test_nearly_all_of_the_smaller_list_is_released_as_a_band_only(shared: int) -> None:
    shown = released(shared, 1_000, 7_000, SETTINGS, "signed")

    assert (shown.kind, shown.band, shown.count) == (ReleaseKind.BAND, Band.OVER_40, None)


@given(sizes, sizes, st.data(), floors, footings)
def test_both_sides_read_the_same(size_a: int, size_b: int, data: st.DataObject, floor: int, footing: str) -> None:
    noisy = data.draw(st.integers(-20, min(size_a, size_b) + 20))
    settings = ReleaseSettings(floor)

    here, there = (released(noisy, *pair, settings, footing) for pair in ((size_a, size_b), (size_b, size_a)))

    assert here == there.turned()
    assert (here.level, here.jaccard, here.overlap_coefficient) == (
        there.level, there.jaccard, there.overlap_coefficient,
    )  # fmt: skip


@given(sizes, sizes, st.data(), floors, footings)
def test_below_the_floor_nothing_tells_one_number_from_another(
    size_a: int, size_b: int, data: st.DataObject, floor: int, footing: str
) -> None:
    below, settings = st.integers(-20, floor - 1), ReleaseSettings(floor)

    one, other = (released(data.draw(below), size_a, size_b, settings, footing) for _ in range(2))

    assert one == other
    assert one.kind is ReleaseKind.HIDDEN
    assert one.level == 0


@given(sizes, sizes, st.data(), floors, st.sampled_from([10, 50, 100]))
def test_a_released_count_is_within_half_a_step_and_its_shares_within_one(
    size_a: int, size_b: int, data: st.DataObject, floor: int, step: int
) -> None:
    noisy = data.draw(st.integers(0, min(size_a, size_b)))

    shown = released(noisy, size_a, size_b, ReleaseSettings(floor, step), "signed")

    if shown.count is not None:
        assert shown.jaccard is not None
        assert shown.overlap_coefficient is not None
        assert abs(shown.count - noisy) <= step // 2
        assert shown.count % step == shown.size_a % step == 0
        assert 0 < shown.jaccard <= 1
        assert shown.jaccard <= shown.overlap_coefficient <= 1


@given(sizes, st.data())
def test_all_but_a_few_of_a_list_are_told_apart_by_nothing(size: int, data: st.DataObject) -> None:
    nearly = st.integers(size - SETTINGS.floor + 1, size + 20)

    one, other = (released(data.draw(nearly), size, 9_000, SETTINGS, "signed") for _ in range(2))

    assert one == other


def test_a_cell_of_segments_needs_a_hundred_on_every_side() -> None:
    shown = {
        (noisy, size): released_cell(noisy, size, 5_000, SETTINGS, "signed").kind
        for noisy, size in ((99, 5_000), (100, 5_000), (500, 599), (500, 600))
    }

    assert list(shown.values()) == [ReleaseKind.HIDDEN, ReleaseKind.COUNT, ReleaseKind.HIDDEN, ReleaseKind.COUNT]
    assert released_cell(300, 800, 900, ReleaseSettings(250), "signed").count == 300
    assert released_cell(300, 800, 900, ReleaseSettings(301), "signed").kind is ReleaseKind.HIDDEN
    assert released_cell(500, 5_000, 5_000, SETTINGS, "exploring").kind is ReleaseKind.HIDDEN
    assert released_cell(None, 5_000, 5_000, SETTINGS, "signed").kind is ReleaseKind.TAKEN_BACK


def test_further_cells_are_hidden_like_the_first() -> None:
    cells = {cell: released_cell(500, 2_000, 2_000, SETTINGS, "signed") for cell in (("a", "x"), ("a", "y"))}

    shown = hide_too(cells, [("a", "y")])

    assert shown == {("a", "x"): cells["a", "x"], ("a", "y"): Released(ReleaseKind.HIDDEN, 100)}


@given(sizes, st.data(), st.sampled_from(Band))
def test_a_band_changes_only_beyond_two_deviations(smaller: int, data: st.DataObject, before: Band) -> None:
    noisy = data.draw(st.integers(0, smaller))

    after = steady_band(noisy, smaller, before, 250)

    assert after in (before, band_of(noisy, smaller))
    if after != before:
        moved = [band_of(noisy + by, smaller) for by in (-11, 11)]
        assert before not in moved


def test_a_band_near_its_boundary_stays_whichever_it_was() -> None:
    near = range(1_990, 2_011)

    assert {steady_band(each, 10_000, Band.FROM_10, 250) for each in near} == {Band.FROM_10}
    assert {steady_band(each, 10_000, Band.FROM_20, 250) for each in near} == {Band.FROM_20}
    assert {steady_band(each, 10_000, None, 250) for each in near} == {Band.FROM_10, Band.FROM_20}
    assert steady_band(2_020, 10_000, Band.FROM_10, 100) is Band.FROM_10
    assert steady_band(50, 10_000, Band.OVER_40, 250) is Band.UNDER_1


def test_the_stricter_side_wins() -> None:
    both = stricter([ReleaseSettings(50, 100, 250, 2_000), ReleaseSettings(80, 10, 100, 1_000)])

    assert both == ReleaseSettings(80, 100, 100, 1_000)


@pytest.mark.parametrize(("members", "shown"), [(0, 0), (4, 0), (5, 10), (14, 10), (15, 20)])
def test_rounding_goes_to_the_nearest_ten(members: int, shown: int) -> None:
    assert rounded(members) == shown


@pytest.mark.parametrize(
    ("members", "band"),
    [(999, SizeBand.UNDER_1K), (1_000, SizeBand.FROM_1K), (99_999, SizeBand.FROM_10K), (10**6, SizeBand.OVER_1M)],
)
def test_sizes_have_bands(members: int, band: SizeBand) -> None:
    assert size_band(members) is band
