"""An uploaded file of evidence: which kind it is, and its rows in a file of our own, from which buyers are gone.

What is kept has the known columns in a fixed order, each row with its line number and what is wrong with the line, so
that reading can go on at any row. Anything that names a buyer is keyed before it is written anywhere.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO, NamedTuple

from partners.errors import Invalid
from partners.referrals import intake
from partners.referrals.acceptance import SellingCampaign
from partners.referrals.problems import FieldCountDiffers, QuoteOpen, RowProblem, RowUnreadable
from partners.tabular import Problem, Table, open_table

_BATCH = 1000
_PROBLEMS: dict[str, type[RowProblem]] = {
    Problem.UNREADABLE: RowUnreadable,
    Problem.LINE_TOO_LONG: RowUnreadable,
    Problem.OPEN_QUOTE: QuoteOpen,
    Problem.WRONG_FIELD_COUNT: FieldCountDiffers,
}


class NoRows(Invalid):
    """The file has a header but no rows. Add one row for each order line or refund, then send it again."""


class KindUnclear(Invalid):
    """The first line says neither conversions (order_id, line_no, occurred_at, campaign, currency, gross) nor refunds
    (refund_id, order_id, line_no, occurred_at, currency, amount). Compare it with the examples."""


class KeptRow(NamedTuple):
    """A row as kept: the line of the uploaded file, its values in the order of the kind's columns, what is wrong."""

    row_no: int
    values: list[str]
    problem: RowProblem | None

    def checked(self) -> list[str]:
        """Return the values, or raise what is wrong with the line as a whole."""
        if self.problem is not None:
            raise self.problem
        return self.values


class OpenImport:
    """An import's kept rows, open at its check point, with the campaigns its merchant sells in; used within one job.

    ``position`` is the number of rows that have been taken from it; ``codes`` are those of all campaigns in which the
    merchant sells; ``campaigns`` are the ones that rows have named so far, by code.
    """

    def __init__(
        self, import_id: str, merchant_id: str, kind: str, position: int, rows: Iterator[KeptRow], codes: frozenset[str]
    ) -> None:
        self.import_id = import_id
        self.merchant_id = merchant_id
        self.kind = kind
        self.position = position
        self.codes = codes
        self.campaigns: dict[str, SellingCampaign] = {}
        self._rows = rows

    def take(self, count: int) -> list[KeptRow]:
        """Return the next rows."""
        taken = list(islice(self._rows, count))
        self.position += len(taken)
        return taken


class Sheet:
    """An uploaded file whose kind is known. ``rows`` counts those that ``kept`` has written."""

    def __init__(self, table: Table, kind: str, merchant_id: str, key: bytes) -> None:
        self.kind = kind
        self.rows = 0
        self._table = table
        self._columns = columns_of(kind)
        self._merchant_id, self._key = merchant_id, key

    def kept(self) -> Iterator[bytes]:
        """Yield the file that is kept; raises NoRows after an empty one."""
        out = StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        absent = len(self._table.header)
        positions = [self._table.position(name) for name in self._columns]
        pick = itemgetter(*(absent if at is None else at for at in positions))
        customer = self._columns.index("customer") if "customer" in self._table.names else -1
        for row in self._table:
            if row.problem is None:
                values = list(pick((*row.values, "")))
                if customer >= 0 and values[customer]:
                    values[customer] = intake.keyed(values[customer], self._merchant_id, self._key)
            else:
                values = [] if customer >= 0 else list(row.values)  # the buyer may stand in any of them
            writer.writerow((row.row_no, row.problem or "", *values))
            self.rows += 1
            if self.rows % _BATCH == 0:
                yield _taken(out)
        if self.rows == 0:
            raise NoRows()
        yield _taken(out)


def columns_of(kind: str) -> tuple[str, ...]:
    """Return the columns of a kind of evidence, ``conversion`` or ``refund``, in the order of kept rows."""
    return intake.REFUND_COLUMNS if kind == "refund" else intake.CONVERSION_COLUMNS


def open_sheet(stream: BinaryIO, merchant_id: str, key: bytes) -> Sheet:
    """Read the header of an uploaded file.

    Raises:
        Invalid: the file is empty, no text, or its header is neither of the two kinds.
    """
    table = open_table(stream)
    kind = _kind(table.names)
    if kind == "refund":
        table.require(intake.REFUND_REQUIRED)
    else:
        table.require(intake.CONVERSION_REQUIRED, intake.CONVERSION_OPTIONAL)
    return Sheet(table, kind, merchant_id, key)


def digest_of_stream(stream: BinaryIO) -> str:
    """Return the SHA-256 of a stream from its beginning."""
    stream.seek(0)
    digest = hashlib.sha256()
    while block := stream.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def kept_rows(path: Path, kind: str, start: int) -> Iterator[KeptRow]:
    """Yield the kept rows of a file from the given one on; the first has number 0. Skipping is one pass."""
    width = len(columns_of(kind))
    with path.open(encoding="utf-8", newline="") as lines:
        for row_no, problem, *values in islice(csv.reader(lines), start, None):
            if problem:
                yield KeptRow(int(row_no), _fitted(values, width), _PROBLEMS[problem](""))
            else:
                yield KeptRow(int(row_no), values, None)


def _kind(names: Sequence[str]) -> str:
    if "refund_id" in names or "amount" in names:
        return "refund"
    if set(names) & {"gross", "campaign"}:
        return "conversion"
    raise KindUnclear()


def _fitted(values: list[str], width: int) -> list[str]:
    """Return values filled up to a width; what is too many stands in the last one, where it will be seen."""
    if len(values) <= width:
        return [*values, *[""] * (width - len(values))]
    return [*values[: width - 1], ",".join(values[width - 1 :])]


def _taken(out: StringIO) -> bytes:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text.encode("utf-8", "surrogatepass")
