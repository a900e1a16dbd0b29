"""How an amount is earned, shared and taken back: the arithmetic of domain specification A6 and A7. Pure, exact.

Everything is an integer in minor units; a rate is a fraction; nothing is rounded twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from partners.money import allocate, rounded


class Agreed(NamedTuple):
    """What one version of terms says about sharing: the rate, and the parties with their weights, in order."""

    rate: Fraction
    parties: tuple[str, ...]
    weights: tuple[int, ...]


def agreed(document: Mapping[str, Any]) -> Agreed:
    """Return how a terms document shares; a party of weight zero shares nothing and is left out."""
    sharing = [party for party in document["parties"] if party["weight"] > 0]
    return Agreed(
        Fraction(document["rule"]["rate"]),
        tuple(party["partner"] for party in sharing),
        tuple(party["weight"] for party in sharing),
    )


def accrued(rate: Fraction, base: int) -> int:
    """Return T, what all parties together earn on a pool's base: rounded once, half away from zero.

    >>> accrued(Fraction("0.175"), 12345)
    2160
    """
    return rounded(rate * base)


def row_shares(share: int, bases: Sequence[int]) -> list[int]:
    """Divide one party's share of a pool among its lines; the bases stand for base times rate, one rate for all.

    >>> row_shares(10, [600, 550, 1400])
    [2, 2, 6]
    """
    return allocate(share, bases)


def reversal(earned: int, gross: int, refunded: int, remaining: Sequence[int]) -> list[int]:
    """Return what a refund takes back from each party, none of it negative.

    Args:
        earned: E, what all parties earned on the line.
        gross: what the buyer paid for the line.
        refunded: what was paid back so far, this refund included; at most the gross.
        remaining: what each party still holds of the line, in the order of the parties.

    >>> reversal(10000, 12500, 5000, [3334, 3333, 3333])
    [1334, 1333, 1333]
    """
    held = sum(remaining)
    if not gross:
        return [0] * len(remaining)
    due = (2 * earned * refunded + gross) // (2 * gross) - (earned - held)  # R(E q): half up, nothing is negative
    return allocate(due, remaining) if due else [0] * len(remaining)
