"""Invented lists and sales for the whole flow, and what they must come to, computed without the platform."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

SHARED, OWN, REPEATED, BAD = 1_200, 2_000, 5, 12
"""Rows of each list: members of both, of one, written twice, no members."""

RATE, WEIGHTS = Fraction(1, 10), (60, 40)
ORDERS = 90
COLUMNS = ("order_id", "line_no", "occurred_at", "campaign", "currency", "gross", "tax", "shipping", "quantity",
           "product", "customer", "referred_by")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One order line; amounts in cents."""

    order: str
    line: int
    at: str
    gross: int
    tax: int
    shipping: int
    referred_by: str

    @property
    def base(self) -> int:
        """What the rate is applied to."""
        return self.gross - self.tax - self.shipping


def members(brand: str) -> bytes:
    """Return a list of a brand, as it would be exported."""
    shared = [f"friend{n}@homes.example" for n in range(SHARED)]
    own = [f"{brand}{n}@homes.example" for n in range(OWN)]
    bad = ["", "nobody", "no@dot", "a b@homes.example"] * (BAD // 4)
    rows = [*shared, *own, *(email.upper() for email in own[:REPEATED]), *bad]
    return _table(("name", "email"), [(f"Member {n}", email) for n, email in enumerate(rows)])


def lines() -> list[Line]:
    """Return what Alder sells: orders of one to three lines, every fourth sent by Birch's community."""
    random = Random(20261010)
    found = []
    for n in range(ORDERS):
        at = f"2026-10-{10 + n // 9:02d}T{8 + n % 9:02d}:{random.randrange(60):02d}:00"
        for line in range(1, random.choice((1, 1, 2, 3)) + 1):
            net = random.randrange(390, 9_990)
            tax, shipping = net * 19 // 100, 490 if line == 1 else 0
            sender = "birch-club" if n % 4 == 0 else ""
            found.append(Line(f"A-{1000 + n}", line, at, net + tax + shipping, tax, shipping, sender))
    return found


def conversions(sold: Sequence[Line], campaign: str) -> bytes:
    """Return the sales as a file, with three rows in it that cannot be taken."""
    rows = [
        [one.order, one.line, one.at, campaign, "EUR", _major(one.gross), _major(one.tax), _major(one.shipping), 1,
         f"Blend {one.line}", f"c-{one.order}", one.referred_by]
        for one in sold
    ]  # fmt: skip
    unknown = [*rows[0][:3], "another-campaign", *rows[0][4:]]
    unreadable = ["A-9001", *rows[0][1:5], "twelve", *rows[0][6:]]
    early = ["A-9002", 1, "2026-09-30T10:00:00", *rows[0][3:]]
    return _table(COLUMNS, [*rows, ["A-9000", *unknown[1:]], unreadable, early])


def refunds(back: Sequence[Line]) -> bytes:
    """Return refunds of whole lines as a file, with one of an order that nobody knows."""
    columns = ("refund_id", "order_id", "line_no", "occurred_at", "currency", "amount")
    rows = [
        [f"R-{n}", one.order, one.line, "2026-10-20T12:00:00", "EUR", _major(one.gross)] for n, one in enumerate(back)
    ]
    return _table(columns, [*rows, ["R-99", "A-7777", 1, "2026-10-20T12:00:00", "EUR", "5.00"]])


def birchs_part(sold: Sequence[Line], back: Sequence[Line]) -> tuple[int, int]:
    """Return in cents what Birch earns, and what refunds of whole lines take back from it."""
    pool = int(RATE * sum(one.base for one in sold) + Fraction(1, 2))
    earned = _divided(pool, WEIGHTS)[1]
    ordered = sorted(sold, key=lambda one: (one.at, one.order, one.line))
    rows = dict(zip(ordered, _divided(earned, [one.base for one in ordered]), strict=True))
    return earned, sum(rows[one] for one in back)


def _divided(total: int, weights: Sequence[int]) -> list[int]:
    """Divide by largest remainder, as textbooks have it."""
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    parts = [int(each) for each in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def _major(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue().encode()
