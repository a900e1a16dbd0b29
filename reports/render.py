"""HTML to PDF: the only module that knows WeasyPrint.

The same HTML, attachments and fonts give the same bytes on every machine with the same library versions: dates come
from the document, fonts from one folder and from nowhere else, and nothing is ever fetched. The file is a PDF/A-3,
which may carry its own data as attachments.
"""

from __future__ import annotations

import os
import tempfile
import threading
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib import resources
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from partners.errors import Conflict

VARIANT = "pdf/a-3u"
"""Archival PDF with attachments and text that can be searched and copied."""

_one_at_a_time = threading.Lock()  # a Pango font map serves one thread


class RendererMissing(Conflict):
    """PDFs need the Pango library, which this machine lacks.
    Remedy: apt-get install -y libpango-1.0-0 libpangoft2-1.0-0"""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file inside the PDF. ``relationship`` is PDF's word: Source for what the document was made from, or Data."""

    name: str
    content: bytes
    description: str
    relationship: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a PDF says about itself; ``subject`` names its digest, ``created`` is the document's own date."""

    title: str
    language: str
    author: str
    subject: str
    created: datetime


def render_pdf(
    html: str, stylesheet: str, attachments: Sequence[Attached], metadata: Metadata, fonts_folder: Path
) -> bytes:
    """Return the PDF of an HTML text.

    Args:
        html: text without links to anything outside itself.
        stylesheet: CSS; fonts are named as the files in the folder name themselves.
        fonts_folder: TrueType files; no other font of the machine is used.

    Raises:
        RendererMissing: WeasyPrint cannot be loaded on this machine.
    """
    with _one_at_a_time:
        fonts = _font_configuration(fonts_folder.resolve())
        weasyprint = _weasyprint()
        sheet = _parsed(stylesheet, fonts)
        page = weasyprint.HTML(string=html, url_fetcher=_refusing_fetcher())
        document = page.render(font_config=fonts, stylesheets=[sheet], color_profiles={"srgb": _srgb()})
        _describe(document.metadata, metadata)
        files = sorted(attachments, key=lambda file: file.name)  # a PDF name tree is sorted
        written: bytes = document.write_pdf(
            pdf_variant=VARIANT,
            output_intent="given",  # not "srgb", for which WeasyPrint opens a file and does not close it
            attachments=[_embedded(weasyprint, file, metadata.created) for file in files],
        )
        return written


@lru_cache(maxsize=4)
def _font_configuration(fonts_folder: Path) -> Any:
    """Return the fonts of one folder: Fontconfig is told that the machine has no others and no settings of its own."""
    with tempfile.TemporaryDirectory(prefix="tandem-fonts-") as folder:
        settings = Path(folder) / "fonts.conf"
        settings.write_text(_FONTCONFIG.format(fonts=escape(str(fonts_folder)), cache=folder), "utf-8")
        before = os.environ.get("FONTCONFIG_FILE")
        os.environ["FONTCONFIG_FILE"] = str(settings)
        try:
            _weasyprint()  # looks at the configuration while it is imported
            from weasyprint.text.fonts import FontConfiguration

            return FontConfiguration()
        finally:
            if before is None:
                del os.environ["FONTCONFIG_FILE"]
            else:
                os.environ["FONTCONFIG_FILE"] = before


_FONTCONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
<dir>{fonts}</dir><cachedir>{cache}</cachedir>
<selectfont><rejectfont><glob>{fonts}/*/*</glob></rejectfont></selectfont>
</fontconfig>
"""
# Folders within are left out: slices of a font for the web would make silently wrong Chinese.


def _weasyprint() -> Any:
    try:
        import weasyprint  # loads Pango: takes 0.4 s, and may be missing
    except (ImportError, OSError) as error:
        raise RendererMissing() from error
    return weasyprint


@lru_cache(maxsize=8)
def _parsed(stylesheet: str, fonts: Any) -> Any:
    return _weasyprint().CSS(string=stylesheet, font_config=fonts, url_fetcher=_refusing_fetcher())


def _srgb() -> Any:
    """Return the colours that a PDF/A must say it means; fresh for each, since a used profile is written otherwise."""
    from weasyprint.css import ColorProfile

    return ColorProfile(BytesIO(_srgb_profile()), "sRGB2014.icc", "relative-colorimetric", (["r"], ["g"], ["b"]))


@lru_cache(maxsize=1)
def _srgb_profile() -> bytes:
    return (resources.files("weasyprint.pdf") / "sRGB2014.icc").read_bytes()


@lru_cache(maxsize=1)
def _refusing_fetcher() -> Any:
    from weasyprint.urls import URLFetcher

    class Refusing(URLFetcher):  # type: ignore[misc]
        """WeasyPrint would read local files and the network; documents need neither."""

        def fetch(self, url: str, headers: Any = None) -> Any:  # noqa: ARG002
            raise ValueError(f"documents fetch nothing: {url}")

    return Refusing()


def toolchain() -> str:
    """Return the versions of what draws a PDF; where they are equal, so are the bytes.

    Raises:
        RendererMissing: WeasyPrint cannot be loaded on this machine.
    """
    _weasyprint()
    from weasyprint.text.ffi import pango

    number = pango.pango_version()
    parts = [f"{name} {version(name)}" for name in ("WeasyPrint", "pydyf", "fonttools")]
    parts += [
        f"Pango {number // 10000}.{number // 100 % 100}.{number % 100}", f"HarfBuzz {_harfbuzz_version()}",
        f"zlib {zlib.ZLIB_RUNTIME_VERSION}",
    ]  # fmt: skip
    return "Tandem with " + ", ".join(parts)


@lru_cache(maxsize=1)
def _harfbuzz_version() -> str:
    """Return the version, found by asking whether it is at least so much, digit by digit."""
    from weasyprint.text.ffi import harfbuzz

    known = [0, 0, 0]
    for place in range(3):
        while harfbuzz.hb_version_atleast(*known[:place], known[place] + 1, *[0] * (2 - place)):
            known[place] += 1
    return ".".join(str(number) for number in known)


def _describe(described: Any, metadata: Metadata) -> None:
    at = metadata.created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    described.title, described.lang = metadata.title, metadata.language
    described.authors, described.description = [metadata.author], metadata.subject
    described.generator, described.created, described.modified = toolchain(), at, at


def _embedded(weasyprint: Any, file: Attached, created: datetime) -> Any:
    at = created.astimezone(UTC)
    return weasyprint.Attachment(
        string=file.content, name=file.name, description=file.description, relationship=file.relationship,
        created=at, modified=at,
    )  # fmt: skip
