"""The amounts that a statement prints, to look for them on its pages where it cannot be rendered again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reports import format as formats
from reports.lines import TABLE_ROWS, blocks_of, read_lines, sums_of
from reports.settlement import read_settlement

_AMOUNT = {
    0: re.compile(r"(?<![\w,.:-])−?\d{1,3}(?:,\d{3})+(?![\w,.:])"),
    2: re.compile(r"(?<![\w,.:-])−?\d[\d,]*\.\d{2}(?![\w.:])"),
    3: re.compile(r"(?<![\w,.:-])−?\d[\d,]*\.\d{3}(?![\w.:])"),
    4: re.compile(r"(?<![\w,.:-])−?\d[\d,]*\.\d{4}(?![\w.:])"),
}
"""What looks like an amount, by decimals of the currency."""


def amount_differences(pages: Iterable[str], settlement: Mapping[str, Any], language: str) -> Iterator[str]:
    """Yield each amount on a page that the settlement does not hold, and each of its totals that is on no page."""
    currency = settlement["currency"]
    known = {formats.money(minor, currency, language) for minor in _amounts(settlement)}
    pattern, seen = _AMOUNT[formats.decimals(currency)], set()
    for number, text in enumerate(pages, 1):
        for amount in pattern.findall(text):
            seen.add(amount)
            if amount not in known:
                yield f"page {number}: found {amount}, which is no amount of its data"
    for name, minor in settlement["totals"].items():
        amount = formats.money(minor, currency, language)
        if name in _SHOWN and pattern.fullmatch(amount) and amount not in seen:
            yield f"pages: {amount} is not printed, expected as {name}"


_SHOWN = ("gross", "base", "earned", "opening", "closing", "payable")


def _amounts(settlement: Mapping[str, Any]) -> Iterator[int]:
    read = read_settlement(settlement)
    totals, lines = settlement["totals"], settlement["conversions"]
    yield from (totals[name] for name in ("gross", "base", "earned", "opening", "closing", "payable"))
    yield from (-totals["paid"], -totals["reversed_now"] - totals["reversed_earlier"], 0)
    yield from (-amount for _, amount in read.excluded)
    for pool in read.terms:
        yield from (pool.base, pool.accrued, *(part.amount for part in pool.parts))
    for reversal in read.reversals:
        yield from (reversal.gross, reversal.share)
    yield from (-payment.amount for payment in read.payments)
    for line in (*lines, *settlement["refunds"]):
        yield from (line["gross"], line["share"], line.get("base", 0))
    if len(lines) > TABLE_ROWS:
        printed = read_lines(settlement)
        for start, end in blocks_of(len(printed)):
            yield from sums_of(printed[start:end])
