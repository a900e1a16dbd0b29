"""When a statement was covered: payments and later reversals count for the oldest debt first. Pure; knows no table.

What is left of an unpaid statement is carried into the next one as its opening. So whoever asks whether a statement was
paid in time must look along its chain: partnership, payer, payee and currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

DEFAULT_AFTER = timedelta(days=30)
"""A debt that is so long past its due date and not covered is a default; our convention, F1 leaves it open."""


@dataclass(frozen=True, slots=True)
class Link:
    """One statement of a chain. ``watermark`` is the last journal number it has read: later payouts are for it."""

    issued_on: date
    closing_minor: int
    reversed_minor: int
    watermark: int


@dataclass(frozen=True, slots=True)
class Paid:
    """One payout of a chain, by the number of its journal entry."""

    seq: int
    paid_on: date
    minor: int


def covered_on(chain: Sequence[Link], payouts: Iterable[Paid]) -> list[date | None]:
    """Return the day on which each statement of a chain was covered; None where it is not yet.

    A statement with nothing to pay is covered on the day it was issued. What a later statement takes back lessens what
    an earlier one left to pay.

    Args:
        chain: oldest first.
    """
    paid = sorted(payouts, key=lambda each: (each.paid_on, each.seq))
    return [_covered(link, chain[place + 1 :], paid) for place, link in enumerate(chain)]


def is_default(due_on: date, covered: date | None, today: date) -> bool:
    """Say whether a debt is a default on a day.

    >>> is_default(date(2026, 3, 1), None, date(2026, 3, 31)), is_default(date(2026, 3, 1), None, date(2026, 4, 1))
    (False, True)
    """
    return covered is None and due_on + DEFAULT_AFTER < today


def _covered(link: Link, later: Iterable[Link], paid: Iterable[Paid]) -> date | None:
    left = link.closing_minor
    if left <= 0:
        return link.issued_on
    lessened = [(each.paid_on, each.minor) for each in paid if each.seq > link.watermark]
    lessened += [(each.issued_on, each.reversed_minor) for each in later]
    for day, minor in sorted(lessened):
        left -= minor
        if left <= 0:
            return max(day, link.issued_on)
    return None
