"""Reading and changing PDFs, as a reader and a forger would."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

from partners.digest import canonical_json


def text_of(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


def attached(content: bytes) -> dict[str, bytes]:
    return {name: files[0] for name, files in PdfReader(BytesIO(content)).attachments.items()}


def with_changed_data(content: bytes, name: str, change: Callable[[dict[str, Any]], None]) -> bytes:
    """Return the PDF with its attached JSON changed and written back in canonical form."""
    writer = PdfWriter(clone_from=BytesIO(content))
    for each in writer.attachment_list:
        if each.name == name:
            document = json.loads(each.content)
            change(document)
            each.content = canonical_json(document)
    return _written(writer)


def with_changed_glyph(content: bytes, page: int, shown: str, instead: str) -> bytes:
    """Return the PDF with one text on a page drawn otherwise, glyph by glyph, in its decompressed content stream."""
    writer = PdfWriter(clone_from=BytesIO(content))
    sheet = writer.pages[page]
    data = sheet["/Contents"].get_object().get_data()
    for glyphs in _glyphs(sheet):
        found = _drawn(shown, glyphs).search(data) if set(shown + instead) <= set(glyphs) else None
        if found:
            changed = DecodedStreamObject()
            changed.set_data(data[: found.start()] + _redrawn(found, glyphs, instead) + data[found.end() :])
            sheet[NameObject("/Contents")] = writer._add_object(changed)
            return _written(writer)
    raise AssertionError(f"{shown} is not drawn on page {page + 1}")


def _drawn(text: str, glyphs: dict[str, str]) -> re.Pattern[bytes]:
    """Return what finds the glyphs of a text, with or without moves between them."""
    return re.compile(b"(>[-0-9.]*<)?".join(f"({glyphs[char]})".encode() for char in text))


def _redrawn(found: re.Match[bytes], glyphs: dict[str, str], instead: str) -> bytes:
    chars = iter(instead)
    parts = [part for part in found.groups() if part]
    return b"".join(part if part.startswith(b">") else glyphs[next(chars)].encode() for part in parts)


def _glyphs(sheet: Any) -> list[dict[str, str]]:
    """Return, font by font, which glyph code in hexadecimal draws a character."""
    found = []
    for font in sheet["/Resources"]["/Font"].values():
        lines = font.get_object()["/ToUnicode"].get_data().decode().splitlines()
        pairs = [line.split() for line in lines if line.startswith("<") and line.count("<") == 2]
        found.append(
            {
                bytes.fromhex(pair[1].strip("<>")).decode("utf-16-be"): pair[0].strip("<>")
                for pair in pairs
                if len(pair) == 2
            }
        )
    return found


def _written(writer: PdfWriter) -> bytes:
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
