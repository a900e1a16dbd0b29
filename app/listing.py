"""Lists: search, sort, pages and CSV over rows in memory, as good for a dozen rows as for some thousand.

Everything a reader chooses is in the address, so a list can be bookmarked, reloaded and sent to a colleague.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from app import filters
from app.downloads import download
from app.labels import label
from app.listing_csv import as_lines
from partners import money

PAGE_SIZE = 50

NUMBER_KINDS = frozenset({"money", "count", "share", "rate"})

_SHOWN: dict[str, Callable[[Any], object]] = {
    "count": filters.count, "share": filters.share, "rate": filters.rate, "date": filters.date,
    "datetime": filters.instant, "period": filters.period, "digest": filters.digest, "state": label,
    "label": label, "text": lambda value: "" if value is None else value,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list.

    Args:
        key: attribute of a row; with kind "text", a key ``name`` shows ``name_zh`` to Chinese readers.
        kind: text, money, count, share, rate, date, datetime, period, digest, label or state.
        href: gives the link of a cell from its row, or None.
        tone: for a state, gives good, wait, bad or none from the row.
        currency: for money, the attribute that holds the currency.
        value: gives the value from the row where it is no attribute.
    """

    key: str
    title: Any
    kind: str = "text"
    href: Callable[[Any], str | None] | None = None
    tone: Callable[[Any], str] | None = None
    currency: str = "currency"
    value: Callable[[Any], Any] | None = None

    @property
    def is_number(self) -> bool:
        """Whether the column is set flush right."""
        return self.kind in NUMBER_KINDS

    def raw(self, row: Any) -> Any:
        """Return the value to sort by and to write into a CSV."""
        if self.value is not None:
            return self.value(row)
        return filters.named(row) if self.key == "name" and self.kind == "text" else getattr(row, self.key)

    def text(self, row: Any) -> str:
        """Return the cell as a page shows it, in the reader's language."""
        found = self.raw(row)
        if self.kind == "money":
            return filters.money(found, getattr(row, self.currency))
        return str(_SHOWN[self.kind](found))

    def plain(self, row: Any) -> Any:
        """Return the cell for a CSV: exact, without separators; amounts in major units."""
        found = self.raw(row)
        if self.kind == "money" and found is not None:
            return money.to_decimal(found, getattr(row, self.currency))
        return self.text(row) if self.kind in {"state", "label"} else found

    def tone_of(self, row: Any) -> str:
        """Return the tone of a state."""
        return self.tone(row) if self.tone else "none"


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as one request asked for it. ``rows`` is the page shown, ``found`` every row that the search left."""

    columns: Sequence[Column]
    found: Sequence[Any]
    args: Mapping[str, str]
    prefix: str
    nothing: Any

    @classmethod
    def of(
        cls,
        rows: Iterable[Any],
        columns: Sequence[Column],
        args: Mapping[str, str],
        prefix: str = "",
        nothing: Any = "",
    ) -> Listing:
        """Search and sort rows as the address asks.

        Args:
            prefix: put before the names in the address where one page has two lists.
            nothing: what to say and do next where there are no rows at all.
        """
        chosen = dict(args.items())
        query = chosen.get(f"{prefix}q", "").strip().casefold()
        found = [row for row in rows if not query or _matches(row, columns, query)]
        return cls(columns, _sorted(found, columns, chosen.get(f"{prefix}sort", "")), chosen, prefix, nothing)

    @property
    def query(self) -> str:
        """What was searched for."""
        return self.args.get(f"{self.prefix}q", "").strip()

    @property
    def total(self) -> int:
        """How many rows the search left."""
        return len(self.found)

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))

    @property
    def page(self) -> int:
        """The page shown, from 1; an impossible number means the nearest page."""
        asked = self.args.get(f"{self.prefix}page", "1")
        return min(max(int(asked), 1), self.pages) if asked.isascii() and asked.isdigit() else 1

    @property
    def rows(self) -> Sequence[Any]:
        """The rows of this page."""
        return self.found[(self.page - 1) * PAGE_SIZE : self.page * PAGE_SIZE]

    def direction(self, column: Column) -> str | None:
        """Return how the list is sorted by a column, in the words of ``aria-sort``; None where it is not."""
        sort = self.args.get(f"{self.prefix}sort", "")
        return {column.key: "ascending", f"-{column.key}": "descending"}.get(sort)

    def sort_url(self, column: Column) -> str:
        """Return the address of the list sorted by a column, the other way round where it is already."""
        return self.url(sort=f"-{column.key}" if self.direction(column) == "ascending" else column.key, page=None)

    def url(self, **changes: object) -> str:
        """Return this list's address with some choices changed; None removes one."""
        named = {f"{self.prefix}{name}": value for name, value in changes.items()}
        kept = {**{key: value for key, value in self.args.items() if key != "csv"}, **named}
        return f"{request.path}?{urlencode({name: value for name, value in kept.items() if value is not None})}"

    def kept_for_search(self) -> list[tuple[str, str]]:
        """Return the choices that a new search keeps."""
        dropped = {f"{self.prefix}q", f"{self.prefix}page", "csv"}
        return [(name, value) for name, value in self.args.items() if name not in dropped]

    def as_csv(self, filename: str) -> Response:
        """Return every row that the search left, as a download."""
        table = ([column.plain(row) for column in self.columns] for row in self.found)
        return download(as_lines([str(column.title) for column in self.columns], table), filename)


def _matches(row: Any, columns: Sequence[Column], query: str) -> bool:
    words = [column.text(row) for column in columns if not column.is_number]
    names = [getattr(row, "name", ""), getattr(row, "name_zh", "")]
    return all(part in " ".join([*words, *names]).casefold() for part in query.split())


def _sorted(rows: list[Any], columns: Sequence[Column], sort: str) -> list[Any]:
    column = next((column for column in columns if column.key == sort.removeprefix("-")), None)
    if column is None:
        return rows
    return sorted(rows, key=partial(_rank, column), reverse=sort.startswith("-"))


def _rank(column: Column, row: Any) -> tuple[int, Any]:
    found = column.raw(row)
    if found is None:
        return (0, 0)
    if isinstance(found, datetime):
        return (1, found)
    if column.kind == "rate":
        return (1, float(found))
    return (1, found.casefold() if isinstance(found, str) else found)
