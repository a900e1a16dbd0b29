"""Many lines of a token file at once: lines of the same length are a table of bytes, and its columns are tokens.

Pure. Only what looks exactly as blinding writes it is read here; every other line is left to ``lines``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from partners.audiences.blinding.segments import MAX_SEGMENTS, is_label
from partners.audiences.intake.lines import DIGITS, Layout, TokenLine
from partners.errors import Invalid

TOKEN_TYPE = np.dtype("<u8")
"""Tokens in a file: unsigned 64-bit, little-endian, sorted, each once, nothing else."""

_HEX = "0123456789abcdefABCDEF"
_NO_BYTE = 256
_BYTE_OF = np.full(1 << 16, _NO_BYTE, np.uint16)
"""Two characters as they lie in memory -> the byte that they are in hex, or _NO_BYTE."""

for _pair in (high + low for high in _HEX for low in _HEX):
    _BYTE_OF[np.frombuffer(_pair.encode(), np.uint16)] = int(_pair, 16)


class TooManySegments(Invalid):
    """The file has more than {most} segments. Make fewer, larger ones: small segments are never shown."""


class Labels:
    """The labels of segments, numbered from 1 in the order in which they appear; no label is 0."""

    def __init__(self) -> None:
        self._number_of = {b"": 0}

    @property
    def known(self) -> tuple[str, ...]:
        """All labels so far, in the order of their numbers."""
        return tuple(label.decode() for label in self._number_of if label)

    def number(self, label: bytes) -> int:
        """Return the number of a valid label; a new one gets the next."""
        if label not in self._number_of and len(self._number_of) > MAX_SEGMENTS:
            raise TooManySegments(most=MAX_SEGMENTS)
        return self._number_of.setdefault(label, len(self._number_of))

    def numbers(self, texts: NDArray[np.uint8], out: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Write the number of each row's label and say which rows have one; stops at what is no label."""
        is_known = np.zeros(len(texts), bool)
        while not is_known.all():
            label = texts[int(np.argmin(is_known))].tobytes()
            if label and not _is_plain_label(label):
                break
            same = (texts == np.frombuffer(label, np.uint8)).all(axis=1)
            out[same] = self.number(label)
            is_known |= same
        return is_known


class Lines:
    """Lines of a block: ``tokens[i]`` under the i-th key, ``segment_of``, and which of them are read already."""

    def __init__(self, block: bytes, layout: Layout, labels: Labels) -> None:
        """Take whole lines with \\n between them, and read those that look as they should."""
        self._block, self._layout, self._labels = block, layout, labels
        self._bytes = np.frombuffer(block + b"\n", np.uint8)
        self._ends = np.flatnonzero(self._bytes == ord("\n"))
        self._starts = np.concatenate([[0], self._ends[:-1] + 1])
        self.tokens = np.empty((len(layout.key_names), len(self._ends)), TOKEN_TYPE)
        self.segment_of = np.zeros(len(self._ends), np.uint8)
        self.is_read = np.zeros(len(self._ends), bool)
        lengths = self._ends - self._starts
        for length in np.unique(lengths).tolist() if layout.is_plain else ():
            rows = np.flatnonzero(lengths == length)
            if length in self._lengths():
                self.is_read[rows] = self._read_alike(rows, length)

    def text(self, row: int) -> bytes:
        """Return the bytes of a line."""
        return self._block[self._starts[row] : self._ends[row]]

    def set(self, row: int, line: TokenLine) -> None:
        """Take a line that was read by itself."""
        self.tokens[:, row] = line.tokens
        self.segment_of[row] = self._labels.number(line.segment.encode())
        self.is_read[row] = True

    def taken(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return of each line's values, along the last axis, those of the lines that are read."""
        return values if self.is_read.all() else values[..., self.is_read]

    def _lengths(self) -> range:
        tokens = (DIGITS + 1) * len(self._layout.key_names)
        return range(tokens - 1, tokens) if self._layout.segment_at is None else range(tokens, tokens + 4 * 40 + 1)

    def _read_alike(self, rows: NDArray[np.int64], length: int) -> NDArray[np.bool_]:
        """Read lines of one length and say which could be read."""
        if len(rows) == len(self._ends):
            table = self._bytes.reshape(-1, length + 1)[:, :length]
        else:
            table = self._bytes[self._starts[rows, None] + np.arange(length)]
        is_good = np.ones(len(rows), bool)
        for number in range(len(self.tokens)):
            at = number * (DIGITS + 1)
            pairs = np.ascontiguousarray(table[:, at : at + DIGITS]).view(np.uint16)
            found = _BYTE_OF[pairs]
            if found.max() == _NO_BYTE:
                is_good &= (found < _NO_BYTE).all(axis=1)
            self.tokens[number, rows] = found.astype(np.uint8).view(">u8")[:, 0]
            if at + DIGITS < length:
                is_good &= table[:, at + DIGITS] == ord(self._layout.delimiter)
        if self._layout.segment_at is not None:
            is_good &= self._numbered(rows, table, is_good)
        return is_good

    def _numbered(
        self, rows: NDArray[np.int64], table: NDArray[np.uint8], is_good: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        found = np.zeros(len(rows), np.uint8)
        has_label = np.zeros(len(rows), bool)
        texts = table[is_good, (DIGITS + 1) * len(self.tokens) :]
        numbers = np.zeros(len(texts), np.uint8)
        has_label[is_good] = self._labels.numbers(texts, numbers)
        found[is_good] = numbers
        self.segment_of[rows] = found
        return has_label


def _is_plain_label(label: bytes) -> bool:
    """Say whether bytes are a valid label in UTF-8, as they would be read alone."""
    try:
        return is_label(label.decode())
    except UnicodeDecodeError:
        return False
