"""From a list of members to tokens at the brand: one person a row, one token for each key, sorted, each person once.

Runs at the brands; knows no database, no server and no key but those it is given. Raw identifiers are in memory while
their rows are being read; rows that were dropped go back to whoever has the list and nowhere else. Whom a row means is
said by its e-mail address if that is good, otherwise by its telephone number; a person with an address in one row and
only a number in another counts as two.

Memory: about 45 bytes a row, 16 more for each further key, and the dropped rows up to MAX_FAILURES.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, NamedTuple

import numpy as np
import phonenumbers
from numpy.typing import NDArray

from partners.audiences.blinding.columns import SEGMENT, token_column
from partners.audiences.blinding.segments import MAX_SEGMENTS, is_label
from partners.audiences.blinding.tokens import PHONE_PREFIX, PREFIX, Keyed, Rejection, normalised, normalised_phone
from partners.errors import Invalid
from partners.tabular import Failure, Row, Table, open_table

MAX_FAILURES = 50_000
"""Dropped rows that are given back; all of them are counted."""

_BATCH = 1 << 9
"""Rows that are blinded in one go: few enough to stay in the processor's cache."""

_LINES = 1 << 13
"""Lines that are written in one go."""

COLUMN_NAMES = {
    **dict.fromkeys((
        "e_mail", "mail", "email_address", "e_mail_address", "mail_address", "邮箱", "电子邮箱", "电子邮件", "邮箱地址",
        "邮件地址", "郵箱", "電子郵箱", "電子郵件", "電郵",
    ), "email"),
    **dict.fromkeys((
        "phone_number", "telephone", "telephone_number", "tel", "mobile", "mobile_phone", "mobile_number", "cell_phone",
        "手机", "手机号", "手机号码", "电话", "电话号码", "联系电话", "手機", "手機號碼", "電話", "電話號碼",
    ), "phone"),
}  # fmt: skip
"""Other names of the two columns that say who a member is."""


class NoSuchColumn(Invalid):
    """The first line of the file names no column {name}, or names it twice."""


class NoSuchRegion(Invalid):
    """{region} is no country whose telephone numbers are known. Write two letters, such as DE."""


class NotALabel(Invalid):
    """Row {row_no}: this is no name of a segment. It has 1 to 40 letters, digits, spaces or . - _ / & + and must not
    look like a telephone number, a customer number or a token."""


class TooManySegments(Invalid):
    """Row {row_no} brings one segment too many; {most} is the most that a list may have."""


@dataclass(frozen=True, slots=True)
class Blinded:
    """What became of the rows of a list; ``accepted + duplicates + dropped`` is the number of rows.

    ``tokens`` has a row for each person and a column for each key, sorted by the first. ``segments`` says for each
    person the place of its label in ``labels``; the first label is empty, and there are none where none were asked for.
    """

    key_names: tuple[str, ...]
    tokens: NDArray[np.uint64]
    labels: tuple[str, ...]
    segments: NDArray[np.uint8]
    duplicates: int
    reasons: dict[str, int]
    header: tuple[str, ...]
    failures: list[Failure]

    @property
    def accepted(self) -> int:
        """Distinct persons."""
        return len(self.tokens)

    @property
    def dropped(self) -> int:
        """Rows that are no member."""
        return sum(self.reasons.values())


class Refused(NamedTuple):
    """Why a row is no member, and in which of its values; None means the whole row."""

    reason: Rejection
    position: int | None


@dataclass(frozen=True, slots=True)
class Columns:
    """Where in a row to look; None means that the list does not have it. ``region`` as in ``normalised_phone``."""

    header: tuple[str, ...]
    email: int | None
    phone: int | None
    segment: int | None
    region: str | None

    def identifier(self, values: Sequence[str]) -> str | Refused:
        """Return whom a row means, its normalisation in front, such as ``email:v1:ana@x.com``."""
        refused = None
        if self.email is not None:
            found = normalised(values[self.email])
            if not isinstance(found, Rejection):
                return PREFIX + found
            refused = Refused(found, self.email)
        if self.phone is not None:
            found = normalised_phone(values[self.phone], self.region)
            if not isinstance(found, Rejection):
                return PHONE_PREFIX + found
            if refused is None or refused.reason is Rejection.EMPTY:
                refused = Refused(found, self.phone)
        assert refused is not None  # one of the two columns is there
        return refused


def blind_list(
    stream: BinaryIO, keys: Sequence[tuple[str, bytes]], region: str | None = None,
    beat: Callable[[int], None] = lambda _done: None, segment: str | None = None,
) -> Blinded:  # fmt: skip
    """Read a CSV file with a column ``email`` or ``phone`` or both, and return its tokens.

    Args:
        stream: seekable, at any position.
        keys: name and key of each partnership.
        region: ISO 3166 country whose telephone numbers are written without "+"; None takes numbers with "+" only.
        beat: is called now and then with the bytes that were read.
        segment: name of the column with the label of a member's segment; the first row of a person counts.

    Raises:
        EmptyFile, UnreadableEncoding, MissingColumns …: the file as a whole cannot be read (``tabular``).
        NoSuchColumn, NoSuchRegion, NotALabel, TooManySegments.
    """
    table, columns = open_members(stream, region, segment)
    gathering = _Gathering(columns, [key for _, key in keys])
    for rows in _batches(table):
        gathering.add(rows)
        beat(stream.tell())
    return gathering.blinded(tuple(name for name, _ in keys))


def open_members(stream: BinaryIO, region: str | None, segment: str | None) -> tuple[Table, Columns]:
    """Read the header of a list of members; arguments and errors as for ``blind_list``."""
    if region is not None and region.upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise NoSuchRegion(region=region)
    table = open_table(stream, aliases=COLUMN_NAMES)
    table.require([name for name in ("email", "phone") if name in table.names] or ["email"])
    email, phone = table.position("email"), table.position("phone")
    return table, Columns(table.header, email, phone, _column(table, segment), region and region.upper())


def write_tokens(blinded: Blinded, out: BinaryIO) -> None:
    """Write the CSV file that the platform takes: ``token_<key name>`` for each key, and ``segment`` if asked for."""
    names = [*map(token_column, blinded.key_names)] + [SEGMENT] * bool(blinded.labels)
    out.write(",".join(names).encode() + b"\n")
    for start in range(0, blinded.accepted, _LINES):
        rows = blinded.tokens[start : start + _LINES]
        cells = [column.astype(">u8").tobytes().hex(",", 8).split(",") for column in rows.T]
        if blinded.labels:
            cells.append([blinded.labels[place] for place in blinded.segments[start : start + _LINES].tolist()])
        out.write("".join(f"{line}\n" for line in map(",".join, zip(*cells, strict=True))).encode())


def _column(table: Table, name: str | None) -> int | None:
    if name is None:
        return None
    places = [place for place, found in enumerate(table.header) if found.strip().lower() == name.strip().lower()]
    if len(places) != 1:
        raise NoSuchColumn(name=name)
    return places[0]


def _batches(table: Table) -> Iterator[list[Row]]:
    rows = iter(table)
    return iter(lambda: list(islice(rows, _BATCH)), [])


class _Gathering:
    """What became of the rows so far."""

    def __init__(self, columns: Columns, keys: Sequence[bytes]) -> None:
        self._columns = columns
        self._digest_by = [Keyed(key, prefix="").digest for key in keys]
        self._tokens = bytearray()
        self._places = {"": 0}
        self._segments = bytearray()
        self._reasons: Counter[str] = Counter()
        self._failures: list[Failure] = []

    def add(self, rows: list[Row]) -> None:
        identifiers: list[str] = []
        for row in rows:
            found = Refused(Rejection(row.problem.value), None) if row.problem else self._columns.identifier(row.values)
            if isinstance(found, Refused):
                self._refuse(row, found)
                continue
            identifiers.append(found)
            if self._columns.segment is not None:
                self._segments.append(self._place(row.row_no, row.values[self._columns.segment].strip()))
        digests = (b"".join(map(digest, identifiers)) for digest in self._digest_by)
        by_key = [np.frombuffer(each, ">u8")[::4].astype(np.uint64) for each in digests]
        self._tokens += np.stack(by_key, axis=1).tobytes()

    def blinded(self, key_names: tuple[str, ...]) -> Blinded:
        rows = np.frombuffer(self._tokens, np.uint64).reshape(-1, len(key_names))
        order = np.argsort(rows[:, 0], kind="stable")
        first = rows[order, 0]
        is_new = np.ones(len(rows), dtype=bool)
        np.not_equal(first[1:], first[:-1], out=is_new[1:])
        kept = order[is_new]
        has_segments = self._columns.segment is not None
        return Blinded(
            key_names, rows[kept], tuple(self._places) if has_segments else (),
            np.frombuffer(self._segments, np.uint8)[kept] if has_segments else np.empty(0, np.uint8),
            len(rows) - len(kept), dict(sorted(self._reasons.items())), self._columns.header, self._failures,
        )  # fmt: skip

    def _refuse(self, row: Row, found: Refused) -> None:
        self._reasons[found.reason.value] += 1
        if len(self._failures) < MAX_FAILURES:
            column = "" if found.position is None else self._columns.header[found.position]
            self._failures.append(Failure(row.row_no, row.values, column, found.reason.value))

    def _place(self, row_no: int, label: str) -> int:
        """Return the place of a label among all so far, where it is put if it is new."""
        place = self._places.get(label)
        if place is not None:
            return place
        if not is_label(label):
            raise NotALabel(row_no=row_no)
        if len(self._places) > MAX_SEGMENTS:
            raise TooManySegments(row_no=row_no, most=MAX_SEGMENTS)
        self._places[label] = len(self._places)
        return self._places[label]
