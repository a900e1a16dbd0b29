"""From an uploaded token file to sorted tokens: what was accepted, what was there twice, what was rejected and why.

Pure. Takes tokens that a brand made at home and nothing else: one cell that may be an address, a phone number or a name
refuses the whole file, and no error repeats it. Lines are read many at once where they look as blinding writes them,
and each by itself where they do not, with the same result. Memory: eight bytes a token, and the rejected rows up to
MAX_FAILURES.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from os import SEEK_END
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from partners.audiences.blinding.columns import token_column
from partners.audiences.intake.blocks import TOKEN_TYPE as TOKEN_TYPE
from partners.audiences.intake.blocks import Labels, Lines
from partners.audiences.intake.line_ends import AlikeLines
from partners.audiences.intake.lines import DIGITS, Flaw, Layout, layout_of, read_line
from partners.errors import Invalid
from partners.lines import line_blocks
from partners.tabular import Failure, open_table

MAX_FAILURES = 50_000
"""Rejected rows that are given back; all of them are counted."""

Tokens = NDArray[np.uint64]
Withdrawn = Callable[[str], Tokens]
"""Name of a key -> tokens under it that are left out, sorted."""

_AT_ONCE = 1 << 16
"""Tokens that are moved at once where they move within their array."""


class NoMembers(Invalid):
    """No row of the file could be accepted ({reasons}). Look at the failed rows, mend them and send the file again."""

    def __init__(self, intake: Intake) -> None:
        super().__init__(reasons=", ".join(f"{reason}: {count}" for reason, count in intake.reasons.items()) or "0")
        self.intake = intake


class UnevenColumns(Invalid):
    """The columns {first} and {other} do not stand for the same people. Blind the list again with both keys at once."""


@dataclass(frozen=True, slots=True)
class Column:
    """The members under one key: sorted, each once; ``segment_of`` is the number of each one's segment, 0 for none."""

    key_name: str
    tokens: Tokens
    segment_of: NDArray[np.uint8] | None

    def segment(self, number: int) -> Tokens:
        """Return the tokens of a segment, numbered from 1."""
        return self.tokens[:0] if self.segment_of is None else self.tokens[self.segment_of == number]


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of the rows of a list; ``accepted + duplicates + rejected`` is the number of rows.

    ``segments`` are labels in the order of their numbers, which begin with 1.
    """

    columns: tuple[Column, ...]
    segments: tuple[str, ...]
    duplicates: int
    reasons: dict[str, int]
    header: tuple[str, ...]
    failures: list[Failure]

    @property
    def accepted(self) -> int:
        """Distinct members."""
        return len(self.columns[0].tokens)

    @property
    def rejected(self) -> int:
        """Rows that are no member, those of people who withdrew included."""
        return sum(self.reasons.values())


def nobody(_key_name: str) -> Tokens:
    """Return no tokens: nobody withdrew."""
    return np.empty(0, TOKEN_TYPE)


def read_tokens(stream: BinaryIO, withdrawn: Withdrawn = nobody) -> Intake:
    """Read a token file: columns ``token_<key name>`` of 16 hex digits, and perhaps ``segment``.

    A person who is there twice with different segments is in the first.

    Args:
        stream: seekable, at any position.

    Raises:
        NotBlinded, HoldsAddresses, OtherColumns: it is no token file (``lines``).
        EmptyFile, UnreadableEncoding …: the file as a whole cannot be read (``tabular``); MixedLineEnds.
        TooManySegments, UnevenColumns; NoMembers: no row was accepted.
    """
    table = open_table(stream)
    layout = layout_of(table)
    rows, row_no = _Rows(layout, _most_rows(stream, layout)), 1
    stream.seek(0)
    for block in line_blocks(AlikeLines(stream)):
        lines = block if row_no > 1 else block.partition(b"\n")[2]  # the first line is the header
        if lines:
            rows.take(lines, max(row_no, 2))
        row_no += block.count(b"\n") + 1
    rows.leave_out(withdrawn)
    intake = rows.done(table.header)
    if not intake.accepted:
        raise NoMembers(intake)
    return intake


class _Rows:
    """The accepted rows so far: ``tokens[i, :count]`` under the i-th key, in the order of the file."""

    def __init__(self, layout: Layout, most: int) -> None:
        self._layout = layout
        self._tokens = np.empty((len(layout.key_names), most), TOKEN_TYPE)
        self._segment_of = np.zeros(most if layout.segment_at is not None else 0, np.uint8)
        self._labels = Labels()
        self._count = 0
        self._reasons: Counter[str] = Counter()
        self._failures: list[Failure] = []

    def take(self, block: bytes, row_no: int) -> None:
        """Take whole lines; ``row_no`` is the number of the first."""
        lines = Lines(block, self._layout, self._labels)
        for row in np.flatnonzero(~lines.is_read).tolist():
            read = read_line(self._layout, lines.text(row), row_no + row)
            if read.failure is not None:
                self._reject(read.failure)
            elif read.tokens:
                lines.set(row, read)
        end = self._count + int(np.count_nonzero(lines.is_read))
        self._tokens[:, self._count : end] = lines.taken(lines.tokens)
        if self._layout.segment_at is not None:
            self._segment_of[self._count : end] = lines.taken(lines.segment_of)
        self._count = end

    def leave_out(self, withdrawn: Withdrawn) -> None:
        """Drop the rows of people who withdrew under any of the keys."""
        is_gone = np.zeros(self._count, bool)
        for name, tokens in zip(self._layout.key_names, self._tokens, strict=True):
            gone = withdrawn(name)
            for at in range(0, self._count if len(gone) else 0, _AT_ONCE):
                chunk = tokens[at : min(at + _AT_ONCE, self._count)]
                place = np.minimum(np.searchsorted(gone, chunk), len(gone) - 1)
                is_gone[at : at + len(chunk)] |= gone[place] == chunk
        if not is_gone.any():
            return
        self._reasons[Flaw.WITHDRAWN.value] = int(np.count_nonzero(is_gone))
        for row in (*self._tokens, *([self._segment_of] if len(self._segment_of) else [])):
            left = _drop(row[: self._count], is_gone)
        self._count = left

    def done(self, header: tuple[str, ...]) -> Intake:
        """Sort what is here and return it."""
        columns = tuple(map(self._column, self._layout.key_names, self._tokens))
        for column in columns:
            if len(column.tokens) != len(columns[0].tokens):
                raise UnevenColumns(first=token_column(columns[0].key_name), other=token_column(column.key_name))
        duplicates = self._count - len(columns[0].tokens)
        reasons = dict(sorted(self._reasons.items()))
        return Intake(columns, self._labels.known, duplicates, reasons, header, self._failures)

    def _column(self, key_name: str, row: Tokens) -> Column:
        tokens, segment_of = row[: self._count], None
        if len(self._segment_of):
            order = np.argsort(tokens, kind="stable")  # of a person's rows the first stays the first
            tokens[:], segment_of = tokens[order], self._segment_of[order]
        else:
            tokens.sort()
        is_repeated = _repeats(tokens)
        left = _drop(tokens, is_repeated)
        return Column(key_name, tokens[:left], None if segment_of is None else segment_of[~is_repeated])

    def _reject(self, failure: Failure) -> None:
        self._reasons[failure.reason] += 1
        if len(self._failures) < MAX_FAILURES:
            self._failures.append(failure)


def _most_rows(stream: BinaryIO, layout: Layout) -> int:
    """Return how many rows a file of this size can have at most: each has its digits and an end."""
    return stream.seek(0, SEEK_END) // ((DIGITS + 1) * len(layout.key_names)) + 1


def _repeats(tokens: Tokens) -> NDArray[np.bool_]:
    """Return for sorted tokens which are the same as the one before."""
    found = np.zeros(len(tokens), bool)
    np.equal(tokens[1:], tokens[:-1], out=found[1:])
    return found


def _drop(row: NDArray[Any], is_dropped: NDArray[np.bool_]) -> int:
    """Move what stays to the beginning, without a copy of the whole, and return how much it is."""
    left = 0
    for at in range(0, len(row) if is_dropped.any() else 0, _AT_ONCE):
        stays = row[at : at + _AT_ONCE][~is_dropped[at : at + _AT_ONCE]]
        row[left : left + len(stays)] = stays
        left += len(stays)
    return left if is_dropped.any() else len(row)
