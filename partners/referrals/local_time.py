"""When a sale was: times as files write them, with an offset or in the local time of the partnership, to instants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo


def instant(reported: datetime, zone: tzinfo) -> datetime:
    """Return a reported time in UTC; one without offset is local time of the zone.

    A local time that a clock change makes ambiguous is taken for the first of the two instants; one that it skips is
    read with the offset from before the change.

    >>> from zoneinfo import ZoneInfo
    >>> instant(datetime(2026, 10, 25, 2, 30), ZoneInfo("Europe/Berlin")).isoformat()
    '2026-10-25T00:30:00+00:00'
    """
    aware = reported.replace(tzinfo=zone, fold=0) if reported.tzinfo is None else reported
    return aware.astimezone(UTC)


class LocalClock:
    """``instant`` for one zone and many rows: an hour's offset is looked up once, where it has only one."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._offsets: dict[tuple[int, int], timedelta | None] = {}

    def instant(self, reported: datetime) -> datetime:
        """Return a reported time in UTC, as the function ``instant`` does."""
        if reported.tzinfo is not None:
            return reported.astimezone(UTC)
        hour = (reported.toordinal(), reported.hour)
        if hour not in self._offsets:
            self._offsets[hour] = self._only_offset(reported)
        offset = self._offsets[hour]
        return instant(reported, self._zone) if offset is None else (reported - offset).replace(tzinfo=UTC)

    def _only_offset(self, reported: datetime) -> timedelta | None:
        first = reported.replace(minute=0, second=0, microsecond=0, tzinfo=self._zone, fold=0)
        last = first.replace(minute=59, second=59, microsecond=999_999)
        return first.utcoffset() if first.utcoffset() == last.utcoffset() else None
