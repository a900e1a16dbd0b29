"""Where an uploaded file waits while its request runs: in memory, and beyond some megabytes sealed on the disk.

By default anything above 500 KB would be written to a temporary file in the clear. A list that was sent by mistake must
not touch the disk, so what does not fit is sealed under a key that only this request holds, in a file that has no name:
when the request ends, however it ends, nobody can read it any more.
"""

from __future__ import annotations

import tempfile
from io import SEEK_CUR, SEEK_END, SEEK_SET, BufferedIOBase, UnsupportedOperation
from typing import IO, BinaryIO, cast

from flask import Request
from nacl.secret import SecretBox
from nacl.utils import random

IN_MEMORY = 8 * 1024 * 1024
"""Bytes of an upload that are kept in memory before the disk is used."""

CHUNK = 1024 * 1024
"""Bytes that are sealed together."""

_SEALED = CHUNK + SecretBox.NONCE_SIZE + SecretBox.MACBYTES


class SealedSpool(BufferedIOBase):
    """A file to be written once from its beginning and then read again and again. Needs 10 MB, however much it holds.

    Chunks are numbered in their nonces, so that none can stand in for another.
    """

    def __init__(self) -> None:
        self._box = SecretBox(random(SecretBox.KEY_SIZE))
        self._file: BinaryIO | None = None
        self._chunks = 0
        self._tail = bytearray()
        self._position = 0
        self._opened = (-1, b"")

    def __len__(self) -> int:
        """Return how many bytes were written."""
        return self._chunks * CHUNK + len(self._tail)

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def writable(self) -> bool:
        """Say that it can be written."""
        return True

    def seekable(self) -> bool:
        """Say that any position can be read."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Append bytes; raises UnsupportedOperation anywhere but at the end."""
        if self._position != len(self):
            raise UnsupportedOperation("only the end can be written")
        self._tail += data
        self._position = len(self)
        if len(self) > IN_MEMORY:
            self._seal()
        return len(data)

    def read(self, size: int | None = -1) -> bytes:
        """Return so many bytes from the position on, fewer at the end."""
        left = max(len(self) - self._position, 0)
        wanted = left if size is None or size < 0 else min(size, left)
        parts = []
        while wanted:
            number, begins = divmod(self._position, CHUNK)
            part = self._chunk(number)[begins : begins + wanted]
            parts.append(part)
            wanted -= len(part)
            self._position += len(part)
        return b"".join(parts)

    def read1(self, size: int = -1) -> bytes:
        """Return bytes as ``read`` does."""
        return self.read(size)

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        """Go to a position and return it."""
        base = {SEEK_SET: 0, SEEK_CUR: self._position, SEEK_END: len(self)}[whence]
        self._position = max(base + offset, 0)
        return self._position

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def close(self) -> None:
        """Forget everything."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self._tail, self._chunks, self._position, self._opened = bytearray(), 0, 0, (-1, b"")
        super().close()

    def _seal(self) -> None:
        """Move whole chunks from memory into the file."""
        if self._file is None:
            self._file = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 (closed with the spool)
        whole = len(self._tail) - len(self._tail) % CHUNK
        for begins in range(0, whole, CHUNK):
            self._file.write(self._box.encrypt(bytes(self._tail[begins : begins + CHUNK]), self._nonce(self._chunks)))
            self._chunks += 1
        del self._tail[:whole]

    def _chunk(self, number: int) -> bytes:
        if number >= self._chunks:
            begins = (number - self._chunks) * CHUNK
            return bytes(self._tail[begins : begins + CHUNK])
        if self._opened[0] != number and self._file is not None:
            self._file.seek(number * _SEALED)
            sealed = self._file.read(_SEALED)
            self._opened = (number, self._box.decrypt(sealed[SecretBox.NONCE_SIZE :], self._nonce(number)))
        return self._opened[1]

    @staticmethod
    def _nonce(number: int) -> bytes:
        return number.to_bytes(SecretBox.NONCE_SIZE, "big")


def spooled(stream: IO[bytes]) -> BinaryIO:
    """Return what a stream holds, to be read more than once."""
    spool = SealedSpool()
    while block := stream.read(CHUNK):
        spool.write(block)
    spool.seek(0)
    return cast(BinaryIO, spool)


class SealedRequest(Request):
    """A request whose uploaded files nobody else can read."""

    def _get_file_stream(self, *_sizes_and_names: object, **_more: object) -> IO[bytes]:
        return cast(IO[bytes], SealedSpool())
