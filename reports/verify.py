"""Verification without the platform: does a file say what its own data says, and does the data follow from itself?

Three questions, in this order. Is the attached JSON canonical and every amount in it what recomputing gives? Does the
attached CSV hold the same lines? Is the PDF, page by page, what that JSON is rendered to?
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import SequenceMatcher
from io import BytesIO
from itertools import zip_longest
from typing import Any

from jinja2 import TemplateError
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from partners.digest import canonical_json, digest_of
from partners.errors import TandemError
from partners.revenue import bundle
from reports import outcome, outcome_document, statement
from reports.language import LANGUAGES, Places
from reports.lines import lines_csv
from reports.printed import amount_differences
from reports.render import RendererMissing, toolchain

MOST_NAMED = 20
"""Differences that are named one by one; whoever changes more has made another document."""

_KINDS = {statement.STATEMENT_JSON: "statement", statement.SETTLEMENT_JSON: "draft", outcome.OUTCOME_JSON: "outcome"}

_DAMAGE = (
    TandemError, PyPdfError, TemplateError, KeyError, TypeError, ValueError, AttributeError, IndexError,
    ArithmeticError, RecursionError,
)  # fmt: skip
"""What reading a file that somebody has made or changed by hand may raise."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found. ``ok`` means no difference; notes say what could not be compared.

    ``kind`` is statement, draft, outcome or, where nothing could be read, "". ``digest`` is that of the JSON.
    """

    ok: bool
    kind: str
    number: str
    digest: str
    differences: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _File:
    """What a PDF holds: the name and bytes of its data, its lines as CSV, and what it says about itself."""

    kind: str
    raw: bytes
    lines: bytes
    language: str
    created_by: str
    created: datetime
    reader: PdfReader


def verify_pdf(content: bytes, places: Places, expected_digest: str = "") -> Verdict:
    """Say whether a PDF is a statement, draft or outcome report of Tandem in which every amount and page holds.

    Args:
        expected_digest: digest that the other side named, or "" where it named none.
    """
    found: list[str] = []
    try:
        file = _opened(content)
        document = _parsed(file.raw)
        found += _data_differences(file.kind, file.raw, document, expected_digest)
        found += _line_differences(file, document)
        pages, notes = _page_differences(content, file, document, places)
    except _DAMAGE as error:
        return Verdict(False, "", "", "", (*found[:MOST_NAMED], _damaged(error)), ())
    return _verdict(file.kind, document, [*found, *pages], notes)


def verify_json(raw: bytes, expected_digest: str = "") -> Verdict:
    """Say whether the data of a document, taken out of its PDF, is canonical and follows from itself."""
    try:
        document = _parsed(raw)
        kind = "statement" if "settlement" in document else "draft" if "conversions" in document else "outcome"
        found = list(_data_differences(kind, raw, document, expected_digest))
    except _DAMAGE as error:
        return Verdict(False, "", "", "", (_damaged(error),), ())
    return _verdict(kind, document, found, [])


def _verdict(kind: str, document: Mapping[str, Any], found: list[str], notes: list[str]) -> Verdict:
    if len(found) > MOST_NAMED:
        found = [*found[:MOST_NAMED], f"… and {len(found) - MOST_NAMED} more differences"]
    return Verdict(not found, kind, str(document.get("number", "")), digest_of(document), tuple(found), tuple(notes))


def _damaged(error: BaseException) -> str:
    return f"This is not a document of Tandem, or it is damaged: {error}"


def _opened(content: bytes) -> _File:
    reader = PdfReader(BytesIO(content))
    attached = {name: list(files) for name, files in reader.attachments.items()}
    names = [name for name in _KINDS if name in attached]
    if len(names) != 1 or any(len(files) != 1 for files in attached.values()):
        raise ValueError("its data is not attached exactly once")
    about = reader.metadata
    return _File(
        kind=_KINDS[names[0]], raw=attached[names[0]][0], lines=attached.get(statement.LINES_CSV, [b""])[0],
        language=str(reader.root_object.get("/Lang", "")), created_by=str(about and about.creator),
        created=(about and about.creation_date) or datetime(1970, 1, 1, tzinfo=UTC), reader=reader,
    )  # fmt: skip


def _parsed(raw: bytes) -> dict[str, Any]:
    document = json.loads(raw)
    if not isinstance(document, dict):
        raise ValueError("its data is no JSON object")
    return document


def _data_differences(kind: str, raw: bytes, document: Mapping[str, Any], expected_digest: str) -> Iterator[str]:
    digest, wanted = digest_of(document), "".join(expected_digest.removeprefix("sha256:").split()).lower()
    if canonical_json(document) != raw:
        yield "data: the attached JSON is not in canonical form"
    if wanted and wanted != digest:
        yield f"digest: found {digest}, expected {wanted}"
    if kind == "outcome":
        outcome_document.read_outcome(document)
        return
    for each in bundle.recompute(document):
        yield f"data {each.path}: found {each.found}, expected {each.expected}"


def _line_differences(file: _File, document: Mapping[str, Any]) -> Iterator[str]:
    if file.kind == "outcome":
        return
    expected = lines_csv(_settlement(file, document))
    if file.lines == expected:
        return
    rows = zip_longest(_rows(file.lines), _rows(expected), fillvalue="nothing")
    for number, (one, other) in enumerate(rows, 1):
        if one != other:
            yield f"{statement.LINES_CSV} line {number}: found {one}, expected {other}"


def _settlement(file: _File, document: Mapping[str, Any]) -> Mapping[str, Any]:
    inner: Mapping[str, Any] = document["settlement"] if file.kind == "statement" else document
    return inner


def _rows(table: bytes) -> list[str]:
    return table.decode("utf-8-sig", "replace").splitlines()


def _page_differences(
    content: bytes, file: _File, document: Mapping[str, Any], places: Places
) -> tuple[list[str], list[str]]:
    """Return what differs between the pages and what the data is rendered to, and notes on what was not compared."""
    if file.language not in LANGUAGES:
        return [f"the file names no language of Tandem: {file.language}"], []
    try:
        expected = _rendered(file, document, places)
    except RendererMissing as missing:
        if file.kind == "outcome":
            return [], [f"The pages were not compared. {missing}"]
        found = amount_differences(_texts(file.reader), _settlement(file, document), file.language)
        return list(found), [f"Of the pages only the amounts were compared. {missing}"]
    if expected == content:
        return [], []
    differing = list(_text_differences(_texts(file.reader), _texts(PdfReader(BytesIO(expected)))))
    if differing:
        return differing, []
    if file.created_by == toolchain():
        return ["every page reads as it should, but the file is not the one that its data is rendered to"], []
    return [], [f"Every page reads as it should. Drawings were not compared: the file was made by {file.created_by}."]


def _rendered(file: _File, document: Mapping[str, Any], places: Places) -> bytes:
    if file.kind == "statement":
        return statement.statement_pdf(document, file.language, places)
    if file.kind == "draft":
        return statement.draft_pdf(document, file.created, file.language, places)
    return outcome.outcome_pdf(outcome_document.read_outcome(document), file.language, places)


def _texts(reader: PdfReader) -> Iterator[str]:
    return (page.extract_text() for page in reader.pages)


def _text_differences(found: Iterator[str], expected: Iterator[str]) -> Iterator[str]:
    """Yield the words of each page that differ, with what should stand there."""
    for number, (one, other) in enumerate(zip_longest(found, expected), 1):
        if one is None or other is None:
            yield f"page {number}: " + ("is missing" if one is None else "should not be there")
            continue
        words, wanted = one.split(), other.split()
        for kind, a, b, c, d in SequenceMatcher(None, words, wanted, autojunk=False).get_opcodes():
            if kind != "equal":
                yield f"page {number}: found {_quoted(words[a:b])}, expected {_quoted(wanted[c:d])}"


def _quoted(words: list[str]) -> str:
    return " ".join(words) or "nothing"
