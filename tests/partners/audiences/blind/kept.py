"""Every value that a database keeps, to look for a number that must not be among them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.tables import metadata


def places_of(session: Session, number: int) -> list[str]:
    """Return the columns that hold a number: as it is, in JSON, or written out within a text.

    Digits inside a longer word, such as the digest of something random, are another thing.
    """
    found = []
    for table in metadata.sorted_tables:
        for row in session.execute(select(table)).mappings():
            found += [
                f"{table.name}.{name}"
                for name, kept in row.items()
                if any(_tells(each, number) for each in _values(kept))
            ]
    return found


def _values(kept: object) -> Iterator[object]:
    """Yield a value, or all that are in it where it is JSON, its names included."""
    if isinstance(kept, dict):
        for name, value in kept.items():
            yield name
            yield from _values(value)
    elif isinstance(kept, list | tuple):
        for value in kept:
            yield from _values(value)
    else:
        yield kept


def _tells(value: object, number: int) -> bool:
    if isinstance(value, bytes):
        return value == str(number).encode()
    if isinstance(value, str):
        return re.search(rf"(?<![0-9A-Za-z]){number}(?![0-9A-Za-z])", value) is not None
    return not isinstance(value, bool) and value == number
