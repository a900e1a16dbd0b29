"""A token file whose lines end in more than one way was changed on its way from blinding, and is not taken."""

from __future__ import annotations

import re
from typing import BinaryIO

from partners.errors import Invalid

_END = re.compile(rb"\r\n|\n|\r")
_OTHER = {b"\n": re.compile(rb"\r"), b"\r": re.compile(rb"\n"), b"\r\n": re.compile(rb"(?<!\r)\n|\r(?!\n)")}
"""How lines end -> an end of another kind."""


class MixedLineEnds(Invalid):
    """The lines of this file do not all end alike: line {row_no} ends in another way than those before it. Nothing was
    kept. Save the file with one kind of line end, or blind the list again.
    """


class AlikeLines:
    """A stream that raises MixedLineEnds while it is read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._end = b""
        self._row_no = 1

    def read(self, size: int) -> bytes:
        """Return the next bytes, a byte more where they would end between the two of a line end."""
        block = self._stream.read(size)
        if block.endswith(b"\r"):
            block += self._stream.read(1)
        if not self._end and (found := _END.search(block)):
            self._end = found[0]
        if self._end:
            self._require_alike(block)
        return block

    def _require_alike(self, block: bytes) -> None:
        ends = block.count(self._end)
        pairs = (block.count(b"\r"), block.count(b"\n")) if self._end == b"\r\n" else ()
        if pairs != (ends, ends) and (other := _OTHER[self._end].search(block)):
            raise MixedLineEnds(row_no=self._row_no + block.count(self._end, 0, other.start()))
        self._row_no += ends
