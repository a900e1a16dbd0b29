"""Reads of one pair of communities: what stands behind its figure, and how its segments overlap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from partners.audiences.models import Audience, Overlap, Question
from partners.audiences.release.evaluating import next_time, spent_milli
from partners.audiences.release.evaluation_queries import earlier_of
from partners.audiences.release.pair_queries import Matrix, MatrixCommunity, overlap_matrix
from partners.audiences.release.release import (
    SEGMENT_FLOOR,
    Released,
    ReleaseKind,
    ReleaseSettings,
    hide_too,
    released_cell,
    rounded,
)
from partners.audiences.release.result_queries import Note, Result, latest_results, latest_table, notes_of
from partners.audiences.release.suppression import Line, hidden_too
from partners.directory.policy import Actor
from partners.errors import NotFound

Cell = tuple[str, str]
"""Segments of the first and of the second list of an overlap, in the order in which it is kept."""


@dataclass(frozen=True, slots=True)
class Explained:
    """What stands behind the figure of one pair. What belongs to a result is None where there is none.

    ``own_day`` and ``other_day`` are those of the lists that were compared, ``own_duplicates`` the rows of the own one
    whose people were in it before; ``epsilon_milli``: 0 where it was counted
    before there was noise. ``own_spent`` and ``other_spent``: thousandths that each direction used within a year.
    """

    partnership_id: str
    name: str
    footing: str
    own: MatrixCommunity
    other: MatrixCommunity
    settings: ReleaseSettings
    released: Released | None
    note: Note | None
    own_day: date | None
    other_day: date | None
    own_duplicates: int | None
    computed_at: datetime | None
    epsilon_milli: int | None
    method: str
    own_spent: int
    other_spent: int
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class SegmentTable:
    """Own segments down, the partner's across, each with its rounded members; empty where nothing was counted.

    ``floor``: of a cell, in members. ``note``: why nothing newer is there. ``hidden_too``: cells that are hidden only
    so that no other can be worked out.
    """

    own: MatrixCommunity
    other: MatrixCommunity
    rows: tuple[tuple[str, int], ...]
    columns: tuple[tuple[str, int], ...]
    cells: tuple[tuple[Released, ...], ...]
    floor: int
    hidden_too: int
    note: Note | None
    computed_at: datetime | None


def explained(
    session: Session, actor: Actor, partnership_id: str, own_id: str, other_id: str, now: datetime
) -> Explained:
    """Return what stands behind a figure; NotFound for a stranger and for what is not shown in the matrix."""
    matrix = overlap_matrix(session, actor, partnership_id, now)
    own, other = _pair(matrix, own_id, other_id)
    pair = frozenset((own.id, other.id))
    found = next((one for one in latest_results(session, [partnership_id], now, pair) if one.communities == pair), None)
    earlier = earlier_of(session, pair, now)[pair]
    again = next_time(Question.PAIR, earlier, now)
    note = found.note if found else notes_of(session, [partnership_id], now).get((partnership_id, pair))
    lists = {one.community_id: one for one in (found.one, found.other)} if found else {}
    mine, theirs = lists.get(own.id), lists.get(other.id)
    return Explained(
        matrix.partnership_id, matrix.name, matrix.footing, own, other, matrix.settings,
        found.released(actor.partner_id) if found else None, note, mine.as_of if mine else None,
        theirs.as_of if theirs else None, mine.duplicates if mine else None,
        found.overlap.computed_at if found else None, found.overlap.epsilon_milli if found else None,
        found.overlap.method.value if found else "", spent_milli(own.id, earlier, now),
        spent_milli(other.id, earlier, now), again if again > now else None,
    )  # fmt: skip


def segment_table(
    session: Session, actor: Actor, partnership_id: str, own_id: str, other_id: str, now: datetime
) -> SegmentTable:
    """Return how the segments of two communities overlap; NotFound for a stranger and for what is not in the matrix.

    A cell is hidden where it or what is outside of it is small, and further ones where a hidden one could be worked
    out from the whole overlap; from both sides alike.
    """
    matrix = overlap_matrix(session, actor, partnership_id, now)
    own, other = _pair(matrix, own_id, other_id)
    pair = frozenset((own.id, other.id))
    rows = latest_table(session, matrix.partnership_id, pair, now.date()) if matrix.footing == "signed" else []
    note = notes_of(session, [matrix.partnership_id], now, Question.SEGMENTS).get((matrix.partnership_id, pair))
    floor = max(matrix.settings.floor, SEGMENT_FLOOR)
    if not rows:
        return SegmentTable(own, other, (), (), (), floor, 0, note, None)
    whole = next(iter(latest_results(session, [matrix.partnership_id], now, pair)), None)
    shown, too = _released_table(rows, matrix.settings, whole)
    turned = _is_turned(session, rows[0], own_id)
    labels = _labels(rows, matrix.settings.rounding)
    down, across = reversed(labels) if turned else labels
    cells = tuple(
        tuple(
            shown[column, row].turned() if turned else shown[row, column] for column, _members in across
        )
        for row, _members in down
    )  # fmt: skip
    note = note if note is not None and note.at >= rows[0].computed_at else None
    return SegmentTable(own, other, down, across, cells, floor, len(too), note, rows[0].computed_at)


def _pair(matrix: Matrix, own_id: str, other_id: str) -> tuple[MatrixCommunity, MatrixCommunity]:
    """Return a row and a column of the matrix; NotFound for every other id."""
    own = next((one for one in matrix.rows if one.id == own_id), None)
    other = next((one for one in matrix.columns if one.id == other_id), None)
    if own is None or other is None:
        raise NotFound()
    return own, other


def _released_table(
    rows: list[Overlap], settings: ReleaseSettings, whole: Result | None
) -> tuple[dict[Cell, Released], set[Cell]]:
    """Return what may be shown of each cell, and which cells are hidden only to protect others."""
    shown = {_cell(row): released_cell(row.noisy, row.size_a, row.size_b, settings, "signed") for row in rows}
    hidden = {cell for cell, one in shown.items() if one.kind is ReleaseKind.HIDDEN}
    values = {_cell(row): 0 if _cell(row) in hidden else row.noisy or 0 for row in rows}
    out_of_sum = sum(max(row.noisy or 0, 0) for row in rows if _cell(row) in hidden)
    lines = _known_sums(rows, values, out_of_sum, settings, whole)
    floor = max(settings.floor, SEGMENT_FLOOR)
    too = hidden_too(values, lines, floor, settings.rounding // 2)
    return hide_too(shown, too), too


def _known_sums(
    rows: list[Overlap], values: dict[Cell, int], out_of_sum: int, settings: ReleaseSettings, whole: Result | None
) -> list[Line[Cell]]:
    """Return the sum of all cells, where the whole overlap of the same lists is shown and everybody has a segment.

    What is hidden because nearly all of a segment is shared counts as nothing on both sides of it: so it is protected
    as a small number is, which asks for more than its true size does.
    """
    if whole is None or whole.released().count is None:
        return []
    last, row = rows[0], whole.overlap
    if (row.audience_a_id, row.audience_b_id) != (last.audience_a_id, last.audience_b_id):
        return []
    first_segments, second_segments = _labels(rows, 1)
    is_all = sum(size for _, size in first_segments) == row.size_a and sum(s for _, s in second_segments) == row.size_b
    total = max((row.noisy or 0) - out_of_sum, 0)
    return [Line(tuple(values), total, settings.rounding // 2)] if is_all else []


def _labels(rows: list[Overlap], step: int) -> tuple[tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]:
    """Return the segments of the first and of the second list with their members, by label."""
    first = {row.segment_a: rounded(row.size_a, step) for row in rows}
    second = {row.segment_b: rounded(row.size_b, step) for row in rows}
    return tuple(sorted(first.items())), tuple(sorted(second.items()))


def _cell(row: Overlap) -> Cell:
    return row.segment_a, row.segment_b


def _is_turned(session: Session, row: Overlap, own_id: str) -> bool:
    return session.get_one(Audience, row.audience_a_id).community_id != own_id
