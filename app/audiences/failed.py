"""Rows of an upload that failed, for the one browser that sent them, for a day.

What was meant to be a token is nobody's business either, so they are sealed under a fresh key that only the session
cookie of that browser keeps: the store has bytes that nobody here can open.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator, MutableMapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from nacl.utils import random

from app.labels import label
from partners.audiences.register_services import Previewed
from partners.errors import NotFound
from partners.store import FolderStore
from partners.tabular import failed_csv

KEPT_FOR = timedelta(days=1)
KEYS_KEPT = 5
"""Uploads whose keys a cookie holds; it has room for 4 KB in all."""

_COOKIE = "failed_rows"


def seal(store: FolderStore, cookie: MutableMapping[str, Any], previewed: Previewed, now: datetime) -> None:
    """Keep the failed rows of an upload sealed and their key in the cookie; remove what is older than a day."""
    _sweep(store, now)
    if not previewed.failures:
        return
    key = random(SecretBox.KEY_SIZE)
    store.put(_path(previewed.audience.id), bytes(SecretBox(key).encrypt(b"".join(_as_csv(previewed)))))
    keys = {**cookie.get(_COOKIE, {}), previewed.audience.id: b64encode(key).decode()}
    cookie[_COOKIE] = dict(list(keys.items())[-KEYS_KEPT:])


def is_kept(store: FolderStore, cookie: MutableMapping[str, Any], audience_id: str) -> bool:
    """Say whether this browser can have the failed rows of an upload."""
    return audience_id in cookie.get(_COOKIE, {}) and store.has(_path(audience_id))


def opened(store: FolderStore, cookie: MutableMapping[str, Any], audience_id: str) -> bytes:
    """Return the CSV of failed rows; NotFound for every other browser, and after a day."""
    key = cookie.get(_COOKIE, {}).get(audience_id)
    if key is None:
        raise NotFound()
    try:
        return SecretBox(b64decode(key)).decrypt(store.get(_path(audience_id)))
    except CryptoError:
        raise NotFound() from None


def _as_csv(previewed: Previewed) -> Iterator[bytes]:
    """Yield the rows with their reasons in the reader's language."""
    failures = (replace(failure, reason=str(label(failure.reason))) for failure in previewed.failures)
    return failed_csv(previewed.header, failures)


def _sweep(store: FolderStore, now: datetime) -> None:
    oldest = (now - KEPT_FOR).timestamp()
    for path in store.path("failed").glob("*.sealed"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def _path(audience_id: str) -> str:
    return f"failed/{audience_id}.sealed"
