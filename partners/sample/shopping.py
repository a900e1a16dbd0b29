"""What people buy in the sample world: e-mail lists and order lines, drawn from a seed.

The proportions are measured on real, public data, the numbers themselves are drawn:

- lines in a basket, values and quantities of a line: 75,000 purchase lines of a grocer ("Complete Journey", 84.51°);
- redeemers among targeted households: 792 of 6,589 (12 %), the same source;
- overlap of buyers: 13 % to 76 % of the smaller list among ten of its product categories, the same source;
- refunds: 9,288 cancellations among 541,909 invoice lines (1.7 %), half of them within 9 days, one in ten later than
  65 days ("Online Retail", UCI, CC BY 4.0).
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

POPULATION = 42_000
"""People in the sample world."""

BASKET_LINES = ((1, 30_759), (2, 9_860), (3, 3_880), (4, 1_614), (5, 657), (6, 293))
"""(lines in a basket, baskets)."""

QUANTITIES = ((1, 59_044), (2, 10_807), (3, 2_043), (4, 1_111))
"""(pieces on a line, lines)."""

VALUE_MEDIAN, VALUE_SIGMA = 2.07, 0.85
"""Line value: log-normal with the median and the spread (quartiles 1.29 and 3.49) of the source."""

REFUND_SHARE = 9_288 / 541_909
REFUND_DAYS = ((0, 10), (4, 15), (9, 25), (23, 25), (65, 25))
"""(days after the sale, weight)."""


SEGMENTS = ("new", "regular", "regular", "regular", "regular", "regular", "regular", "lapsed", "lapsed", "new")
"""Segments of the members of a list: a fifth new, a fifth lapsed; who is which differs from list to list."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What one merchant sells in a campaign.

    ``price_minor``: typical value of a line in minor units; ``tax_percent``: contained in the price.
    """

    products: tuple[str, ...]
    price_minor: int
    tax_percent: int
    shipping_minor: int


@dataclass(slots=True)
class Sale:
    """One order line, kept so that a later refund can name it."""

    order_id: str
    line_no: int
    occurred_at: datetime
    gross: int


def member_list(random: Random, size: int, corner: float) -> bytes:
    """Return a CSV of e-mail addresses as a brand would export it, a few of them unusable.

    Members gather around the brand's corner of the population, so neighbours share many and strangers share few.
    """
    chosen: set[int] = set()
    while len(chosen) < size:
        spread = random.gauss(corner, 0.09) if random.random() < 0.75 else random.random()
        chosen.add(int(spread % 1 * POPULATION))
    lines = [f"person{number:05d}@mail.example,{SEGMENTS[number * size // 97 % 10]}" for number in sorted(chosen)]
    lines += ["not-an-address,new", "info@shop.example,regular", lines[0].upper(), ",lapsed"]
    return ("email,segment\n" + "\n".join(lines) + "\n").encode()


def orders(
    random: Random, ordinals: Iterator[int], prefix: str, shelf: Shelf, start: datetime, end: datetime, baskets: int
) -> list[tuple[Sale, dict[str, object]]]:
    """Return the order lines of one merchant in [start, end), oldest first, with the columns of a conversions file."""
    times = sorted(start + (end - start) * random.random() for _ in range(baskets))
    lines = []
    for at in times:
        order_id, buyer = f"{prefix}-{next(ordinals):06d}", random.randrange(POPULATION // 12)
        for line_no in range(1, _drawn(random, BASKET_LINES) + 1):
            sale = Sale(order_id, line_no, at.replace(microsecond=0), 0)
            lines.append((sale, _line(random, sale, shelf, buyer)))
    return lines


def refunds(
    random: Random, ordinals: Iterator[int], prefix: str, sales: list[Sale]
) -> list[tuple[datetime, dict[str, object]]]:
    """Return which of these sales are refunded, when and how much; three in four take the whole line back."""
    taken_back = []
    for sale in sales:
        if random.random() >= REFUND_SHARE:
            continue
        at = sale.occurred_at + timedelta(days=_drawn(random, REFUND_DAYS), hours=random.randrange(1, 12))
        row: dict[str, object] = {
            "refund_id": f"{prefix}-R{next(ordinals):05d}", "order_id": sale.order_id, "line_no": sale.line_no,
            "occurred_at": at.isoformat(), "amount": sale.gross if random.random() < 0.75 else max(1, sale.gross // 2),
        }  # fmt: skip
        taken_back.append((at, row))
    return taken_back


def as_csv(rows: list[dict[str, object]]) -> bytes:
    """Return rows of equal keys as a CSV file with a header."""
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def major(minor: int, exponent: int) -> str:
    """Return minor units as the decimal text of an export file: 1234 with two digits is 12.34."""
    if exponent == 0:
        return str(minor)
    return f"{minor // 10**exponent}.{minor % 10**exponent:0{exponent}d}"


def _line(random: Random, sale: Sale, shelf: Shelf, buyer: int) -> dict[str, object]:
    quantity = _drawn(random, QUANTITIES)
    piece = shelf.price_minor * random.lognormvariate(math.log(VALUE_MEDIAN), VALUE_SIGMA) / VALUE_MEDIAN
    goods = max(1, round(piece)) * quantity
    shipping = shelf.shipping_minor if sale.line_no == 1 else 0
    sale.gross = goods + shipping
    tax = goods * shelf.tax_percent // (100 + shelf.tax_percent)
    return {
        "order_id": sale.order_id, "line_no": sale.line_no, "occurred_at": sale.occurred_at.isoformat(),
        "gross": sale.gross, "tax": tax, "shipping": shipping, "quantity": quantity,
        "product": random.choice(shelf.products), "customer": f"C{buyer:05d}",
    }  # fmt: skip


def _drawn(random: Random, weighted: tuple[tuple[int, int], ...]) -> int:
    return random.choices([value for value, _ in weighted], [weight for _, weight in weighted])[0]
