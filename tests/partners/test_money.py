"""Money: golden vectors of allocation, and the laws that hold for every amount."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.money import (
    AmountTooLarge,
    AmountUnreadable,
    UnknownCurrency,
    allocate,
    checked,
    exponent,
    parse_minor,
    rounded,
)

VECTORS = [
    (10000, [1, 1, 1], 0, [3334, 3333, 3333]),
    (1001, [45, 35, 20], 0, [451, 350, 200]),
    (999, [45, 35, 20], 0, [449, 350, 200]),
    (12345, [50, 30, 20], 0, [6173, 3703, 2469]),
    (4000, [3334, 3333, 3333], 0, [1334, 1333, 1333]),
    (11, [6, 6, 2], 0, [5, 5, 1]),
    (10, [6, 6, 2], 0, [4, 4, 2]),
    (10000, [1, 1, 1], 1, [3333, 3334, 3333]),
    (1000000, [20000, 15000, 10000], 0, [444445, 333333, 222222]),
    (-10000, [1, 1, 1], 0, [-3334, -3333, -3333]),
]


@pytest.mark.parametrize(("total", "weights", "start", "parts"), VECTORS)
def test_allocation_vectors(total: int, weights: list[int], start: int, parts: list[int]) -> None:
    assert allocate(total, weights, start) == parts


@given(
    st.integers(-(10**15), 10**15),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=8).filter(any),
    st.integers(0, 7),
)
def test_parts_sum_to_the_whole_and_miss_their_quota_by_less_than_one(
    total: int, weights: list[int], start: int
) -> None:
    parts = allocate(total, weights, start)

    assert sum(parts) == total
    assert all(abs(part - Fraction(total * w, sum(weights))) < 1 for part, w in zip(parts, weights, strict=True))


def test_no_weight_divides_only_zero() -> None:
    assert allocate(0, [0, 0]) == [0, 0]
    with pytest.raises(ValueError):
        allocate(1, [0, 0])
    with pytest.raises(ValueError):
        allocate(1, [2, -1])


@given(st.integers(-(10**9), 10**9), st.integers(1, 1000))
def test_rounding_is_half_away_from_zero(numerator: int, denominator: int) -> None:
    value = Fraction(numerator, denominator)

    nearest = rounded(value)

    assert abs(nearest - value) <= Fraction(1, 2)
    assert rounded(-value) == -nearest
    if abs(nearest - value) == Fraction(1, 2):
        assert abs(nearest) > abs(value)


@pytest.mark.parametrize(
    ("currency", "digits"), [("EUR", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("TND", 3), ("CLF", 4)]
)
def test_exponents_follow_iso_4217(currency: str, digits: int) -> None:
    assert exponent(currency) == digits


@pytest.mark.parametrize("code", ["XAU", "XDR", "XTS", "XXX", "EURO", "", "eur"])
def test_codes_without_minor_units_are_refused(code: str) -> None:
    with pytest.raises(UnknownCurrency):
        exponent(code)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("1234.50", "EUR", 123450), ("-3", "EUR", -300), ("0.5", "EUR", 50), ("100", "JPY", 100), ("1.0", "JPY", 1),
     ("12.345", "KWD", 12345), (" 7.10 ", "CNY", 710)],
)  # fmt: skip
def test_amounts_are_read_exactly(text: str, currency: str, minor: int) -> None:
    assert parse_minor(text, currency) == minor


@pytest.mark.parametrize("text", ["", ".5", "1.", "1,50", "1.005", "1e3", "nan", "--1", "1 000", "١"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(AmountUnreadable):
        parse_minor(text, "EUR")


def test_more_than_64_bits_is_refused() -> None:
    assert checked(9 * 10**15) == 9 * 10**15
    with pytest.raises(AmountTooLarge):
        checked(2**63)
