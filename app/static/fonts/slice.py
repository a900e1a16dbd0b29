"""Cuts the two whole fonts into slices that a browser loads as it needs them, and writes ``css/fonts.css``.

Run as ``python app/static/fonts/slice.py`` when the fonts or the interface's characters change; needs fontTools and
brotli. The whole fonts stay beside the slices, because documents are set with those (slices give wrong Chinese there).
A slice's name holds its digest, so that browsers keep it for good.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

from fontTools import subset  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

HERE = Path(__file__).parent
WEB = HERE / "web"
CSS = HERE.parent / "css" / "fonts.css"
CATALOGUE = HERE.parent.parent / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
WEIGHTS = {400: "NotoSansSC-Regular.ttf", 700: "NotoSansSC-Bold.ttf"}

SLICE_SIZE = 1600
"""Chinese characters a slice: about 350 kB, read in a moment and seldom needed whole."""

LATIN = [*range(0x20, 0x17F), *range(0x2000, 0x2070), *range(0x20A0, 0x20C0), *range(0x2190, 0x21FF),
         *range(0x2200, 0x22FF), *range(0x25A0, 0x25FF), 0x2713, 0x2717]  # fmt: skip
MARKS = {"“": 0, "”": 0, "‘": 0, "’": 0, "·": 0, "…": -314}
"""Marks that a Chinese font sets in a full square, and how far each is moved up for Latin text, in font units."""

BEARING = 50
"""Space on either side of such a mark in Latin text, in thousandths of the size."""

PUNCTUATION = [*range(0x3000, 0x3040), *range(0xFF00, 0xFFF0)]


def main() -> None:
    """Write every slice of every weight, and the style sheet that names them."""
    WEB.mkdir(exist_ok=True)
    for old in WEB.glob("*.woff2"):
        old.unlink()
    covered = set(TTFont(HERE / WEIGHTS[400]).getBestCmap())
    cuts = reversed(list(slices(covered)))  # where ranges overlap, the face declared last is taken
    faces = [_face(weight, name, codes) for name, codes in cuts for weight in WEIGHTS]
    faces += [_face(weight, "marks", sorted(map(ord, MARKS)), "Tandem Sans Zh") for weight in WEIGHTS]
    head = "/* Written by fonts/slice.py. Noto Sans SC under the SIL Open Font License, see fonts/OFL.txt. */\n"
    CSS.write_text(head + "".join(faces), encoding="utf-8")


def slices(covered: set[int]) -> Iterator[tuple[str, list[int]]]:
    """Yield name and characters of each slice: Latin, what the interface says, then common and rare characters."""
    left = set(covered)
    for name, wanted in (("latin", LATIN), ("interface", _interface())):
        codes = sorted(left.intersection(wanted))
        left.difference_update(codes)
        yield name, codes
    common = sorted(left.intersection(_common()))
    rare = sorted(left.difference(common))
    for kind, codes in (("common", common), ("rare", rare)):
        for number, at in enumerate(range(0, len(codes), SLICE_SIZE), 1):
            yield f"{kind}-{number}", codes[at : at + SLICE_SIZE]


def _interface() -> list[int]:
    """Characters of the Chinese catalogue, and the punctuation that goes with them."""
    text = CATALOGUE.read_text(encoding="utf-8") if CATALOGUE.exists() else ""
    return [*PUNCTUATION, *{ord(character) for character in text}]


def _common() -> list[int]:
    """Characters of GB 2312, level 1: the 3,755 in everyday use."""
    rows = (bytes([high, low]) for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF))
    return [ord(pair.decode("gb2312", "ignore") or " ") for pair in rows]


def _face(weight: int, name: str, codes: list[int], family: str = "Tandem Sans") -> str:
    content = _cut(HERE / WEIGHTS[weight], codes, is_latin=name == "latin")
    file = f"{name}-{weight}-{hashlib.sha256(content).hexdigest()[:8]}.woff2"
    (WEB / file).write_bytes(content)
    return (
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-display: swap; '
        f'src: url("../fonts/web/{file}") format("woff2"); unicode-range: {_ranges(name, codes)}; }}\n'
    )


def _cut(font: Path, codes: list[int], is_latin: bool) -> bytes:
    options = subset.Options(flavor="woff2", layout_features=["*"], hinting=False, notdef_outline=True)
    loaded = subset.load_font(str(font), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=codes)
    cutter.subset(loaded)
    if is_latin:
        _set_marks_for_latin(loaded)
    out = io.BytesIO()
    subset.save_font(loaded, out, options)
    return out.getvalue()


def _set_marks_for_latin(font: TTFont) -> None:
    names, outlines, widths = font.getBestCmap(), font["glyf"], font["hmtx"]
    for mark, up in MARKS.items():
        name = names[ord(mark)]
        outline = outlines[name]
        outline.coordinates.translate((BEARING - outline.xMin, up))
        outline.recalcBounds(outlines)
        widths[name] = (outline.xMax + BEARING, BEARING)


def _ranges(name: str, codes: list[int]) -> str:
    """Rare characters are claimed by one wide range a slice; exact ones would make the sheet five times longer."""
    if name.startswith("rare"):
        return f"U+{codes[0]:X}-{codes[-1]:X}"
    runs: list[list[int]] = []
    for code in codes:
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return ",".join(f"U+{first:X}" if first == last else f"U+{first:X}-{last:X}" for first, last in runs)


if __name__ == "__main__":
    main()
