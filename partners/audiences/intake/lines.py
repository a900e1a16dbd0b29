"""What a line of a token file may hold: tokens, perhaps the label of a segment, and nothing else.

Pure. Whatever may be an address, a phone number or a name refuses the whole file, and no error or rejected row repeats
it. So what is left to be rejected row by row holds hexadecimal digits and labels only.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from partners.audiences.blinding.columns import SEGMENT, key_of_column
from partners.audiences.blinding.segments import is_label
from partners.errors import Invalid
from partners.lines import MAX_LINE, UnreadableEncoding, decoded
from partners.tabular import FAILURE_COLUMNS, Failure, Problem, Table, parsed, restored, showable

DIGITS = 16
"""Of a token: 64 bits in hex."""

_PHONE_DIGITS = 9
"""So many digits without a letter are a phone number, where no token stands."""

_HEX = re.compile(r"[0-9a-fA-F]*")
_DECIMAL = re.compile(r"[0-9]{6,15}")
_OF_PEOPLE = re.compile(
    r"mail|phone|mobile|tel\b|name|address|邮箱|邮件|电话|手机|姓名|名字|地址", re.IGNORECASE
)  # fmt: skip
"""Names of columns that hold people, in the languages of the platform."""


class NotBlinded(Invalid):
    """Line {row_no} holds something that is no token, so nothing of the file was kept. Blind the list first, with
    “tandem audience blind” or on the page “Register an audience”, and do not save token files in a spreadsheet.
    """


class HoldsAddresses(NotBlinded):
    """This file holds addresses or other data of people (line {row_no}); nothing of it was kept. Blind it first, with
    “tandem audience blind” or on the page “Register an audience”: only tokens may leave your house.
    """


class OtherColumns(Invalid):
    """The column {column} is not read here. A token file has columns token_<name of a key>, and perhaps segment."""


class Flaw(StrEnum):
    """Why a line of a token file did not become a member; beside ``tabular.Problem``."""

    MISSING = "no_token"
    CUT_SHORT = "not_a_token"
    NOT_A_SEGMENT = "not_a_segment"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Layout:
    """Where in a line what stands; ``segment_at`` is None where the file has no segments."""

    header: tuple[str, ...]
    delimiter: str
    key_names: tuple[str, ...]
    token_at: tuple[int, ...]
    segment_at: int | None
    is_mended: bool

    @property
    def is_plain(self) -> bool:
        """Whether lines begin with the tokens and end with the segment, as blinding writes them."""
        ends = () if self.segment_at is None else (self.segment_at,)
        return not self.is_mended and (*self.token_at, *ends) == tuple(range(len(self.header)))


@dataclass(frozen=True, slots=True)
class TokenLine:
    """One line read by itself: its tokens, or why there are none; neither where it is blank."""

    tokens: tuple[int, ...] = ()
    segment: str = ""
    failure: Failure | None = None


def layout_of(table: Table) -> Layout:
    """Return the layout of a table whose columns are those of a token file.

    Raises:
        HoldsAddresses, NotBlinded: a column is of people, or none is of tokens.
        OtherColumns, RepeatedColumn.
    """
    is_mended = table.header[-len(FAILURE_COLUMNS) :] == FAILURE_COLUMNS
    names = table.names[: len(table.names) - len(FAILURE_COLUMNS)] if is_mended else table.names
    found = [(at, key_name) for at, name in enumerate(names) if (key_name := key_of_column(name)) is not None]
    strange = [at for at, name in enumerate(names) if name != SEGMENT and at not in dict(found)]
    for at in strange:
        if _OF_PEOPLE.search(names[at]) or _is_of_a_person(names[at]):
            raise HoldsAddresses(row_no=1)
    if strange:
        raise OtherColumns(column=showable(table.header[strange[0]])) if found else NotBlinded(row_no=1)
    if not found:
        raise NotBlinded(row_no=1)
    table.require([names[at] for at, _ in found], [SEGMENT])
    return Layout(
        table.header, table.delimiter, tuple(name for _, name in found), tuple(at for at, _ in found),
        table.position(SEGMENT), is_mended,
    )  # fmt: skip


def read_line(layout: Layout, line: bytes, row_no: int) -> TokenLine:
    """Read one line, whatever it looks like.

    Raises:
        HoldsAddresses, NotBlinded: the file is none of tokens.
        UnreadableEncoding: a NUL byte is in it.
    """
    text = decoded(line)
    if b"\0" in line:
        raise UnreadableEncoding()
    if isinstance(text, bytes) or len(text) > MAX_LINE:
        raise NotBlinded(row_no=row_no)
    cells, problem = _cells(text, layout)
    if not any(cells):
        return TokenLine()
    _require_tokens(cells, layout, row_no)
    if problem is None and len(cells) != len(layout.header) - len(FAILURE_COLUMNS) * layout.is_mended:
        problem = Problem.WRONG_FIELD_COUNT
    if problem is not None:
        return TokenLine(failure=Failure(row_no, cells, "", problem.value))
    return _checked(cells, layout, row_no)


def _cells(text: str, layout: Layout) -> tuple[tuple[str, ...], Problem | None]:
    problem = None
    cells: Sequence[str] = text.replace('"', "").split(layout.delimiter)
    if '"' in text:
        problem = Problem.OPEN_QUOTE
        with suppress(csv.Error):
            cells, problem = parsed(text, layout.delimiter), None
    if layout.is_mended:
        cells = [restored(cell) for cell in cells[: len(layout.header) - len(FAILURE_COLUMNS)]]
    return tuple(cell.strip() for cell in cells), problem


def _require_tokens(cells: Sequence[str], layout: Layout, row_no: int) -> None:
    """Refuse the file if a cell cannot have come from blinding; hex that is too short may have been cut."""
    for at, cell in enumerate(cells):
        is_strange = _is_of_a_person(cell) if at == layout.segment_at else not _may_be_token(cell)
        if is_strange:
            raise HoldsAddresses(row_no=row_no) if _is_of_a_person(cell) else NotBlinded(row_no=row_no)


def _may_be_token(cell: str) -> bool:
    return len(cell) <= DIGITS and _HEX.fullmatch(cell) is not None and not _DECIMAL.fullmatch(cell)


def _is_of_a_person(text: str) -> bool:
    digits = sum(map(str.isdecimal, text))
    return "@" in text or "＠" in text or (digits >= _PHONE_DIGITS and not any(map(str.isalpha, text)))


def _checked(cells: tuple[str, ...], layout: Layout, row_no: int) -> TokenLine:
    for at in layout.token_at:
        if len(cells[at]) != DIGITS:
            flaw = Flaw.CUT_SHORT if cells[at] else Flaw.MISSING
            return TokenLine(failure=Failure(row_no, cells, layout.header[at], flaw.value))
    segment = "" if layout.segment_at is None else cells[layout.segment_at]
    if segment and not is_label(segment):
        return TokenLine(failure=Failure(row_no, cells, SEGMENT, Flaw.NOT_A_SEGMENT.value))
    return TokenLine(tuple(int(cells[at], 16) for at in layout.token_at), segment)
