"""The QR code on a document: its number and digest, to compare two copies with a telephone."""

from __future__ import annotations

import segno
from markupsafe import Markup


def digest_code(name: str, digest: str) -> Markup:
    """Return the code of a document's name and its digest as SVG; ``name`` is ASCII."""
    code = segno.make(f"{name} sha256:{digest}", error="m", micro=False)
    drawn = code.svg_inline(border=0, omitsize=True, svgclass=None, lineclass=None, dark="#1b1d1f")
    return Markup(drawn)  # noqa: S704  (paths drawn by segno; the text itself is not in them)
