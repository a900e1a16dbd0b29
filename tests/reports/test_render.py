"""Rendering: nothing is fetched, no font but the given ones, and a plain word where the library is missing."""

import logging
import sys
from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from reports.render import Attached, Metadata, RendererMissing, render_pdf, toolchain
from tests.reports.pdf import attached, text_of

ABOUT = Metadata("Title 标题", "zh", "Alder", "digest", datetime(2026, 10, 5, 9, tzinfo=UTC))
FETCHING = """<html><head><link rel="stylesheet" href="file:///etc/passwd">
<link rel="attachment" href="file:///etc/hostname"><style>@import url(http://127.0.0.1:9/x.css);</style></head>
<body><img src="file:///etc/hostname"><img src="http://127.0.0.1:9/x.png"><object data="file:///etc/hostname"></object>
<a rel="attachment" href="file:///etc/hostname">link</a><p style="background: url(file:///etc/hostname)">text</p>
<svg><image href="file:///etc/hostname"/><use href="file:///etc/hostname#x"/></svg></body></html>"""


def test_nothing_is_fetched(places, caplog):
    with caplog.at_level(logging.CRITICAL, "weasyprint"):
        content = render_pdf(FETCHING, "p { font-family: 'Noto Sans SC' }", [], ABOUT, places.fonts)

    assert attached(content) == {}
    assert "text" in text_of(content)[0]


def test_only_the_given_fonts_are_embedded(places):
    content = render_pdf("<p>Text 文字 <b>bold 粗体</b>", "body { font-family: serif }", [], ABOUT, places.fonts)

    fonts = PdfReader(BytesIO(content)).pages[0]["/Resources"]["/Font"].values()
    assert {str(font.get_object()["/BaseFont"]).split("+")[1] for font in fonts} == {
        "Noto-Sans-SC", "Noto-Sans-SC-Bold",
    }  # fmt: skip


def test_files_are_attached_with_their_part_in_the_document(places):
    files = [Attached("b.json", b"{}", "data", "Source"), Attached("a.csv", b"x", "lines", "Data")]
    content = render_pdf("<p>text", "", files, ABOUT, places.fonts)

    catalogue = PdfReader(BytesIO(content)).root_object
    parts = {str(each.get_object()["/UF"]): each.get_object()["/AFRelationship"] for each in catalogue["/AF"]}
    assert attached(content) == {"a.csv": b"x", "b.json": b"{}"}
    assert parts == {"a.csv": "/Data", "b.json": "/Source"}


def test_a_document_says_what_it_is_and_what_drew_it(places):
    about = PdfReader(BytesIO(render_pdf("<p>text", "", [], ABOUT, places.fonts))).metadata

    assert (about.title, about.author, about.subject, about.creator) == ("Title 标题", "Alder", "digest", toolchain())
    assert about.creation_date == about.modification_date == ABOUT.created


def test_a_machine_without_the_library_names_the_remedy(places, monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)

    with pytest.raises(RendererMissing, match="apt-get install -y libpango"):
        render_pdf("<p>text", "", [], ABOUT, places.fonts)
