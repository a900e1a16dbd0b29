"""The fit score: the worked example of the specification, and the laws that hold for every rating."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.errors import Invalid
from partners.fit import score
from partners.fit.score import DEFAULT_WEIGHTS, Dimension, Weights
from reports import format as formats

RATINGS = st.lists(st.integers(1, 5), min_size=1, max_size=12)
MEMBERS = st.lists(st.integers(100, 10**9), min_size=3, max_size=3)


@st.composite
def any_weights(draw: st.DrawFn) -> Weights:
    cuts = sorted(draw(st.tuples(*[st.integers(0, 100)] * 3)))
    return Weights(cuts[0], cuts[1] - cuts[0], cuts[2] - cuts[1], 100 - cuts[2])


def test_the_worked_example_of_the_specification_comes_out_exactly() -> None:
    values, positioning, tone = (score.rated(r) for r in ([4, 5, 3, 4], [4, 4, 3, 3], [3, 2, 2, 3]))
    audience = score.audience([[20, 50, 30], [30, 40, 30]])

    found = score.fit({
        Dimension.VALUES: values.score, Dimension.POSITIONING: positioning.score, Dimension.AUDIENCE: audience,
        Dimension.TONE: tone.score,
    })  # fmt: skip

    assert (values.score, positioning.score, tone.score, audience) == (75, Fraction("62.5"), Fraction("37.5"), 90)
    assert [part.points for part in found.parts] == [
        Fraction("22.5"),
        Fraction("15.625"),
        Fraction("22.5"),
        Fraction("7.5"),
    ]
    assert [part.dimension for part in found.parts if part.is_low] == [Dimension.TONE]
    assert (found.total, found.equal) == (Fraction("68.125"), Fraction("66.25"))
    assert (formats.ratio(found.total, digits=1), formats.ratio(found.equal, digits=1)) == ("68.1", "66.3")


@pytest.mark.parametrize(
    ("ratings", "spread", "agreement"),
    [([4, 5, 3, 4], 2, Fraction(3, 4)), ([1, 5], 4, Fraction(0)), ([3, 3, 3], 0, Fraction(1)), ([2], 0, Fraction(1))],
)
def test_agreement_is_one_less_the_mean_distance_of_two_raters(
    ratings: list[int], spread: int, agreement: Fraction
) -> None:
    found = score.rated(ratings)

    assert (found.spread, found.agreement) == (spread, agreement)


@pytest.mark.parametrize(("ratings", "is_wide"), [([1, 4], True), ([2, 5, 4], True), ([2, 4], False)])
def test_raters_three_apart_are_flagged(ratings: list[int], is_wide: bool) -> None:
    assert score.rated(ratings).is_wide is is_wide


@given(RATINGS)
def test_a_rated_score_and_its_agreement_keep_their_bounds(ratings: list[int]) -> None:
    found = score.rated(ratings)

    assert 0 <= found.score <= 100
    assert 0 <= found.agreement <= 1
    assert found == score.rated(list(reversed(ratings)))


@given(st.lists(MEMBERS, min_size=2, max_size=4))
def test_an_audience_score_keeps_its_bounds_and_knows_no_order_of_sides(sides: list[list[int]]) -> None:
    percents = [score.shares(members) for members in sides]

    found = score.audience(percents)

    assert 0 <= found <= 100
    assert found == score.audience(percents[::-1])
    assert (found == 100) is (len(set(percents)) == 1)


@given(MEMBERS)
def test_shares_add_up_to_a_hundred(members: list[int]) -> None:
    assert sum(score.shares(members)) == 100


@given(st.tuples(*[st.fractions(0, 100)] * 4), any_weights())
def test_a_fit_lies_between_its_lowest_and_highest_dimension(scores: tuple[Fraction, ...], weights: Weights) -> None:
    found = score.fit(dict(zip(Dimension, scores, strict=True)), score.checked_weights(weights))

    assert min(scores) <= found.total <= max(scores)
    assert min(scores) <= found.equal <= max(scores)
    assert sum(part.weight for part in found.parts) == 100


def test_equal_weights_give_the_equal_score() -> None:
    scores = dict(zip(Dimension, map(Fraction, (10, 20, 30, 40)), strict=True))

    found = score.fit(scores, Weights(25, 25, 25, 25))

    assert found.total == found.equal == 25


def test_the_default_weights_are_those_of_the_specification() -> None:
    assert score.checked_weights(DEFAULT_WEIGHTS) == Weights(brand_values=30, positioning=25, audience=25, tone=20)


@pytest.mark.parametrize("weights", [Weights(30, 25, 25, 21), Weights(110, -10, 0, 0), Weights(0, 0, 0, 0)])
def test_weights_that_do_not_add_up_are_refused(weights: Weights) -> None:
    with pytest.raises(score.WeightsOff):
        score.checked_weights(weights)


@pytest.mark.parametrize("ratings", [{}, {Dimension.VALUES: 0, Dimension.POSITIONING: 3, Dimension.TONE: 3}])
def test_ratings_outside_of_the_rubric_are_refused(ratings: dict[Dimension, int]) -> None:
    with pytest.raises(score.RatingOutOfRange):
        score.checked_ratings(ratings)


@pytest.mark.parametrize(
    ("segments", "error"),
    [
        ([("young", 99), ("old", 500)], score.SegmentTooSmall), ([("young", 500)], score.SegmentsTooFew),
        ([("young", 500), (" YOUNG ", 500)], score.SegmentTwice), ([], score.SegmentsTooFew),
        ([("young", 500), ("old", 10**12)], score.SegmentTooLarge),
        ([(str(n), 500) for n in range(9)], score.SegmentsTooFew),
    ],
)  # fmt: skip
def test_segments_that_cannot_be_shared_are_refused(segments: list[tuple[str, int]], error: type[Invalid]) -> None:
    with pytest.raises(error):
        score.checked_segments(segments)


def test_labels_of_segments_are_trimmed() -> None:
    assert score.checked_segments([("  18  to 29 ", 100), ("30 up", 200)]) == {"18 to 29": 100, "30 up": 200}
