"""CSV that a spreadsheet opens without harm (RFC 4180), as UTF-8 with the mark that Excel looks for."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

_BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠")
"""First characters that make a spreadsheet run a cell (OWASP, CSV injection), full-width forms included."""


def as_lines(titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield the file piece by piece, its title line first."""
    yield _BOM.encode() + _line([defused(title) for title in titles])
    for row in rows:
        yield _line([_cell(value) for value in row])


def defused(text: str) -> str:
    """Return text that no spreadsheet takes for a formula.

    >>> defused("=1+1"), defused("Alder")
    ("'=1+1", 'Alder')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def _cell(value: Any) -> str:
    """Numbers stay numbers, also negative ones; None is an empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Fraction):
        return str(float(value))  # not as 1/2, which a spreadsheet takes for a day
    if isinstance(value, datetime | date):
        return value.isoformat()
    return defused(str(value))


def _line(cells: Sequence[str]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerow(cells)
    return out.getvalue().encode()
