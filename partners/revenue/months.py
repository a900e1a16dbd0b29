"""Accounting months: a label such as 2026-09 and its bounds in a partnership's time zone. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from partners.errors import Invalid


class MonthUnreadable(Invalid):
    """“{label}” is not a month. Write it as 2026-09."""


def month_of(at: datetime, timezone: str) -> str:
    """Return the label of the month that an instant falls in.

    >>> month_of(datetime(2026, 9, 30, 22, 30, tzinfo=UTC), "Europe/Berlin")
    '2026-10'
    """
    return at.astimezone(ZoneInfo(timezone)).strftime("%Y-%m")


def bounds(label: str, timezone: str) -> tuple[datetime, datetime]:
    """Return the month as [start, end) in UTC, from midnight to midnight of the time zone.

    Raises:
        MonthUnreadable: not a year and a month.
    """
    zone = ZoneInfo(timezone)
    year, month = _parts(label)
    start = datetime(year, month, 1, tzinfo=zone)
    end = datetime(*_parts(following(label)), 1, tzinfo=zone)
    return start.astimezone(UTC), end.astimezone(UTC)


def following(label: str) -> str:
    """Return the label of the next month.

    >>> following("2026-12")
    '2027-01'
    """
    year, month = _parts(label)
    return f"{year + month // 12:04d}-{month % 12 + 1:02d}"


def _parts(label: str) -> tuple[int, int]:
    year, dash, month = label.partition("-")
    plain = year.isascii() and year.isdigit() and month.isascii() and month.isdigit()
    if not (dash and plain and len(year) == 4 and len(month) == 2 and 1 <= int(month) <= 12 and int(year) > 0):
        raise MonthUnreadable(label=label)
    return int(year), int(month)
