"""What a journal entry must be before it may stand in the books. Pure accounting; knows no table and no campaign.

Amounts are signed minor units: debit positive, credit negative.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from partners.errors import Invalid


class EntryTooShort(Invalid):
    """A journal entry has at least two lines."""


class LineOfZero(Invalid):
    """A line of a journal entry is not zero."""


class EntryUnbalanced(Invalid):
    """The debits and credits of a journal entry are equal in every currency."""


class EntryLine(NamedTuple):
    """One line of an entry: which account, and the signed amount on it in minor units."""

    kind: str
    owner: str
    counterparty: str
    currency: str
    minor: int


def sums(postings: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return the sum of signed amounts per currency.

    >>> sums([("EUR", 5), ("EUR", -5), ("JPY", 1)])
    {'EUR': 0, 'JPY': 1}
    """
    found: dict[str, int] = {}
    for currency, minor in postings:
        found[currency] = found.get(currency, 0) + minor
    return found


def is_balanced(postings: Iterable[tuple[str, int]]) -> bool:
    """Say whether debits equal credits in every currency.

    >>> is_balanced([("EUR", 5), ("EUR", -5)]), is_balanced([("EUR", 5), ("JPY", -5)])
    (True, False)
    """
    return not any(sums(postings).values())


def check_entry(lines: Sequence[EntryLine]) -> None:
    """Raise the broken rule: at least two lines, none zero, balanced in every currency."""
    if len(lines) < 2:
        raise EntryTooShort()
    if any(line.minor == 0 for line in lines):
        raise LineOfZero()
    if not is_balanced((line.currency, line.minor) for line in lines):
        raise EntryUnbalanced()


def entry_content(
    seq: int, partnership_id: str, key: str, text: str, posted_at: datetime, lines: Sequence[EntryLine]
) -> dict[str, Any]:
    """Return what the digest of an entry covers, in the order in which its lines were posted."""
    return {
        "seq": seq, "partnership": partnership_id, "key": key, "text": text, "posted_at": posted_at.isoformat(),
        "lines": [list(line) for line in lines],
    }  # fmt: skip
