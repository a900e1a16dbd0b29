"""Canonical JSON and its SHA-256 digest: what is signed, chained and recomputed.

After RFC 8785 (JSON Canonicalization Scheme), narrowed: keys sorted, UTF-8, no white space, integers only. A float is
refused, because two machines may print one differently.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

_SCALARS = frozenset({str, int, bool, type(None)})
_STRINGS = frozenset({str})

GENESIS = "0" * 64
"""The digest before the first: 32 zero bytes."""


def canonical_json(value: Any) -> bytes:
    """Return the one byte string that stands for a value of dicts, lists, strings, integers, booleans and None.

    Raises:
        TypeError: for a float or any other type.

    >>> canonical_json({"b": 1, "a": ["ü", None]})
    b'{"a":["\\xc3\\xbc",null],"b":1}'
    """
    _refuse_inexact(value)
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest_of(value: Any) -> str:
    """Return the SHA-256 of the canonical JSON, as 64 hex digits.

    >>> digest_of([])
    '4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945'
    """
    return hashlib.sha256(canonical_json(value)).hexdigest()


def chained(previous: str, event: Any) -> str:
    """Return the next digest of a chain: SHA-256 of the previous digest's bytes and the event's canonical JSON."""
    return hashlib.sha256(bytes.fromhex(previous) + canonical_json(event)).hexdigest()


def _refuse_inexact(value: Any) -> None:
    """Raise for what has no canonical form; plain scalars are told by type, many at once, since documents are long."""
    if isinstance(value, dict):
        if not (_STRINGS.issuperset(map(type, value)) or all(isinstance(key, str) for key in value)):
            raise TypeError("not canonical: a key that is not a string")
        inner: Any = value.values()
    elif isinstance(value, list | tuple):
        inner = value
    elif isinstance(value, str | int | None):
        return
    else:
        raise TypeError(f"not canonical: {type(value).__name__}")
    if not _SCALARS.issuperset(map(type, inner)):
        for item in inner:
            _refuse_inexact(item)
