"""How lists divide as SVG, after UpSet: a column a region, its bar above, the dots of its lists joined below.

Lex, Gehlenborg, Strobelt, Vuillemot, Pfister: UpSet: Visualization of Intersecting Sets (2014). Colours come from
classes of the style sheet, so it is right on dark paper too. The table of the page says the same.
"""

from __future__ import annotations

from html import escape

from markupsafe import Markup

from app import filters
from app.audiences.regions_lists import LETTERS, count, drawn, names, ordered
from partners.audiences.regions.diagram import Region
from partners.audiences.regions.queries import RegionsPage

BAR_HEIGHT, ROW_HEIGHT = 150, 26
COLUMN_LEAST, LETTER_WIDTH = 34, 7
"""Widths of a column at least, and of a digit above its bar."""

NAMES_WIDTH = 190
TOP, SIDE = 24, 8
NAME_LONG = 24
"""Widths of a Latin letter that a name may have; a Chinese character counts as two."""


def draw(page: RegionsPage, label: str) -> Markup:
    """Return the figure of a page whose regions are released; hidden regions have a dashed bar of no height."""
    regions = drawn(page)
    column = max(COLUMN_LEAST, LETTER_WIDTH * max(len(count(one.count)) for one in regions) + 6)
    width = NAMES_WIDTH + column * len(regions) + SIDE
    height = TOP + BAR_HEIGHT + ROW_HEIGHT * len(page.card.lists) + SIDE
    most = max((one.count or 0 for one in regions), default=0) or 1
    parts = [_row(page, number, width) for number in range(len(page.card.lists))]
    parts += [_column(page, one, NAMES_WIDTH + column * at, column, most) for at, one in enumerate(regions)]
    said = escape(label)
    return Markup(  # noqa: S704 - texts are escaped here
        f'<svg xmlns="http://www.w3.org/2000/svg" class="upset" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-labelledby="upset-title upset-desc"><title id="upset-title">{said}</title>'
        f'<desc id="upset-desc">{escape(_described(page, ordered(page)))}</desc>{"".join(parts)}'
        f'<line class="chart__axis" x1="{NAMES_WIDTH}" x2="{width}" y1="{TOP + BAR_HEIGHT}" '
        f'y2="{TOP + BAR_HEIGHT}"/></svg>'
    )


def _row(page: RegionsPage, number: int, width: int) -> str:
    """Return the name of a list, and a stripe behind the dots of every second."""
    top = TOP + BAR_HEIGHT + ROW_HEIGHT * number + SIDE / 2
    stripe = f'<rect class="upset__stripe" x="0" y="{top}" width="{width}" height="{ROW_HEIGHT}"/>'
    name = _cut(f"{LETTERS[number]}  {filters.named(page.card.lists[number])}")
    return (
        f"{stripe if number % 2 == 0 else ''}"
        f'<text class="upset__name" x="{SIDE}" y="{top + ROW_HEIGHT / 2 + 4}">{escape(name)}</text>'
    )


def _column(page: RegionsPage, region: Region, left: int, width: int, most: int) -> str:
    middle, floor = left + width / 2, TOP + BAR_HEIGHT
    height = round(BAR_HEIGHT * (region.count or 0) / most)
    is_hidden = region.count is None
    bar = (
        f'<rect class="upset__hidden" x="{middle - 8}" y="{floor - 12}" width="16" height="12"/>'
        if is_hidden
        else f'<rect class="chart__bar" x="{middle - 8}" y="{floor - height}" width="16" height="{height}"/>'
    )
    above = floor - (12 if is_hidden else height) - 5
    dots = [
        f'<circle class="{"chart__node" if number in region.lists else "upset__empty"}" cx="{middle}" '
        f'cy="{_middle_of(number)}" r="5"/>'
        for number in range(len(page.card.lists))
    ]
    first, last = _middle_of(region.lists[0]), _middle_of(region.lists[-1])
    return (
        f"<g><title>{escape(names(page, region))}: {escape(count(region.count))}</title>{bar}"
        f'<text x="{middle}" y="{above}" text-anchor="middle">{escape(count(region.count))}</text>'
        f'<line class="chart__line" x1="{middle}" x2="{middle}" y1="{first}" y2="{last}"/>{"".join(dots)}</g>'
    )


def _middle_of(number: int) -> float:
    return TOP + BAR_HEIGHT + ROW_HEIGHT * number + SIDE / 2 + ROW_HEIGHT / 2


def _described(page: RegionsPage, regions: list[Region]) -> str:
    """Return the figure in words, for those who hear it."""
    return "; ".join(f"{names(page, one)}: {count(one.count)}" for one in regions) + "."


def _cut(name: str) -> str:
    """Return as much of a name as has room."""
    width, kept = 0, ""
    for letter in name:
        width += 2 if ord(letter) > 0x2E7F else 1
        if width > NAME_LONG:
            return kept + "…"
        kept += letter
    return kept
