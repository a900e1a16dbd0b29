"""The line appendix: every conversion as a table row, as a typeset line, and as a row of the attached CSV.

A table costs WeasyPrint about 4 ms and 130 KB a row, one preformatted line 0.7 ms, so long appendices are set as lines.
Their numbers stand in columns because all widths are counted in halves of a digit: a digit is two of these units, a
point or comma one, and the spaces before a number are chosen to fill what it lacks. The texts follow at tab stops.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from partners.money import to_decimal
from reports import format as formats

TABLE_ROWS = 200
"""Up to so many lines a table is set; beyond, typeset lines."""

FIRST_ROWS, BLOCK_ROWS = 72, 78
"""Typeset lines on the first A4 page, below the heading, and on each further one, between head and sums."""

_LEAST_UNITS = (6, 12, 8, 12, 12, 12)
"""Least widths of the columns of numbers, so that their heads have room."""

_UNIT = 0.2775
"""Width of half a digit of Noto Sans SC, in em; comma, point and colon are as wide."""

_SPACES = (("\N{EM SPACE}", 1.0), ("\N{EN SPACE}", 0.5), (" ", 0.224))
"""The spaces of Noto Sans SC and their widths in em. From four units on, some of them fill any gap to 0.02 em."""

_TYPE_PX = 8.7890625
"""Size of the type in CSS pixels, as in ``statement.css``: tab stops are placed in pixels."""

_ORDER_EM, _PRODUCT_EM = 12.5, 28.0
"""Room for the two texts at the end of a line, in em."""


@dataclass(frozen=True, slots=True)
class Line:
    """One conversion as it is printed; ``source`` is the code of the community that sent the buyer, or ""."""

    seq: int
    at: datetime
    order: str
    product: str
    source: str
    quantity: int
    gross: int
    base: int
    share: int


@dataclass(frozen=True, slots=True)
class Column:
    """The head of one column of typeset lines: its name and its width in em."""

    name: str
    width: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Block:
    """One page of typeset lines: the text, and the sums of its lines."""

    text: str
    base: int
    share: int


@dataclass(frozen=True, slots=True)
class Typeset:
    """The whole appendix as pages of lines; ``tab_px`` is the distance of tab stops in CSS pixels."""

    columns: tuple[Column, ...]
    blocks: tuple[Block, ...]
    tab_px: int


def read_lines(document: Mapping[str, Any]) -> list[Line]:
    """Return the conversions of a settlement document, in its order."""
    return [
        Line(
            each["seq"], datetime.fromisoformat(each["at"]), f"{each['order']}/{each['line']}", each["product"],
            each["from"] or "", each["quantity"], each["gross"], each["base"], each["share"],
        )
        for each in document["conversions"]
    ]  # fmt: skip


def typeset(lines: Sequence[Line], names: Sequence[str], currency: str, timezone: str, language: str) -> Typeset:
    """Return lines as pages of aligned text; ``names`` are the heads of the eight columns, in the reader's language."""
    zone = ZoneInfo(timezone)
    rows = [_cells(line, currency, zone, language) for line in lines]
    widths = [max(least, *(_units(row[at]) for row in rows)) for at, least in enumerate(_LEAST_UNITS)]
    tab_px = int((sum(widths) + 5 * _GAP + 6) * _UNIT * _TYPE_PX / 2) + 1
    texts = ["".join(_padded(row, widths)) for row in rows]
    blocks = tuple(
        Block("\n".join(texts[start:end]), *sums_of(lines[start:end])) for start, end in blocks_of(len(lines))
    )
    return Typeset(_columns(names, widths, tab_px / _TYPE_PX), blocks, tab_px)


def blocks_of(count: int) -> list[tuple[int, int]]:
    """Return start and end of each page of so many lines.

    >>> blocks_of(80)
    [(0, 72), (72, 80)]
    """
    starts = [0, *range(FIRST_ROWS, count, BLOCK_ROWS)]
    return list(zip(starts, [*starts[1:], count], strict=True))


def sums_of(lines: Sequence[Line]) -> tuple[int, int]:
    """Return the sums of base and share."""
    return sum(line.base for line in lines), sum(line.share for line in lines)


def lines_csv(document: Mapping[str, Any]) -> bytes:
    """Return every conversion and refund of a settlement document as CSV, for a spreadsheet or a script.

    Amounts have a point and no separators; shares of refunds are negative. Text that a spreadsheet would take for a
    formula is preceded by an apostrophe.
    """
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(CSV_COLUMNS)
    table.writerows(_csv_rows(document))
    return out.getvalue().encode("utf-8-sig")


CSV_COLUMNS = (
    "kind", "seq", "at", "order_id", "line_no", "campaign", "product", "from_community", "quantity", "gross", "tax",
    "shipping", "payment_fee", "base", "share", "currency", "refund_id", "sale_period", "sale_statement",
)  # fmt: skip

_GAP = 4
"""Units between two columns of numbers."""


def _cells(line: Line, currency: str, zone: ZoneInfo, language: str) -> tuple[str, ...]:
    local = line.at.astimezone(zone)
    return (
        str(line.seq), f"{local:%m-%d %H:%M}", str(line.quantity), formats.money(line.gross, currency, language),
        formats.money(line.base, currency, language), formats.money(line.share, currency, language),
        _fitted(line.order, _ORDER_EM),
        _fitted(" · ".join(text for text in (line.product, line.source) if text), _PRODUCT_EM),
    )  # fmt: skip


def _padded(row: tuple[str, ...], widths: list[int]) -> Iterator[str]:
    for at, width in enumerate(widths):
        yield _space(width - _units(row[at]) + (_GAP if at else 0)) + row[at]
    yield f"\t{row[6]}\t{row[7]}"


@lru_cache(maxsize=256)
def _space(units: int) -> str:
    """Return the spaces that come nearest to so many units."""
    (em, em_width), (en, en_width), (blank, blank_width) = _SPACES
    wanted, found, nearest = units * _UNIT, "", units * _UNIT
    for halves in range(2):
        for blanks in range(9):
            rest = wanted - halves * en_width - blanks * blank_width
            whole = max(round(rest / em_width), 0)
            if abs(rest - whole) < nearest:
                found, nearest = em * whole + en * halves + blank * blanks, abs(rest - whole)
    return found


def _units(number: str) -> int:
    return sum(1 if char in ",. :" else 2 for char in number)


def _columns(names: Sequence[str], widths: list[int], tab_em: float) -> tuple[Column, ...]:
    ems = [(width + (_GAP if at else 0)) * _UNIT for at, width in enumerate(widths)]
    room = 2 * tab_em - sum(ems)
    heads = [Column(name, f"{em:.3f}em", True) for name, em in zip(names, ems, strict=False)]
    return (*heads, Column("", f"{room:.3f}em", False), Column(names[6], f"{tab_em:.3f}em", False),
            Column(names[7], "auto", False))  # fmt: skip


def _fitted(text: str, room_em: float) -> str:
    """Return the text, cut to the room that a line has for it; the CSV has all of it."""
    used = 0.0
    for at, char in enumerate(text):
        used += 1.0 if ord(char) > 0x2000 else 0.68 if char.isupper() else 0.6
        if used > room_em:
            return text[: max(at - 2, 1)] + "…"
    return text


def _csv_rows(document: Mapping[str, Any]) -> Iterable[tuple[object, ...]]:
    currency = document["currency"]

    def plain(minor: int) -> str:
        return str(to_decimal(minor, currency))

    for line in document["conversions"]:
        yield (
            "conversion", line["seq"], line["at"], _defused(line["order"]), line["line"], _defused(line["campaign"]),
            _defused(line["product"]), _defused(line["from"] or ""), line["quantity"], plain(line["gross"]),
            plain(line["tax"]), plain(line["shipping"]), plain(line["payment_fee"]), plain(line["base"]),
            plain(line["share"]), currency, "", document["period"]["label"], "",
        )  # fmt: skip
    for refund in document["refunds"]:
        sale = refund["sale"]
        yield (
            "refund", refund["seq"], refund["at"], _defused(refund["order"]), refund["line"], "", "", "", "",
            plain(-refund["gross"]), "", "", "", "", plain(refund["share"]), currency, _defused(refund["key"]),
            sale["period"], sale["statement"] or "",
        )  # fmt: skip


def _defused(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠")) else text
