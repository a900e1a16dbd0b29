"""The noise is discrete Laplace, drawn from integers alone."""

from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction
from math import exp, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.audiences.release.noise import laplace_sd, laplace_variance, noise

DRAWN = 20_000


def drawn(epsilon_milli: int, seed: int = 7, number: int = DRAWN) -> list[int]:
    source = random.Random(seed)
    return [noise(epsilon_milli, source.randrange) for _ in range(number)]


@pytest.mark.parametrize("epsilon_milli", [100, 250, 333, 1000])
def test_mean_and_variance_are_those_of_the_formula(epsilon_milli: int) -> None:
    found = drawn(epsilon_milli)

    epsilon = epsilon_milli / 1000
    variance = 2 * exp(epsilon) / (exp(epsilon) - 1) ** 2
    assert abs(sum(found) / DRAWN) < 5 * sqrt(variance / DRAWN)
    assert sum(each * each for each in found) / DRAWN == pytest.approx(variance, rel=0.08)
    assert float(laplace_variance(epsilon_milli)) == pytest.approx(variance, rel=1e-12)


def test_each_value_is_as_likely_as_the_formula_says() -> None:
    found = Counter(drawn(250))

    q = exp(-0.25)
    for value in range(-8, 9):
        likely = (1 - q) / (1 + q) * q ** abs(value)
        assert abs(found[value] / DRAWN - likely) < 5 * sqrt(likely / DRAWN)


def test_95_of_100_are_within_12() -> None:
    assert sum(abs(each) <= 12 for each in drawn(250)) / DRAWN == pytest.approx(0.956, abs=0.01)


@given(st.integers(1, 1_500))
def test_the_deviation_is_the_root_of_the_variance_rounded_down(epsilon_milli: int) -> None:
    sd, step = laplace_sd(epsilon_milli), Fraction(1, 1000)

    assert sd**2 <= laplace_variance(epsilon_milli) < (sd + step) ** 2


@given(st.integers(1, 1_500), st.integers(0, 2**32))
def test_the_same_random_integers_give_the_same_noise(epsilon_milli: int, seed: int) -> None:
    assert drawn(epsilon_milli, seed, 3) == drawn(epsilon_milli, seed, 3)


def test_without_a_source_the_system_gives_the_random_integers() -> None:
    assert len({noise(50) for _ in range(100)}) > 10
