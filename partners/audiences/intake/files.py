"""Token files in the store: where they lie, writing them with a transaction, removing them after one.

A file is written before its row and goes again unless the row is committed; a file that was replaced goes only after
the commit. So whatever dies, every row has its file, and a file without a row is what ``stray_files`` finds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from partners.audiences.intake.blocks import TOKEN_TYPE
from partners.store import FolderStore

_AT_ONCE = 1 << 17
"""Tokens that are copied at once on their way into the store: 1 MB."""

_BLOCK = 1 << 20

_PENDING = "pending_token_files"


@dataclass(slots=True)
class _Pending:
    """What a transaction wrote, to be removed without a commit, and what it replaced, to be removed after one."""

    written: list[tuple[FolderStore, str]] = field(default_factory=list)
    replaced: list[tuple[FolderStore, str]] = field(default_factory=list)


def store_key(audience_id: str, partnership_id: str, segment: int = 0) -> str:
    """Return where the tokens of an audience, or of its n-th segment, lie.

    >>> store_key("a1", "p1"), store_key("a1", "p1", 2)
    ('audiences/a1/p1.tokens', 'audiences/a1/p1.2.tokens')
    """
    return f"audiences/{audience_id}/{partnership_id}{f'.{segment}' if segment else ''}.tokens"


def next_version(key: str) -> str:
    """Return where a file lies that replaces another.

    >>> next_version("audiences/a1/p1.2.tokens"), next_version("audiences/a1/p1.2.v3.tokens")
    ('audiences/a1/p1.2.v1.tokens', 'audiences/a1/p1.2.v4.tokens')
    """
    name, _, version = key.removesuffix(".tokens").partition(".v")
    return f"{name}.v{int(version or 0) + 1}.tokens"


def withdrawn_key(partner_id: str, key_name: str) -> str:
    """Return where a brand's withdrawn people lie under one key.

    >>> withdrawn_key("p1", "aa1916ecd637")
    'withdrawals/p1.aa1916ecd637.tokens'
    """
    return f"withdrawals/{partner_id}.{key_name}.tokens"


def digest_of(stream: BinaryIO) -> str:
    """Return the SHA-256 of everything in a seekable stream."""
    stream.seek(0)
    digest = hashlib.sha256()
    while block := stream.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def kept_tokens(store: FolderStore, key: str) -> NDArray[np.uint64]:
    """Return the tokens of a file; none where there is no file."""
    path = store.path(key)
    if not path.is_file() or not path.stat().st_size:
        return np.empty(0, TOKEN_TYPE)
    return np.memmap(path, TOKEN_TYPE, "r")


def write_tokens(session: Session, store: FolderStore, key: str, tokens: NDArray[np.uint64]) -> str:
    """Write a file that goes again when the session ends without a commit; return its SHA-256."""
    _pending(session).written.append((store, key))
    digest = hashlib.sha256()
    store.put(key, _chunks(tokens, digest.update))
    return digest.hexdigest()


def delete_after_commit(session: Session, store: FolderStore, key: str) -> None:
    """Remove a file once the session is committed."""
    _pending(session).replaced.append((store, key))


def delete_files(store: FolderStore, audience_id: str) -> None:
    """Delete every file of an audience, also those that no row names."""
    folder = store.path(f"audiences/{audience_id}")
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        path.unlink(missing_ok=True)


def stray_files(store: FolderStore, named: Collection[str], before: float) -> Iterator[str]:
    """Yield keys of token files that no row names and that are older than an instant (seconds since 1970)."""
    root = store.path("audiences")
    for path in sorted(root.rglob("*")) if root.is_dir() else ():
        key = f"audiences/{path.relative_to(root).as_posix()}"
        if path.is_file() and key not in named and path.stat().st_mtime < before:
            yield key


def withdrawn_files(store: FolderStore) -> Iterator[tuple[str, str]]:
    """Yield (key in the store, name of the key) of the files of withdrawn people."""
    root = store.path("withdrawals")
    for path in sorted(root.glob("*.tokens")) if root.is_dir() else ():
        yield f"withdrawals/{path.name}", path.name.split(".")[1]


def _chunks(tokens: NDArray[np.uint64], update: Callable[[bytes], None]) -> Iterator[bytes]:
    for at in range(0, len(tokens), _AT_ONCE):
        chunk = tokens[at : at + _AT_ONCE].tobytes()
        update(chunk)
        yield chunk


def _pending(session: Session) -> _Pending:
    if _PENDING not in session.info:
        session.info[_PENDING] = _Pending()
        event.listen(session, "after_commit", _keep)
        event.listen(session, "after_transaction_end", _undo)
    pending: _Pending = session.info[_PENDING]
    return pending


def _keep(session: Session) -> None:
    pending = _pending(session)
    for store, key in pending.replaced:
        store.delete(key)
    pending.written.clear()
    pending.replaced.clear()


def _undo(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is not None:
        return
    pending = _pending(session)
    for store, key in pending.written:
        store.delete(key)
    pending.written.clear()
    pending.replaced.clear()
