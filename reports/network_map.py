"""The map of a network as SVG: one drawing for screen and paper, presentation attributes only.

Knows places, sizes and texts that it is given; what they mean is the caller's. A shape and a text go with every colour.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 1000, 600
"""Units of the picture with few marks; its aspect is what ``partners.network.layout`` expects by default."""

ROOMY = 24
"""Marks up to which the picture keeps that size; with more it grows, so that letters do not."""

MARGIN_X, MARGIN_TOP, MARGIN_BOTTOM = 84, 34, 64
"""Room for shapes and labels at the edges."""

RADIUS_LEAST, RADIUS_MOST = 6.0, 24.0
LABEL_LONG = 22
"""Widths of a Latin letter that a label may have; a Chinese character counts as two."""


@dataclass(frozen=True, slots=True)
class Inks:
    """Colours by role. ``series`` are those of the partners, the reader's own first.

    ``has_rims``: texts have a rim of paper; on paper not, because WeasyPrint draws the rim over the letters.
    """

    paper: str
    ink: str
    soft: str
    line: str
    flow: str
    series: tuple[str, ...]
    has_rims: bool = True


SCREEN_INKS = Inks(
    "var(--paper)", "var(--ink)", "var(--soft)", "var(--map-overlap)", "var(--map-flow)",
    tuple(f"var(--map-{number})" for number in range(1, 7)),
)  # fmt: skip

PAPER_INKS = Inks(
    "#ffffff", "#1b1d1f", "#5d6166", "#b9c9c5", "#8a5a12",
    ("#0a6a5c", "#7a4fa3", "#1f6fb2", "#b0532c", "#5f7a1f", "#9a3b6c"), has_rims=False,
)  # fmt: skip

SHAPES = ("circle", "square", "triangle", "diamond", "hexagon", "pentagon", "star")
"""One a partner, in this order; with as many colours less one, 42 partners look different."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One node. ``x`` and ``y`` in [0, 1]; ``size`` in [0, 1] of the largest, None where unknown (drawn hollow).

    ``partner`` numbers the partners, 0 is the reader's own. ``label`` may be empty; ``title`` is read aloud.
    """

    id: str
    x: float
    y: float
    size: float | None
    partner: int
    label: str
    note: str
    title: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Tie:
    """What two nodes share. ``nearness`` in [0, 1] is the width; None where only a band is known (drawn dashed)."""

    a: str
    b: str
    nearness: float | None
    title: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """What one node sent to another; ``part`` in [0, 1] of the largest arrow is the width."""

    source: str
    target: str
    part: float
    title: str


def network_map(
    marks: Sequence[Mark], ties: Sequence[Tie], arrows: Sequence[Arrow], label: str, inks: Inks = SCREEN_INKS
) -> str:
    """Return the map: ties below, arrows over them, marks on top, labels last.

    Args:
        label: what a screen reader says of the whole.
    """
    width, height = _paper(len(marks))
    at = {mark.id: _at(mark, width, height) for mark in marks}
    reach = {mark.id: _radius(mark) for mark in marks}
    parts = [_tie(tie, at, inks) for tie in ties if tie.a in at and tie.b in at]
    parts += [_arrow(each, at, reach, inks) for each in arrows if each.source in at and each.target in at]
    parts += [_linked(mark, *at[mark.id], reach[mark.id], inks) for mark in marks]
    look = "map__picture" if len(marks) <= ROOMY else "map__picture map__picture--large"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="group" aria-label="{escape(label)}" class="{look}" font-size="12.5">{"".join(parts)}</svg>'
    )


def key_mark(partner: int, inks: Inks = SCREEN_INKS) -> str:
    """Return the small sign of a partner for a key beside the map."""
    mark = Mark("", 0.5, 0.5, 1.0, partner, "", "", "")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">'
        f"{_shape(mark, 8, 8, 6.5, inks)}</svg>"
    )


def _paper(count: int) -> tuple[int, int]:
    """Return width and height: the area grows with the marks."""
    grow = math.sqrt(max(1.0, count / ROOMY))
    return round(WIDTH * grow), round(HEIGHT * grow)


def _at(mark: Mark, width: int, height: int) -> tuple[float, float]:
    across, down = width - 2 * MARGIN_X, height - MARGIN_TOP - MARGIN_BOTTOM
    return MARGIN_X + mark.x * across, MARGIN_TOP + mark.y * down


def _radius(mark: Mark) -> float:
    """Return a radius by which areas compare as sizes do."""
    return RADIUS_LEAST + (RADIUS_MOST - RADIUS_LEAST) * math.sqrt(mark.size or 0)


def _tie(tie: Tie, at: dict[str, tuple[float, float]], inks: Inks) -> str:
    (x1, y1), (x2, y2) = at[tie.a], at[tie.b]
    look = (
        'stroke-width="3" stroke-dasharray="5 4"' if tie.nearness is None
        else f'stroke-width="{1.5 + 28 * min(tie.nearness, 0.5):.1f}" stroke-linecap="round"'
    )  # fmt: skip
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{inks.line}" {look}>'
        f"<title>{escape(tie.title)}</title></line>"
    )


def _arrow(arrow: Arrow, at: dict[str, tuple[float, float]], reach: dict[str, float], inks: Inks) -> str:
    """Draw a bow to the left of its way, so that there and back lie side by side, and its head as a triangle."""
    (x1, y1), (x2, y2) = at[arrow.source], at[arrow.target]
    length = math.hypot(x2 - x1, y2 - y1) or 1.0
    bend = min(0.16 * length, 46.0)
    middle = ((x1 + x2) / 2 + (y2 - y1) / length * bend, (y1 + y2) / 2 - (x2 - x1) / length * bend)
    width = 1.2 + 3.8 * arrow.part
    head = 6 + 1.6 * width
    start = _towards((x1, y1), middle, reach[arrow.source] + 2)
    tip = _towards((x2, y2), middle, reach[arrow.target] + 2)
    neck = _towards(tip, middle, head * 0.8)
    return (
        f'<g stroke="{inks.flow}" fill="{inks.flow}"><title>{escape(arrow.title)}</title>'
        f'<path d="M{start[0]:.1f} {start[1]:.1f}Q{middle[0]:.1f} {middle[1]:.1f} {neck[0]:.1f} {neck[1]:.1f}" '
        f'fill="none" stroke-width="{width:.1f}"/>'
        f'<path d="{_head(tip, middle, head)}" stroke="none"/></g>'
    )


def _towards(start: tuple[float, float], goal: tuple[float, float], step: float) -> tuple[float, float]:
    length = math.hypot(goal[0] - start[0], goal[1] - start[1]) or 1.0
    return start[0] + (goal[0] - start[0]) / length * step, start[1] + (goal[1] - start[1]) / length * step


def _head(tip: tuple[float, float], origin: tuple[float, float], length: float) -> str:
    back = _towards(tip, origin, length)
    across = ((tip[1] - back[1]) * 0.42, (back[0] - tip[0]) * 0.42)
    corners = (tip, (back[0] + across[0], back[1] + across[1]), (back[0] - across[0], back[1] - across[1]))
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners) + "Z"


def _linked(mark: Mark, x: float, y: float, radius: float, inks: Inks) -> str:
    shape, label = _shape(mark, x, y, radius, inks), _label(mark, x, y + radius * 1.15 + 14, inks)
    body = f"<title>{escape(mark.title)}</title>{shape}{label}"
    if not mark.href:
        return f"<g>{body}</g>"
    return f'<a href="{escape(mark.href)}" aria-label="{escape(mark.title)}">{body}</a>'


def _shape(mark: Mark, x: float, y: float, radius: float, inks: Inks) -> str:
    colour = inks.series[mark.partner % len(inks.series)]
    look = (
        f'fill="{inks.paper}" stroke="{colour}" stroke-width="2" stroke-dasharray="3 2"' if mark.size is None
        else f'fill="{colour}" stroke="{inks.paper}" stroke-width="1.5"'
    )  # fmt: skip
    kind = SHAPES[mark.partner % len(SHAPES)]
    if kind == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" {look}/>'
    points = " ".join(f"{px:.1f},{py:.1f}" for px, py in _corners(kind, x, y, radius))
    return f'<polygon points="{points}" {look}/>'


def _corners(kind: str, x: float, y: float, radius: float) -> list[tuple[float, float]]:
    """Return the corners of a shape with about the area of a circle of that radius."""
    count, turn, grow = {
        "square": (4, 45, 1.25), "triangle": (3, -90, 1.5), "diamond": (4, 0, 1.25), "hexagon": (6, 0, 1.1),
        "pentagon": (5, -90, 1.15), "star": (10, -90, 1.5),
    }[kind]  # fmt: skip
    corners = []
    for i in range(count):
        angle = math.radians(turn + 360 * i / count)
        reach = radius * grow * (0.5 if kind == "star" and i % 2 else 1.0)
        corners.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
    return corners


def _label(mark: Mark, x: float, y: float, inks: Inks) -> str:
    """Write the name and a note below the shape, on a rim or a piece of paper that keeps lines away from letters."""
    if not mark.label:
        return ""
    text, rim, ground = shortened(mark.label), 'text-anchor="middle"', ""
    if inks.has_rims:
        rim += f' paint-order="stroke" stroke="{inks.paper}" stroke-width="3.5" stroke-linejoin="round"'
    else:
        width, height = 6.6 * _letters(text), 28 if mark.note else 14
        ground = (
            f'<rect x="{x - width / 2:.1f}" y="{y - 11:.1f}" width="{width:.1f}" height="{height}" '
            f'fill="{inks.paper}" fill-opacity="0.8"/>'
        )
    name = f'{ground}<text x="{x:.1f}" y="{y:.1f}" fill="{inks.ink}" {rim}>{escape(text)}</text>'
    if not mark.note:
        return name
    note = escape(shortened(mark.note))
    return name + f'<text x="{x:.1f}" y="{y + 14:.1f}" font-size="11" fill="{inks.soft}" {rim}>{note}</text>'


def _letters(text: str) -> int:
    """Return the width of a text in Latin letters; a Chinese character counts as two."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def shortened(text: str) -> str:
    """Return the text cut to the room of a label.

    >>> shortened("Nordkorn Cereals breakfast circle"), shortened("桤木咖啡会员")
    ('Nordkorn Cereals brea…', '桤木咖啡会员')
    """
    widths = [2 if ord(letter) > 0x2E7F else 1 for letter in text]
    if sum(widths) <= LABEL_LONG:
        return text
    room, kept = LABEL_LONG - 1, 0
    while room >= widths[kept]:
        room -= widths[kept]
        kept += 1
    return text[:kept].rstrip() + "…"
