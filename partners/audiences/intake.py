"""From an uploaded list to sorted tokens: what was accepted, what was there twice, what was rejected and why.

Pure. Addresses exist only while their line is being read; rejected rows go back to whoever sent them and nowhere else.
Memory: eight bytes an accepted row, and the rejected rows up to MAX_FAILURES.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from partners.audiences.tokens import Keyed, Rejection, normalised
from partners.errors import Invalid
from partners.tabular import Failure, Table, open_table

MAX_FAILURES = 50_000
"""Rejected rows that are given back; all of them are counted."""

TOKEN_TYPE = np.dtype("<u8")
"""Tokens in a file: unsigned 64-bit, little-endian, sorted, each once, nothing else."""

_CHUNK = 1 << 16
"""Digests that are gathered before they become 64-bit tokens in an array."""

_HEX = re.compile(r"(?:[0-9a-fA-F]{16}){1,4}")

COLUMN_NAMES = {
    "e_mail": "email", "mail": "email", "email_address": "email", "e_mail_address": "email", "邮箱": "email",
    "电子邮箱": "email", "电子邮件": "email", "邮箱地址": "email", "令牌": "token",
}  # fmt: skip
"""Other names of the two columns that are read."""


class NoMembers(Invalid):
    """No row of the file could be accepted ({reasons}). Look at the failed rows, mend them and send the file again."""

    def __init__(self, intake: Intake) -> None:
        super().__init__(reasons=", ".join(f"{reason}: {count}" for reason, count in intake.reasons.items()) or "0")
        self.intake = intake


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of the rows of a list; ``accepted + duplicates + rejected`` is the number of rows."""

    tokens: NDArray[np.uint64]
    duplicates: int
    reasons: dict[str, int]
    header: tuple[str, ...]
    failures: list[Failure]

    @property
    def accepted(self) -> int:
        """Distinct members."""
        return len(self.tokens)

    @property
    def rejected(self) -> int:
        """Rows that are no member."""
        return sum(self.reasons.values())


def read_members(stream: BinaryIO, key: bytes) -> Intake:
    """Read a CSV file with a column ``email``, or a column ``token`` made at the brand: 16, 32, 48 or 64 hex digits.

    Args:
        stream: seekable, at any position.
        key: keys the tokens; see ``tokens.Keyed``.

    Raises:
        EmptyFile, UnreadableEncoding, MissingColumns …: the file as a whole cannot be read (``tabular``).
        NoMembers: no row was accepted.
    """
    table = open_table(stream, aliases=COLUMN_NAMES)
    column = "token" if "email" not in table.names and "token" in table.names else "email"
    table.require([column])
    read = _digest_of_hex if column == "token" else _digest_of_email(Keyed(key))
    rows, rejected, failures = _read_rows(table, column, read)
    tokens = distinct(rows)
    intake = Intake(tokens, len(rows) - len(tokens), dict(sorted(rejected.items())), table.header, failures)
    if not intake.accepted:
        raise NoMembers(intake)
    return intake


def distinct(rows: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return tokens sorted, each once."""
    tokens = np.sort(rows).astype(TOKEN_TYPE, copy=False)
    is_new = np.ones(len(tokens), dtype=bool)
    np.not_equal(tokens[1:], tokens[:-1], out=is_new[1:])
    return tokens[is_new]


def _read_rows(
    table: Table, column: str, read: Callable[[str], bytes | Rejection]
) -> tuple[NDArray[np.uint64], Counter[str], list[Failure]]:
    position = table.position(column) or 0
    name = table.header[position]
    chunks = [np.empty(0, TOKEN_TYPE)]
    digests: list[bytes] = []
    rejected: Counter[str] = Counter()
    failures: list[Failure] = []
    for row in table:
        found = Rejection(row.problem.value) if row.problem else read(row.values[position])
        if isinstance(found, bytes):
            digests.append(found)
            if len(digests) == _CHUNK:
                chunks.append(_tokens_of(digests))
            continue
        rejected[found.value] += 1
        if len(failures) < MAX_FAILURES:
            failures.append(Failure(row.row_no, row.values, "" if row.problem else name, found.value))
    return np.concatenate([*chunks, _tokens_of(digests)]), rejected, failures


def _tokens_of(digests: list[bytes]) -> NDArray[np.uint64]:
    """Return the first 64 bits of each digest of 32 bytes, and empty the list."""
    tokens = np.frombuffer(b"".join(digests), ">u8")[::4].astype(TOKEN_TYPE)
    digests.clear()
    return tokens


def _digest_of_email(keyed: Keyed) -> Callable[[str], bytes | Rejection]:
    def read(raw: str) -> bytes | Rejection:
        value = normalised(raw)
        return value if isinstance(value, Rejection) else keyed.digest(value)

    return read


def _digest_of_hex(raw: str) -> bytes | Rejection:
    value = raw.strip()
    if not value:
        return Rejection.EMPTY
    if not _HEX.fullmatch(value):
        return Rejection.NOT_HEX
    return bytes.fromhex(value[:16]).ljust(32, b"\0")
