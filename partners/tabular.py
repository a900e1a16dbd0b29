"""Uploaded tables: reading CSV as programs write it, and giving back the rows that failed, to mend and send again.

Reads in blocks, so memory does not grow with the file. A bad row is a row with a problem, never a crash: only a file
that cannot be read at all raises. Knows nothing of what the columns mean.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from io import StringIO
from typing import BinaryIO, NamedTuple

from partners.errors import Invalid
from partners.lines import MAX_LINE as MAX_LINE
from partners.lines import EmptyFile as EmptyFile
from partners.lines import UnreadableEncoding as UnreadableEncoding
from partners.lines import beginning_of, line_blocks, text_lines

MAX_COLUMNS = 1_000
MAX_ROW_LINES = 50
"""Lines over which one quoted field may run; a quote that nobody closed must not swallow the rest of the file."""

FAILURE_COLUMNS = ("row_no", "column", "reason")
"""What ``failed_csv`` appends to the user's own columns, and what reading such a file ignores."""

_FORMULA = re.compile(r"'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])")
"""A cell that a spreadsheet may take for a formula (OWASP, "CSV injection"), or our own mark before one."""


class TooManyColumns(Invalid):
    """The first line has {found} columns or more; {most} is the most that is read."""


class MissingColumns(Invalid):
    """The first line must name the columns {expected}. Missing: {missing}. Found: {found}."""


class RepeatedColumn(Invalid):
    """The column {name} appears more than once in the first line. Keep the one that counts."""


class Problem(StrEnum):
    """Why a line could not be taken for a row."""

    UNREADABLE = "unreadable"
    WRONG_FIELD_COUNT = "wrong_field_count"
    OPEN_QUOTE = "open_quote"
    LINE_TOO_LONG = "line_too_long"


class Row(NamedTuple):
    """One row of a table: a tuple, because millions of them are made.

    ``row_no`` is the number of its first line in the file; the header is line 1. ``values`` follow the header, with
    every line break inside a field as ``\\n``; where there is a problem they are what could be read, for showing only.
    """

    row_no: int
    values: tuple[str, ...]
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class Failure:
    """A row that was not accepted: as it was sent, and the column and reason; an empty column means the whole row."""

    row_no: int
    values: tuple[str, ...]
    column: str
    reason: str


class Table:
    """A CSV file whose header has been read. Iterating reads the rows, from the first one each time."""

    def __init__(self, stream: BinaryIO, aliases: Mapping[str, str]) -> None:
        self._stream = stream
        head = next(text_lines(stream), "")
        if isinstance(head, bytes) or len(head) > MAX_LINE:
            raise UnreadableEncoding()
        head = head.removeprefix("\ufeff")
        self.delimiter = max(",;\t", key=head.count)
        self.header = tuple(_head(head, self.delimiter))
        """The names of the columns as they were sent."""
        self._is_mended = self.header[-len(FAILURE_COLUMNS) :] == FAILURE_COLUMNS
        if self._is_mended:
            self.header = tuple(restored(cell) for cell in self.header)
        self.names = tuple(_canonical(name, aliases) for name in self.header)
        """The names of the columns in lower case with underscores, aliases replaced."""

    def require(self, required: Sequence[str], optional: Sequence[str] = ()) -> None:
        """Raise MissingColumns or RepeatedColumn unless the columns are there, each once."""
        missing = [name for name in required if name not in self.names]
        if missing:
            found = ", ".join(map(showable, self.header[:20]))
            raise MissingColumns(missing=", ".join(missing), found=found, expected=", ".join(required))
        for name in (*required, *optional):
            if self.names.count(name) > 1:
                raise RepeatedColumn(name=name)

    def position(self, name: str) -> int | None:
        """Return where in a row's values a column stands; None means that the file does not have it."""
        return self.names.index(name) if name in self.names else None

    def __iter__(self) -> Iterator[Row]:
        self._stream.seek(0)
        lines = text_lines(self._stream)
        next(lines, None)
        waiting: deque[str | bytes] = deque()
        row_no, width, delimiter = 2, len(self.header), self.delimiter
        while (line := waiting.popleft() if waiting else next(lines, None)) is not None:
            taken = 0
            if isinstance(line, bytes) or '"' in line or "\0" in line or len(line) > MAX_LINE:
                row, taken = self._careful(row_no, line, lines, waiting)
            else:
                values = tuple(line.split(delimiter))
                row = Row(row_no, values, None if len(values) == width else Problem.WRONG_FIELD_COUNT)
            row_no += 1 + taken
            if line != "" and any(row.values):
                yield self._restored(row) if self._is_mended else row

    def _careful(
        self, row_no: int, line: str | bytes, lines: Iterator[str | bytes], waiting: deque[str | bytes]
    ) -> tuple[Row, int]:
        """Return the row that begins with an unusual line, and how many more lines it took."""
        if isinstance(line, bytes):
            return Row(row_no, (line.decode(errors="backslashreplace"),), Problem.UNREADABLE), 0
        if len(line) > MAX_LINE:
            return Row(row_no, (line[:200],), Problem.LINE_TOO_LONG), 0
        if "\0" in line:
            return Row(row_no, (line.replace("\0", "?"),), Problem.UNREADABLE), 0
        with suppress(csv.Error):
            values = tuple(parsed(line, self.delimiter))
            return Row(row_no, values, None if len(values) == len(self.header) else Problem.WRONG_FIELD_COUNT), 0
        return self._running_on(row_no, line, lines, waiting)

    def _running_on(
        self, row_no: int, line: str, lines: Iterator[str | bytes], waiting: deque[str | bytes]
    ) -> tuple[Row, int]:
        """Read a line whose quote is open together with the next ones, until they make a whole row."""
        text = line
        for taken in range(1, MAX_ROW_LINES):
            if len(waiting) < taken and (following := next(lines, None)) is not None:
                waiting.append(following)
            if len(waiting) < taken or isinstance(more := waiting[taken - 1], bytes) or len(text) > MAX_LINE:
                break
            text = f"{text}\n{more}"
            with suppress(csv.Error):
                values = tuple(parsed(text, self.delimiter))
                if len(values) == len(self.header):
                    for _ in range(taken):
                        waiting.popleft()
                    return Row(row_no, values, None), taken
        return Row(row_no, (line,), Problem.OPEN_QUOTE), 0

    def _restored(self, row: Row) -> Row:
        return Row(row.row_no, tuple(restored(cell) for cell in row.values), row.problem)


def open_table(
    stream: BinaryIO, required: Sequence[str] = (), aliases: Mapping[str, str] | None = None,
    optional: Sequence[str] = (),
) -> Table:  # fmt: skip
    """Read the header of a CSV file and return the table; comma, semicolon or tab, UTF-8 or GB18030 line by line.

    Args:
        stream: seekable; is read again from the start for each iteration.
        required, optional: canonical names; see ``Table.require``.
        aliases: other name -> canonical name, both in lower case with underscores.

    Raises:
        EmptyFile, NotCsv, UnreadableEncoding (``lines``); TooManyColumns, MissingColumns, RepeatedColumn.
    """
    beginning = beginning_of(stream)
    head = beginning.splitlines()[0]
    if (columns := max(map(head.count, (b",", b";", b"\t"))) + 1) > MAX_COLUMNS:
        raise TooManyColumns(found=columns, most=MAX_COLUMNS)
    stream.seek(0)
    table = Table(stream, aliases or {})
    table.require(required, optional)
    return table


def count_rows(stream: BinaryIO) -> int:
    """Return the number of lines below the header that are not blank: the rows, but for fields with line breaks."""
    stream.seek(0)
    return max(sum(1 for block in line_blocks(stream) for line in block.split(b"\n") if line.strip()) - 1, 0)


def failed_csv(header: Sequence[str], failures: Iterable[Failure]) -> Iterator[bytes]:
    """Yield a CSV file of the rows that failed, with the user's own columns and why; it can be mended and sent again.

    UTF-8 with a byte order mark, because spreadsheets take it for something else without.
    """
    own = len(header) - len(FAILURE_COLUMNS) if tuple(header[-3:]) == FAILURE_COLUMNS else len(header)
    yield codecs.BOM_UTF8 + _line((*header[:own], *FAILURE_COLUMNS))
    for failure in failures:
        yield _line((*_fitted(failure.values[:own], failure.values[len(header) :], own),
                     str(failure.row_no), failure.column, failure.reason))  # fmt: skip


def defused(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; ``restored`` undoes it.

    >>> defused("=1+1"), defused("plain")
    ("'=1+1", 'plain')
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def restored(cell: str) -> str:
    """Return what ``defused`` was given.

    >>> restored(defused("=1+1"))
    '=1+1'
    """
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def parsed(text: str, delimiter: str) -> list[str]:
    """Return the fields of one row; csv.Error where a quote is open or misplaced."""
    return next(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True), [])


def _head(text: str, delimiter: str) -> list[str]:
    try:
        return parsed(text, delimiter)
    except csv.Error:  # a stray quote is a name that nobody asks for, not a crash
        return text.split(delimiter)


def _canonical(name: str, aliases: Mapping[str, str]) -> str:
    plain = re.sub(r"[\s\-]+", "_", name.strip().lower())
    return aliases.get(plain, plain)


def showable(name: str) -> str:
    """Return a column's name for a message, or "?" for what may be a person's data in a file without a header."""
    return name if re.fullmatch(r"[^\W\d][\w .\-/()%#]{0,39}", name) else "?"


def _fitted(values: Sequence[str], surplus: Sequence[str], width: int) -> list[str]:
    """Return values filled up to the width; surplus fields go into the last one, where the user will see them."""
    cells = [*values, *[""] * (width - len(values))]
    return [*cells[:-1], ",".join((cells[-1], *surplus))] if surplus and cells else cells


def _line(cells: Iterable[str]) -> bytes:
    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([defused(cell) for cell in cells])
    return out.getvalue().encode("utf-8", "surrogatepass")
