"""Small figures as SVG: the same drawing for screen and paper, in presentation attributes only.

The map of communities is drawn by ``network_map``. Here stand the bar of a goal and the line of a series. Colour is
never alone: a bar has its target marked, and each figure has a text that is read aloud.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from html import escape

from reports.network_map import SCREEN_INKS, Inks

BAR_WIDTH, BAR_HEIGHT = 120, 10
LINE_WIDTH, LINE_HEIGHT = 120, 28


def goal_bar(actual: int, target: int, label: str, inks: Inks = SCREEN_INKS) -> str:
    """Return a bar of what was reached against a mark at the target; beyond 150 % the bar ends there.

    >>> 'aria-label="6 of 10"' in goal_bar(6, 10, "6 of 10")
    True
    """
    scale = Fraction(BAR_WIDTH * 2, 3)  # the target stands at two thirds
    reached = min(Fraction(max(actual, 0), max(target, 1)), Fraction(3, 2))
    mark = float(scale)
    return (
        f"{_opening(BAR_WIDTH, BAR_HEIGHT, label)}"
        f'<rect x="0" y="3" width="{BAR_WIDTH}" height="4" fill="{inks.line}" fill-opacity="0.45"/>'
        f'<rect x="0" y="2" width="{float(reached * scale):.1f}" height="6" fill="{inks.series[0]}"/>'
        f'<rect x="{mark - 0.75:.2f}" y="0" width="1.5" height="10" fill="{inks.ink}"/></svg>'
    )


def sparkline(values: Sequence[int], label: str, inks: Inks = SCREEN_INKS) -> str:
    """Return a line of a series from left to right, its last value marked; a single value is a mark alone.

    >>> sparkline([], "nothing yet")
    ''
    """
    if not values:
        return ""
    low, high = min(values), max(values)
    step = (LINE_WIDTH - 8) / max(len(values) - 1, 1)
    points = [
        (4 + at * step, LINE_HEIGHT - 4 - (LINE_HEIGHT - 8) * (value - low) / max(high - low, 1))
        for at, value in enumerate(values)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    return (
        f"{_opening(LINE_WIDTH, LINE_HEIGHT, label)}"
        f'<polyline points="{line}" fill="none" stroke="{inks.series[0]}" stroke-width="1.5" stroke-linejoin="round"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{inks.series[0]}"/></svg>'
    )


def _opening(width: int, height: int, label: str) -> str:
    said = escape(label)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{said}"><title>{said}</title>'
    )
