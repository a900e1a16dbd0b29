from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.campaigns.rate import RateUnusable, exact_rate, percent_of_rate, rate_of_percent


@pytest.mark.parametrize(
    "text", ["0", "0.0", "1.1", "2", "-0.1", "0.1234567", "0.0000125", "1/0", "3/2", "1e-1", ".5", "5.", "", "０.１"]
)
def test_what_is_no_exact_rate_is_refused(text: str) -> None:
    with pytest.raises(RateUnusable):
        exact_rate(text)


@pytest.mark.parametrize("value", [0.1, 1, None, Fraction(1, 10), True])
def test_a_number_that_is_not_text_is_refused(value: object) -> None:
    with pytest.raises(RateUnusable):
        exact_rate(value)


def test_a_refused_percentage_is_quoted_as_it_was_typed() -> None:
    with pytest.raises(RateUnusable) as refused:
        rate_of_percent("33.33333 %")

    assert "33.33333 %" in str(refused.value)


@given(st.integers(1, 999_999), st.integers(1, 999_999))
def test_every_fraction_has_one_spelling_that_reads_back(a: int, b: int) -> None:
    p, q = sorted((a, b))

    spelt = exact_rate(f"{p}/{q}")

    assert Fraction(spelt) == Fraction(p, q)
    assert exact_rate(spelt) == spelt


@given(st.integers(1, 1_000_000))
def test_a_percentage_is_the_rate_times_a_hundred(millionths: int) -> None:
    rate = exact_rate(f"{millionths}/1000000")

    percent = percent_of_rate(rate)

    assert Fraction(percent) == Fraction(millionths, 10_000)
    assert rate_of_percent(percent) == rate


@given(st.integers(1, 999), st.integers(1, 999))
def test_percent_reads_back_fractions_too(a: int, b: int) -> None:
    p, q = sorted((a, b))
    rate = exact_rate(f"{p}/{q}")

    assert rate_of_percent(percent_of_rate(rate)) == rate
