"""The lines of an uploaded text file, as whatever program wrote it, in blocks that do not grow with the file."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO, Protocol

from partners.errors import Invalid

MAX_LINE = 64 * 1024
"""Characters of one line, and of one row whose quoted fields run over several lines."""

_BLOCK = 1 << 20

_KINDS = {
    b"PK\x03\x04": "zip or Excel", b"PK\x05\x06": "zip", b"\xd0\xcf\x11\xe0": "Excel", b"\x1f\x8b": "gzip",
    b"%PDF": "PDF", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"7z\xbc\xaf": "7z", b"Rar!": "rar", b"PAR1": "Parquet",
}  # fmt: skip
"""First bytes -> kind of a file that people take for a table; it is never unpacked here."""

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class EmptyFile(Invalid):
    """The file is empty. It needs a first line with the names of the columns, and one row for each entry."""


class UnreadableEncoding(Invalid):
    """The file is not text that can be read here: it may be UTF-16, or hold NUL bytes. Save it as CSV in UTF-8 or
    GB18030 and send it again.
    """


class NotCsv(Invalid):
    """This is a file of the kind {kind}, not CSV. Open it where it was made, save the table as CSV and send that."""


def beginning_of(stream: BinaryIO) -> bytes:
    """Return the first bytes of a text file.

    Raises:
        EmptyFile, NotCsv, UnreadableEncoding: it is none.
    """
    stream.seek(0)
    beginning = stream.read(MAX_LINE)
    if not beginning.removeprefix(codecs.BOM_UTF8).strip():
        raise EmptyFile()
    for start, kind in _KINDS.items():
        if beginning.startswith(start):
            raise NotCsv(kind=kind)
    if b"\0" in beginning.splitlines()[0] or beginning.startswith(_UTF_16):
        raise UnreadableEncoding()
    return beginning


class Readable(Protocol):
    """What is read from its position on."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, none at the end."""


def line_blocks(stream: Readable) -> Iterator[bytes]:
    r"""Yield whole lines, joined by \n whatever their ends were; of a line longer than MAX_LINE only the beginning."""
    rest = b""
    while block := stream.read(_BLOCK):
        data = rest + block
        held = b"\r" if data.endswith(b"\r") else b""
        data = data.removesuffix(held).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        whole, end, rest = data.rpartition(b"\n")
        if end:
            yield whole
        rest = rest[: 4 * MAX_LINE + 4] + held
    if rest:
        yield rest.removesuffix(b"\r")


def text_lines(stream: BinaryIO) -> Iterator[str | bytes]:
    """Yield the text of each line; bytes where they are text in neither encoding."""
    for block in line_blocks(stream):
        try:
            yield from block.decode().split("\n")
        except UnicodeDecodeError:
            yield from map(decoded, block.split(b"\n"))


def decoded(line: bytes) -> str | bytes:
    """Decode a line by itself: one file may hold both encodings, pasted together from two systems."""
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return line.decode(encoding)
    return line
