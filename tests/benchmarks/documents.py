"""Statements as PDF, beside bare WeasyPrint on the same HTML, CSS and fonts: no archival variant, no attachments."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter
from unittest.mock import patch

from reports.language import Places
from reports.statement import statement_pdf
from tests.benchmarks.results import HEADS, Report, Target, along, at_least, at_most, projected, row
from tests.benchmarks.timing import ROOT, in_turn, measured
from tests.reports.documents import statement_document

LINES = 40
APPENDIX = 20_000
RUNS = 7
ORDINARY = 9
"""Lines of an ordinary statement."""

MANY = 20
"""Statements that each of two processes renders."""


def run(folder: Path, is_full: bool) -> Report:
    """Measure a short statement, a long appendix, and two processes at once."""
    appendix = APPENDIX if is_full else 2_000
    places = Places(ROOT / "app" / "static" / "fonts", folder)
    ours, bare = in_turn(
        (prepare_statement, LINES, places), (prepare_bare, LINES, places, folder), runs=RUNS, warm_up=1
    )
    again = measured(prepare_statement, LINES, places, runs=1)
    long = measured(prepare_statement, appendix, places, runs=1, warm_up=0)
    a_minute, at_once_mb = _at_once(places)
    memory = along((ORDINARY, at_once_mb), (appendix, long.peak_mb), APPENDIX)
    is_same = len(set(ours.result) | set(again.result)) == 1
    return Report(
        "Documents",
        f"A statement of {LINES} lines, warm, {RUNS} runs; an appendix of {appendix:,} lines, once; two processes of "
        f"{MANY} statements of {ORDINARY} lines each, warm.",
        HEADS,
        [row(f"Tandem, {LINES} lines", ours), row(f"bare WeasyPrint, {LINES} lines", bare),
         row(f"Tandem, appendix of {appendix:,}", long)],
        [at_most(f"{LINES} lines: times bare WeasyPrint", ours.seconds / bare.seconds, 1.3, "×"),
         projected("20,000 appendix lines: time", long.seconds, long.seconds * APPENDIX / appendix, 30, " s"),
         projected("20,000 appendix lines: memory", long.peak_mb, memory, 400, " MB"),
         at_least("ordinary statements a minute, two processes", a_minute, 300, ""),
         Target("same bytes in every run and in two processes", "identical", _same(is_same), is_same)],
        [f"By processor time: {ours.cpu / bare.cpu:.2f}× bare WeasyPrint.",
         f"The appendix costs {1000 * long.seconds / appendix:.2f} ms a line, first start of the renderer included.",
         f"Each of the two processes used {at_once_mb:,.0f} MB at the most."],
    )  # fmt: skip


def prepare_statement(lines: int, places: Places) -> Callable[[], list[str]]:
    """Render with our own code, from the document to the file; returns the digests of all files so far."""
    document, seen = statement_document(lines), set[str]()

    def render() -> list[str]:
        seen.add(hashlib.sha256(statement_pdf(document, "en", places)).hexdigest())
        return sorted(seen)

    return render


def prepare_bare(lines: int, places: Places, folder: Path) -> Callable[[], int]:
    """Render the same HTML with nothing but WeasyPrint, its style sheet parsed before; returns the size in bytes."""
    with patch("reports.statement.render_pdf", return_value=b"") as caught:
        statement_pdf(statement_document(lines), "en", places)
    html, css = caught.call_args.args[:2]
    os.environ["FONTCONFIG_FILE"] = str(_font_settings(places.fonts, folder))  # read when WeasyPrint is imported
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    sheet = weasyprint.CSS(string=css, font_config=fonts)
    return lambda: len(weasyprint.HTML(string=html).write_pdf(stylesheets=[sheet], font_config=fonts))


def prepare_many(places: Places) -> Callable[[], int]:
    """Render statements one after the other, each with its own figures."""
    documents = [statement_document(ORDINARY, opening=-number) for number in range(MANY)]
    statement_pdf(documents[0], "en", places)
    return lambda: sum(len(statement_pdf(document, "en", places)) for document in documents)


def _at_once(places: Places) -> tuple[float, float]:
    """Return statements a minute of two processes at the same time, by the slower one, and the memory of one."""
    start = perf_counter()
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(measured, prepare_many, places, runs=1) for _ in range(2)]
        both = [one.result() for one in waiting]
    slower = max(one.seconds for one in both)
    assert slower < perf_counter() - start
    return 2 * MANY * 60 / slower, max(one.peak_mb for one in both)


def _same(is_same: bool) -> str:
    return "identical" if is_same else "different"


def _font_settings(fonts: Path, folder: Path) -> Path:
    """Write settings that know the bundled fonts and no other, as the renderer does."""
    path = folder / "fonts.conf"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig>'
        f"<dir>{fonts}</dir><cachedir>{folder}</cachedir>"
        f"<selectfont><rejectfont><glob>{fonts}/*/*</glob></rejectfont></selectfont></fontconfig>",
        "utf-8",
    )
    return path
