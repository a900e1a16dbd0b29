"""How often a partner was there in time: n of m, from duties with a day each was due. Pure; knows no table, no clock.

A duty counts once it was kept, or once its day has passed. One that was taken away before its day (an invitation
withdrawn, terms answered by somebody else) never counts. Days, not hours, are compared: all in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

FEWEST = 3
"""With fewer duties that count, a share says nothing."""

YEAR = timedelta(days=365)


class Window(StrEnum):
    """Since when duties count, by the day they were due."""

    YEAR = "year"
    ALL = "all"


class Duty(StrEnum):
    """What a partner is waited for."""

    ANSWER = "answer"
    PAY = "pay"
    DELIVER = "deliver"
    APPROVE = "approve"


class Outcome(StrEnum):
    """What became of one duty. OPEN: its day has not come. DROPPED: taken away before its day."""

    KEPT = "kept"
    LATE = "late"
    OPEN = "open"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a partner was waited for.

    ``thing`` names the kind of page that ``thing_id`` opens; ``done_on`` None while it is not done; ``dropped_on`` None
    unless it was taken away. ``note`` says more within the thing: a version, a month. ``is_over``: its time has passed
    within the day it was due, and nothing that comes later counts.
    """

    thing: str
    thing_id: str
    name: str
    note: str
    asked_on: date
    due_on: date
    done_on: date | None
    dropped_on: date | None = None
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One item and what became of it."""

    item: Item
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Figure:
    """How often one duty was kept: ``kept`` of ``counted``, and every item behind the two, newest first."""

    duty: Duty
    kept: int
    counted: int
    rows: tuple[Row, ...]

    @property
    def share(self) -> Fraction | None:
        """Part that was kept; None where too few count to say."""
        return Fraction(self.kept, self.counted) if self.counted >= FEWEST else None


def outcome(item: Item, today: date) -> Outcome:
    """Return what became of one item.

    >>> day = date(2026, 3, 1)
    >>> outcome(Item("terms", "", "", "", day, day, None), date(2026, 3, 2)).value
    'late'
    """
    if item.done_on is not None and (item.dropped_on is None or item.done_on <= item.dropped_on):
        return Outcome.KEPT if item.done_on <= item.due_on else Outcome.LATE
    if item.dropped_on is not None and item.dropped_on <= item.due_on:
        return Outcome.DROPPED
    return Outcome.LATE if item.is_over or today > item.due_on else Outcome.OPEN


def figure(duty: Duty, items: Iterable[Item], today: date, window: Window) -> Figure:
    """Return how often a duty was kept within a window."""
    since = today - YEAR if window is Window.YEAR else date.min
    found = sorted((item for item in items if item.due_on >= since), key=lambda i: (i.due_on, i.name), reverse=True)
    rows = tuple(Row(item, outcome(item, today)) for item in found)
    kept = sum(row.outcome is Outcome.KEPT for row in rows)
    return Figure(duty, kept, kept + sum(row.outcome is Outcome.LATE for row in rows), rows)


def was_live(moves: Sequence[tuple[str, datetime]], since: datetime, until: datetime) -> bool:
    """Say whether a campaign was live at some instant of [since, until).

    Args:
        moves: stage it moved to and when, oldest first.
    """
    lasts = pairwise([*moves, ("", until)])
    return any(stage == "live" and max(at, since) < min(end, until) for (stage, at), (_, end) in lasts)
