"""Noise for counts: discrete Laplace, drawn exactly, without any floating-point number.

Canonne, Kamath, Steinke: The Discrete Gaussian for Differential Privacy (2020), algorithms 1 and 2. Floating-point
samplers leak through the numbers they cannot reach (Mironov 2012); here every decision is one of random integers, so
the probabilities are those of the formula: Pr[x] = (1 − q)/(1 + q) · q^|x| with q = exp(−ε).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from fractions import Fraction
from math import isqrt

Below = Callable[[int], int]
"""Gives a random integer from 0 to below its argument, each equally likely."""

_TERMS = 12
"""Of the series of sinh; the rest is below 10^-20 for ε up to 1."""


def noise(epsilon_milli: int, below: Below = secrets.randbelow) -> int:
    """Draw noise for a count that one person changes by at most one.

    Args:
        epsilon_milli: thousandths of privacy loss, 1 or more; the smaller, the more noise.
        below: source of random integers; another one in tests only.
    """
    rate = Fraction(epsilon_milli, 1000)
    steps, scale = rate.numerator, rate.denominator
    while True:
        offset = below(scale)
        if not _with_probability_exp(offset, scale, below):
            continue
        whole = 0
        while _with_probability_exp(1, 1, below):
            whole += 1
        size = (offset + scale * whole) // steps
        is_negative = below(2) == 1
        if not (is_negative and size == 0):
            return -size if is_negative else size


def laplace_variance(epsilon_milli: int) -> Fraction:
    """Return the variance 2q/(1 − q)² with q = exp(−ε), which is 1/(2·sinh²(ε/2)), to far more digits than are shown.

    >>> round(laplace_variance(250), 2)
    Fraction(3183, 100)
    """
    half = Fraction(epsilon_milli, 2000)
    term = sinh = half
    for n in range(1, _TERMS):
        term = term * half * half / (2 * n * (2 * n + 1))
        sinh += term
    return 1 / (2 * sinh * sinh)


def laplace_sd(epsilon_milli: int) -> Fraction:
    """Return the standard deviation of the noise in members, in thousandths, rounded down.

    >>> laplace_sd(250), laplace_sd(1000)
    (Fraction(2821, 500), Fraction(339, 250))
    """
    variance = laplace_variance(epsilon_milli)
    return Fraction(isqrt(1_000_000 * variance.numerator // variance.denominator), 1000)


def _with_probability_exp(numerator: int, denominator: int, below: Below) -> bool:
    """Return True with probability exp(−γ), γ = numerator/denominator from 0 to 1 (algorithm 1 of the paper)."""
    k = 1
    while below(denominator * k) < numerator:
        k += 1
    return k % 2 == 1
