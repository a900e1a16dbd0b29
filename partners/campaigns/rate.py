"""Rates: exact, in one spelling, never a float. Pure.

A decimal of at most six places, or a fraction of integers: one third is 1/3, never 0.3333.
"""

from __future__ import annotations

import re
from fractions import Fraction

from partners.errors import Invalid

PLACES = 6
"""Decimal places of a rate, so four of a percentage (domain specification A2)."""

MAX_DENOMINATOR = 10**PLACES

_NUMBER = re.compile(r"([0-9]{1,9})(\.[0-9]{1,12}|/0*[1-9][0-9]{0,6})?", re.ASCII)


class RateUnusable(Invalid):
    """“{rate}” is not a rate. Write more than 0 and at most 100 %, with at most four digits after the point."""


def exact_rate(text: object) -> str:
    """Return the one spelling of a rate: a decimal of at most 6 places, or else p/q in lowest terms.

    Raises:
        RateUnusable: not text (a float is refused), zero, more than 1, or more than 6 places.

    >>> exact_rate("0.10"), exact_rate("1/4"), exact_rate("2/6")
    ('0.1', '0.25', '1/3')
    """
    return _checked(text, text, 1)


def rate_of_percent(text: str) -> str:
    """Return the rate that a percentage stands for; at most 4 places, or a fraction such as 100/3.

    >>> rate_of_percent("10"), rate_of_percent("12.5"), rate_of_percent("100/3")
    ('0.1', '0.125', '1/3')
    """
    return _checked(text, text.strip().removesuffix("%").strip(), 100)


def percent_of_rate(rate: str) -> str:
    """Return the percentage of a rate without the sign; ``rate_of_percent`` reads it back.

    >>> percent_of_rate("0.125"), percent_of_rate("1/3")
    ('12.5', '100/3')
    """
    return _spelt(Fraction(rate) * 100, PLACES - 2)


def _checked(as_written: object, plain: object, hundred: int) -> str:
    """Return the spelling of digits with a point or a slash, divided by one or a hundred; refuse anything else."""
    if not isinstance(plain, str) or not _NUMBER.fullmatch(plain):
        raise RateUnusable(rate=as_written)
    rate = Fraction(plain) / hundred
    is_exact = rate.denominator <= MAX_DENOMINATOR if "/" in plain else bool(_decimal(rate))
    if not 0 < rate <= 1 or not is_exact:
        raise RateUnusable(rate=as_written)
    return _spelt(rate)


def _spelt(value: Fraction, places: int = PLACES) -> str:
    return _decimal(value, places) or f"{value.numerator}/{value.denominator}"


def _decimal(value: Fraction, places: int = PLACES) -> str:
    """Return an exact decimal without trailing zeros, or "" where it needs more places."""
    shifted = value * 10**places
    if shifted.denominator != 1:
        return ""
    digits = str(shifted.numerator).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".")
