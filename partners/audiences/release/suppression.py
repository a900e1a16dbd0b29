"""Which cells of a table have to be hidden besides the small ones, so that nobody can work those out.

Pure. A cell below the floor is hidden; but whoever knows a row's total and all its other cells can subtract. So for
each hidden cell a linear programme finds the largest and the smallest value that agree with everything displayed. Where
the two are closer than the floor, further cells are hidden, as few and as small ones as another programme finds, until
every hidden cell may be anything within the floor at least.

References: Cox, Linear sensitivity measures in statistical disclosure control (1981); Fischetti and Salazar-González,
Solving the cell suppression problem on tabular data with linear constraints (Management Science 47, 2001).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

C = TypeVar("C", bound=Hashable)
Numbers = NDArray[np.float64]

_NEAR = 1e-6
"""The solver's own tolerance is 1e-7; the numbers are members."""


@dataclass(frozen=True, slots=True)
class Line(Generic[C]):
    """A sum of cells that is known elsewhere: ``total``, give or take ``slack`` (its rounding, its noise).

    Where the sum is a cell of the table itself, name it in ``less`` with a total of 0: it is taken away from the sum,
    shown or hidden like every other, and a total that is too small is protected as well.
    """

    cells: tuple[C, ...]
    total: int
    slack: int = 0
    less: tuple[C, ...] = ()


def hidden_too(cells: Mapping[C, int], lines: Sequence[Line[C]], floor: int, slack: int = 0) -> set[C]:
    """Return the cells to hide although they reach the floor; those below it are always hidden.

    What the lines alone tell of a cell, with every cell hidden, no hiding can take back. The same cells in the same
    order give the same answer, so give them in an order that both sides share.

    Args:
        slack: how far a displayed cell may be from what it shows (half of what it is rounded to).

    >>> row = {"a": 20, "b": 400, "c": 90}
    >>> hidden_too(row, [Line(("a", "b", "c"), 510)], 50), hidden_too(row, [], 50)
    ({'c'}, set())
    """
    table = _Table(cells, lines, floor, slack)
    small = [number for number, value in enumerate(cells.values()) if value < floor]
    waiting, more = list(small), set[int]()
    while waiting:
        cell = waiting.pop(0)
        if table.width(cell) < floor - _NEAR:
            found = table.cover(cell)
            waiting += found
            more |= set(found)
    names = list(cells)
    return {names[number] for number in more}


class _Table:
    """A table as constraints: low <= x <= high for each cell, least <= sums of x <= most for each line.

    Hiding only widens the constraints. So a value that a hidden cell was once seen to have in some solution stays
    possible, and a cell whose seen values are far enough apart needs no programme of its own.
    """

    def __init__(self, cells: Mapping[C, int], lines: Sequence[Line[C]], floor: int, slack: int) -> None:
        at = {cell: number for number, cell in enumerate(cells)}
        self._values = np.maximum(np.array(list(cells.values()), dtype=np.float64), 0)
        self._sums = np.zeros((len(lines), len(cells)))
        for row, line in zip(self._sums, lines, strict=True):
            row[[at[cell] for cell in line.cells]] = 1
            row[[at[cell] for cell in line.less]] = -1
        self._totals = np.array([line.total for line in lines], dtype=np.float64)
        self._line_slack = np.array([line.slack for line in lines], dtype=np.float64)
        self._floor, self._slack = floor, float(slack)
        self._top = float(self._values.sum() + self._totals.sum() + 2 * floor)
        self._is_hidden = np.array([value < floor for value in cells.values()], dtype=bool)
        self._least_seen, self._most_seen = self._values + np.inf, self._values - np.inf
        self._agree()

    def width(self, cell: int) -> float:
        """Return how far apart the values are that a hidden cell may have, as far as it matters."""
        for sign in (1.0, -1.0):
            if self._seen(cell) < self._floor:
                cost = np.zeros(len(self._values))
                cost[cell] = -sign
                self._see(self._solve(cost))
        return self._seen(cell)

    def cover(self, cell: int) -> list[int]:
        """Hide as few and as small cells as let this one vary by the floor; return them, none if that is impossible.

        Two solutions x and y of the table are sought with x - y = floor in this cell; a displayed cell may leave its
        bounds in either by e, which costs its size for each member. Those that have to leave are hidden.
        """
        size, bounds = len(self._values), self._bounds()
        shown = np.flatnonzero(~self._is_hidden)
        leaves = np.zeros((size, len(shown)))
        leaves[shown, np.arange(len(shown))] = 1
        identity, none = np.eye(size)[shown], np.zeros((len(shown), size))
        least, most, leave = bounds[shown, 0], bounds[shown, 1], leaves[shown]
        sums, most_sums = self._inequalities()
        empty = np.zeros_like(sums)
        left = np.vstack([
            np.hstack([sums, empty, np.zeros((len(sums), len(shown)))]),
            np.hstack([empty, sums, np.zeros((len(sums), len(shown)))]),
            np.hstack([identity, none, -leave]), np.hstack([-identity, none, -leave]),
            np.hstack([none, identity, -leave]), np.hstack([none, -identity, -leave]),
        ])  # fmt: skip
        right = np.concatenate([most_sums, most_sums, most, -least, most, -least])
        apart = np.zeros((1, left.shape[1]))
        apart[0, cell], apart[0, size + cell] = 1, -1
        cost = np.concatenate([np.zeros(2 * size), self._values[shown] + 1])
        found = linprog(cost, left, right, apart, [float(self._floor)], bounds=(0, self._top), method="highs")
        if found.x is None:
            return []
        hide = shown[found.x[2 * size :] > _NEAR]
        self._is_hidden[hide] = True
        self._see(found.x[:size])
        self._see(found.x[size : 2 * size])
        return [int(number) for number in hide]

    def _agree(self) -> None:
        """Widen what is known until it agrees with itself; noise makes sums and cells contradict one another."""
        while (solution := self._solve(np.zeros(len(self._values)))) is None:
            self._line_slack = np.maximum(2 * self._line_slack, 1)
        self._see(solution)

    def _solve(self, cost: Numbers) -> Numbers | None:
        """Return the values of least cost that agree with everything displayed; None where there are none."""
        left, right = self._inequalities()
        found: Any = linprog(cost, left, right, bounds=self._bounds(), method="highs")
        return None if found.x is None else np.asarray(found.x)

    def _inequalities(self) -> tuple[Numbers, Numbers]:
        above, below = self._totals + self._line_slack, self._line_slack - self._totals
        return np.vstack([self._sums, -self._sums]), np.concatenate([above, below])

    def _bounds(self) -> Numbers:
        low = np.where(self._is_hidden, 0, np.maximum(self._values - self._slack, 0))
        return np.column_stack([low, np.where(self._is_hidden, self._top, self._values + self._slack)])

    def _see(self, solution: Numbers | None) -> None:
        if solution is not None:
            self._least_seen = np.minimum(self._least_seen, solution)
            self._most_seen = np.maximum(self._most_seen, solution)

    def _seen(self, cell: int) -> float:
        return float(self._most_seen[cell] - self._least_seen[cell])
