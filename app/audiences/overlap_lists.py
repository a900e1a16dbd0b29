"""The words, shades and lists of overlaps: in the matrix, between segments, in a CSV and in the log of questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app import filters
from app.labels import label
from app.listing import Column, Listing
from partners.audiences.release.log_queries import EvaluationLine
from partners.audiences.release.pair_queries import Matrix, MatrixCommunity
from partners.audiences.release.release import Released, ReleaseKind
from partners.audiences.release.result_queries import Note

MEASURES = {
    "shared": lazy_gettext("Shared members"),
    "coefficient": lazy_gettext("Share of the smaller list"),
    "jaccard": lazy_gettext("Share of both lists together"),
    "lift": lazy_gettext("Lift"),
    "unique": lazy_gettext("Reached by you alone"),
}
"""What a cell may show; the first is the usual."""

_SHADES = (0, 1, 2, 4, 6, 8, 9)
"""Level of an overlap (0 to 6) -> one of the ten shades of the style sheet."""

ANSWER_TONES = {"counted": "good", "same_lists": "good"}


class _Number(Column):
    """A column of numbers that are text already."""

    @property
    def is_number(self) -> bool:
        """Whether the column is set flush right."""
        return True


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as a row of a CSV; ``counted`` is None where no count is shown."""

    own: str
    other_partner: str
    other: str
    shown: str
    counted: Released | None
    universe: int | None
    computed_at: datetime | None
    why: str


def text(shown: Released | None, measure: str = "shared", universe: int | None = None) -> str:
    """Return what a cell says in the reader's language.

    Args:
        universe: people in all, for lift; None where nobody stated it.
    """
    if shown is None:
        return filters.NOTHING
    if shown.kind is ReleaseKind.TAKEN_BACK:
        return str(_("taken back"))
    if shown.kind is ReleaseKind.HIDDEN:
        return str(_("under %(floor)s", floor=filters.count(shown.floor)))
    if shown.kind is ReleaseKind.BAND:
        return str(label(shown.band)) if measure in ("shared", "coefficient") else filters.NOTHING
    return _measured(shown, measure, universe)


def cell_text(shown: Released | None, measure: str = "shared", universe: int | None = None) -> str:
    """Return what a cell between segments says: hidden is not always under the floor there."""
    is_hidden = shown is not None and shown.kind is ReleaseKind.HIDDEN
    return str(_("hidden")) if is_hidden else text(shown, measure, universe)


def shade(shown: Released | None) -> str:
    """Return the class of a cell: the more of the smaller list is shared, the darker."""
    return f"is-level-{_SHADES[shown.level]}" if shown is not None and shown.level else "is-hidden"


def size(members: int | None, band: Any) -> str:
    """Return the size of a list, or its band where only that may be shown."""
    if members is not None:
        return filters.count(members)
    return filters.NOTHING if band is None else str(label(band))


def why(note: Note | None) -> str:
    """Say why nothing newer is there; empty where it is up to date."""
    if note is None:
        return ""
    if note.until is not None:
        return str(_("%(why)s until %(day)s", why=label(note.why), day=filters.date(note.until)))
    return str(label(note.why))


def matrix_csv(matrix: Matrix, universe: int | None) -> Listing:
    """Return every pair of the matrix as a row."""
    return Listing.of(_cells(matrix, universe), _columns(), {})


def questions(lines: Iterable[EvaluationLine]) -> Listing:
    """Return the log of questions as a list."""
    columns = [
        Column("at", _("Asked"), "datetime"),
        Column("asker", _("Asked by"), value=lambda line: _named(line, "asker")),
        Column("own", _("Their list"), value=lambda line: _named(line, "own")),
        Column("own_as_of", _("List is of"), "date"),
        Column("other", _("Compared with"), value=lambda line: _named(line, "other")),
        Column("other_as_of", _("List is of"), "date"),
        Column("question", _("Question"), "label"),
        Column("answer", _("Answer"), "state", tone=lambda line: ANSWER_TONES.get(line.answer, "wait")),
        _Number("cost_milli", _("Cost (ε)"), value=lambda line: milli(line.cost_milli)),
    ]
    return Listing.of(lines, columns, request.args, nothing=_("Nothing was asked of these lists yet."))


def milli(thousandths: int | None) -> str:
    """Return thousandths as a number with three decimals."""
    return filters.NOTHING if thousandths is None else filters.ratio(Fraction(thousandths, 1000), 3)


def _measured(shown: Released, measure: str, universe: int | None) -> str:
    if measure in ("coefficient", "jaccard"):
        return filters.share(shown.overlap_coefficient if measure == "coefficient" else shown.jaccard)
    if measure == "lift":
        return filters.ratio(shown.lift(universe)) if universe else filters.NOTHING
    return filters.count(shown.unique_a if measure == "unique" else shown.count)


def _cells(matrix: Matrix, universe: int | None) -> Iterator[Cell]:
    for row, line, notes, days in zip(matrix.rows, matrix.cells, matrix.notes, matrix.computed, strict=True):
        for column, shown, note, at in zip(matrix.columns, line, notes, days, strict=True):
            yield _cell(row, column, shown, note, at, universe)


def _cell(
    row: MatrixCommunity, column: MatrixCommunity, shown: Released | None, note: Note | None, at: datetime | None,
    universe: int | None,
) -> Cell:  # fmt: skip
    counted = shown if shown is not None and shown.kind is ReleaseKind.COUNT else None
    partner = filters.named({"name": column.partner_name, "name_zh": column.partner_name_zh})
    named = (filters.named(row), partner, filters.named(column))
    return Cell(*named, text(shown), counted, universe, at, why(note))


def _columns() -> list[Column]:
    def number(of: Callable[[Released], int | None]) -> Callable[[Cell], int | None]:
        return lambda cell: None if cell.counted is None else of(cell.counted)

    def part(of: Callable[[Released, int | None], Fraction | None]) -> Callable[[Cell], Fraction | None]:
        return lambda cell: None if cell.counted is None else of(cell.counted, cell.universe)

    return [
        Column("own", _("Community")), Column("other_partner", _("Partner")), Column("other", _("Partner's community")),
        Column("shown", _("Shown")), Column("count", MEASURES["shared"], value=number(lambda one: one.count)),
        Column("own_size", _("Members"), value=number(lambda one: one.size_a)),
        Column("other_size", _("Partner's members"), value=number(lambda one: one.size_b)),
        Column("coefficient", MEASURES["coefficient"], value=part(lambda one, _n: one.overlap_coefficient)),
        Column("jaccard", MEASURES["jaccard"], value=part(lambda one, _n: one.jaccard)),
        Column("lift", MEASURES["lift"], value=part(lambda one, people: one.lift(people) if people else None)),
        Column("unique", MEASURES["unique"], value=number(lambda one: one.unique_a)),
        Column("computed_at", _("Counted"), "datetime"), Column("why", _("Nothing newer because")),
    ]  # fmt: skip


def _named(line: EvaluationLine, of: str) -> str:
    return filters.named({"name": getattr(line, f"{of}_name"), "name_zh": getattr(line, f"{of}_name_zh")})
