"""Hidden cells stay hidden: no reader of the displayed ones and of their sums works one out to within the floor."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from random import Random

import numpy as np
import pytest
from scipy.optimize import linprog

from partners.audiences.release.suppression import Line, hidden_too

FLOOR = 50
SLACK = 5
"""Displayed cells are rounded to ten."""

Cells = dict[object, int]
Make = Callable[[Random], tuple[Cells, list[Line[object]]]]


def solvable(cells: Cells, lines: list[Line[object]], hidden: set[object]) -> list[object]:
    """Return the hidden cells that a reader works out to within the floor: made apart from the product.

    The reader's unknowns are the hidden cells, the error of each displayed cell, and the error of each sum. All values
    of one answer of the solver are possible at once, so an answer for one cell may serve another.
    """
    unknown = [cell for cell in cells if cell in hidden]
    columns = {name: number for number, name in enumerate([*unknown, *(cell for cell in cells if cell not in hidden)])}
    known, right = np.zeros((len(lines), len(columns) + len(lines))), np.zeros(len(lines))
    for number, line in enumerate(lines):
        right[number] = line.total
        for sign, cell in [*((1, cell) for cell in line.cells), *((-1, cell) for cell in line.less)]:
            known[number, columns[cell]] = sign
            right[number] -= 0 if cell in hidden else sign * cells[cell]
        known[number, len(columns) + number] = 1
    bounds = [(0.0, 1e7)] * len(unknown)
    bounds += [(-min(SLACK, cells[cell]), SLACK) for cell in list(columns)[len(unknown) :]]
    bounds += [(-line.slack, line.slack) for line in lines]
    least, most = np.full(len(unknown), np.inf), np.full(len(unknown), -np.inf)
    for number, sign in [(number, sign) for number in range(len(unknown)) for sign in (1, -1)]:
        if most[number] - least[number] >= FLOOR:
            continue
        cost = np.zeros(known.shape[1])
        cost[number] = sign
        answer = linprog(cost, A_eq=known, b_eq=right, bounds=bounds, method="highs-ds")
        assert answer.status == 0, answer.message
        least = np.minimum(least, answer.x[: len(unknown)])
        most = np.maximum(most, answer.x[: len(unknown)])
    return [cell for cell, width in zip(unknown, most - least, strict=True) if width < FLOOR - 1e-4]


def members(dice: Random) -> int:
    """Return a number of members, small ones and large ones alike often."""
    return dice.choice([dice.randint(0, 60), dice.randint(40, 200), dice.randint(150, 5_000)])


def segments(dice: Random) -> tuple[Cells, list[Line[object]]]:
    """Return a table of segments by segments with totals that are cells themselves."""
    height, breadth = dice.choice([2, 2, 3, 3, 3, 4, 4, 6]), dice.choice([2, 3, 3, 3, 4, 5])
    cells: Cells = {(i, j): members(dice) for i in range(height) for j in range(breadth)}
    lines = [(tuple((i, j) for j in range(breadth)), (i, "all")) for i in range(height)]
    lines += [(tuple((i, j) for i in range(height)), ("all", j)) for j in range(breadth)]
    cells |= {total: sum(cells[cell] for cell in line) for line, total in lines}
    lines.append((tuple((i, "all") for i in range(height)), ("all", "all")))
    cells["all", "all"] = sum(cells[i, "all"] for i in range(height))
    return cells, [Line(line, 0, dice.choice([0, 0, 5]), less=(total,)) for line, total in lines]


def regions(dice: Random) -> tuple[Cells, list[Line[object]]]:
    """Return the regions of three to six lists with the sizes, and with those overlaps that are displayed."""
    lists = dice.choice([3, 3, 3, 3, 3, 3, 4, 4, 5, 6])
    cells: Cells = {cell: members(dice) for cell in range(1, 1 << lists)}
    sizes = [tuple(cell for cell in cells if cell >> one & 1) for one in range(lists)]
    known = [Line(line, sum(cells[cell] for cell in line)) for line in sizes]
    for one, other in combinations(range(lists), 2):
        both = tuple(cell for cell in sizes[one] if cell in sizes[other])
        shared = sum(cells[cell] for cell in both)
        smaller = min(known[one].total, known[other].total)
        if dice.random() < 0.7 and shared >= FLOOR and smaller - shared >= FLOOR:
            known.append(Line(both, shared, 17))
    return cells, known


@pytest.mark.parametrize("made", [segments, regions])
def test_no_hidden_cell_of_500_random_tables_is_solvable_within_the_floor(made: Make) -> None:
    found, hidden_cells, more = [], 0, 0

    for number in range(500):
        cells, lines = made(Random(number))
        too = hidden_too(cells, lines, FLOOR, SLACK)
        hidden = too | {cell for cell, value in cells.items() if value < FLOOR}
        found += [(number, cell) for cell in solvable(cells, lines, hidden)]
        hidden_cells, more = hidden_cells + len(hidden), more + len(too)

    assert found == []
    assert hidden_cells > 1_000
    assert more > 100


def test_small_cells_alone_would_often_be_solvable() -> None:
    broken = 0

    for number in range(20):
        cells, lines = segments(Random(number))
        broken += bool(solvable(cells, lines, {cell for cell, value in cells.items() if value < FLOOR}))

    assert broken >= 10


def test_the_smallest_cells_are_hidden_and_only_where_it_takes_them() -> None:
    row = {"small": 20, "large": 4_000, "middle": 90}

    assert hidden_too(row, [Line(tuple(row), 4_110)], FLOOR) == {"middle"}
    assert hidden_too(row, [], FLOOR) == set()
    assert hidden_too({"large": 4_000, "middle": 90}, [Line(("large", "middle"), 4_090)], FLOOR) == set()


def test_sums_that_noise_made_contradict_the_cells_are_believed_less() -> None:
    row = {"small": 20, "large": 4_000, "middle": 90}

    assert hidden_too(row, [Line(("large", "middle"), 4_300), Line(tuple(row), 4_110)], FLOOR, SLACK) <= {"middle"}


def test_the_same_table_is_answered_alike() -> None:
    cells, lines = segments(Random(7))

    assert hidden_too(cells, lines, FLOOR) == hidden_too(dict(cells), list(lines), FLOOR)


def test_a_table_of_twelve_by_twelve_and_six_lists_are_answered() -> None:
    dice = Random(3)
    cells: Cells = {(i, j): members(dice) for i in range(12) for j in range(12)}
    lines = [tuple(cell for cell in cells if cell[side] == at) for side in (0, 1) for at in range(12)]  # type: ignore[index]
    six: Cells = {cell: members(dice) for cell in range(1, 64)}
    sizes = [tuple(cell for cell in six if cell >> one & 1) for one in range(6)]  # type: ignore[operator]

    for table, sums in ((cells, lines), (six, sizes)):
        known = [Line(line, sum(table[cell] for cell in line)) for line in sums]
        hidden = hidden_too(table, known, FLOOR, SLACK) | {cell for cell, value in table.items() if value < FLOOR}
        assert solvable(table, known, hidden) == []
        assert hidden < set(table)
