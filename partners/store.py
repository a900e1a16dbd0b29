"""The file store: bytes under a key, in a folder. Token files, uploads and rendered documents live here, nothing else.

A key is a path such as ``documents/ab12….pdf``. Writing is atomic: a reader sees the whole file or none.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from partners.errors import NotFound


class FolderStore:
    """A store in a folder of this machine, shared by web and worker."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, chunks: bytes | Iterable[bytes]) -> None:
        """Write a file whole or not at all; an existing one is replaced."""
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            with part.open("wb") as out:
                out.writelines([chunks] if isinstance(chunks, bytes) else chunks)
                out.flush()
                os.fsync(out.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    def get(self, key: str) -> bytes:
        """Return the bytes of a file, or raise NotFound."""
        try:
            return self.path(key).read_bytes()
        except FileNotFoundError:
            raise NotFound() from None

    def has(self, key: str) -> bool:
        """Say whether a file of that key exists."""
        return self.path(key).is_file()

    def delete(self, key: str) -> None:
        """Remove a file; removing what is not there is no error."""
        self.path(key).unlink(missing_ok=True)

    def path(self, key: str) -> Path:
        """Return where a file lies, for readers that map it into memory; the key may not leave the folder."""
        path = (self._folder / key).resolve()
        if not path.is_relative_to(self._folder.resolve()):
            raise NotFound()
        return path
