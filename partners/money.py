"""Money: integers in minor units, one rounding rule, sums conserved.

The only place that divides an amount. Exponents come from ISO 4217 (the ``iso4217`` package), never from a locale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from iso4217 import Currency as IsoCurrency

from partners.errors import Invalid

MAX_MINOR = 2**63 - 1
"""Largest amount a 64-bit column holds."""


class UnknownCurrency(Invalid):
    """{currency} is not a currency with minor units. Use an ISO 4217 code such as EUR or CNY."""


class AmountTooLarge(Invalid):
    """The amount is larger than the ledger can hold."""


class AmountUnreadable(Invalid):
    """“{text}” is not an amount in {currency}. Write digits with a point, such as 1234.50."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units and its ISO 4217 currency."""

    minor: int
    currency: str


@cache
def currencies() -> tuple[str, ...]:
    """Return the ISO 4217 codes of all currencies with minor units, in alphabetical order."""
    return tuple(sorted(each.code for each in IsoCurrency if each.exponent is not None))


@cache
def exponent(currency: str) -> int:
    """Return how many digits follow the point: 2 for EUR, 0 for JPY, 3 for KWD.

    Raises:
        UnknownCurrency: no such code, or one without minor units (XAU, XDR, XXX).

    >>> exponent("JPY"), exponent("KWD")
    (0, 3)
    """
    try:
        digits = IsoCurrency(currency).exponent
    except ValueError:
        digits = None
    if digits is None:
        raise UnknownCurrency(currency=currency)
    return int(digits)


def checked(minor: int) -> int:
    """Return the amount unchanged, or raise AmountTooLarge where 64 bits do not hold it."""
    if abs(minor) > MAX_MINOR:
        raise AmountTooLarge()
    return minor


def rounded(value: Fraction) -> int:
    """Return the nearest integer, half away from zero.

    >>> rounded(Fraction(5, 2)), rounded(Fraction(-5, 2))
    (3, -3)
    """
    twice = 2 * abs(value.numerator) + value.denominator
    whole = twice // (2 * value.denominator)
    return whole if value >= 0 else -whole


def allocate(total: int, weights: Sequence[int | Fraction], start: int = 0) -> list[int]:
    """Divide an amount by weights so that the parts sum exactly to it: the largest-remainder method.

    Args:
        total: minor units, of either sign.
        weights: one per part, none negative. All zero only with a total of zero.
        start: position that is favoured first when fractional parts are equal.

    Raises:
        ValueError: a negative weight, or no positive weight for a total that is not zero.

    >>> allocate(10000, [1, 1, 1])
    [3334, 3333, 3333]
    """
    if min(weights, default=0) < 0:
        raise ValueError("a weight is negative")
    if total < 0:
        return [-part for part in allocate(-total, weights, start)]
    whole = sum(weights)
    if whole == 0:
        if total:
            raise ValueError("no positive weight to divide by")
        return [0] * len(weights)
    return _largest_remainder(total, weights, whole, start)


def parse_minor(text: str, currency: str) -> int:
    """Read an amount such as ``1234.50`` or ``-3`` exactly into minor units.

    Raises:
        AmountUnreadable: not digits with at most one point, or more decimals than the currency has.

    >>> parse_minor("12.345", "KWD")
    12345
    """
    digits = exponent(currency)
    plain = text.strip()
    body = plain.removeprefix("-")
    whole, _, part = body.partition(".")
    if not (whole.isascii() and whole.isdigit()) or (part and not (part.isascii() and part.isdigit())):
        raise AmountUnreadable(text=text, currency=currency)
    if len(part.rstrip("0")) > digits or body.endswith("."):
        raise AmountUnreadable(text=text, currency=currency)
    minor = int(whole + part[:digits].ljust(digits, "0"))
    return checked(-minor if plain.startswith("-") else minor)


def to_decimal(minor: int, currency: str) -> Decimal:
    """Return the amount in major units, exactly, for display only."""
    return Decimal(minor).scaleb(-exponent(currency))


def _largest_remainder(total: int, weights: Sequence[int | Fraction], whole: int | Fraction, start: int) -> list[int]:
    parts, remainders = _floors(total, weights, whole) if isinstance(whole, Fraction) else _whole(total, weights, whole)
    left = total - sum(parts)
    if left:
        _add_ones(parts, remainders, left, start % len(parts))
    return parts


def _add_ones(parts: list[int], remainders: Sequence[Any], left: int, first: int) -> None:
    """Give one unit each to the ``left`` largest remainders; of equal ones, first to positions from ``first`` on."""
    bar = sorted(remainders, reverse=True)[left - 1]
    equal = [i for i, remainder in enumerate(remainders) if remainder == bar]
    turn = next((k for k, i in enumerate(equal) if i >= first), 0)
    chosen = [i for i, remainder in enumerate(remainders) if remainder > bar]
    for i in chosen + (equal[turn:] + equal[:turn])[: left - len(chosen)]:
        parts[i] += 1


def _floors(total: int, weights: Sequence[int | Fraction], whole: Fraction) -> tuple[list[int], list[Fraction]]:
    quotas = [Fraction(total * weight) / whole for weight in weights]
    parts = [quota.numerator // quota.denominator for quota in quotas]
    return parts, [quota - part for quota, part in zip(quotas, parts, strict=True)]


def _whole(total: int, weights: Sequence[Any], whole: int) -> tuple[list[int], list[int]]:
    """The same in integers alone, remainders in units of 1/whole: a million parts in about a second."""
    products = [total * weight for weight in weights]
    return [product // whole for product in products], [product % whole for product in products]
