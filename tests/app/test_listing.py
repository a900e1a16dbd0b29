"""Lists: search, sort, pages, CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import pytest
from flask import Flask, session

from app.listing import PAGE_SIZE, Column, Listing
from app.listing_csv import as_lines


@dataclass(frozen=True, slots=True)
class Row:
    """A row as a query returns it."""

    name: str
    stage: str
    minor: int | None
    currency: str
    since: date | None
    name_zh: str = ""


ROWS = [
    Row("Cedar", "signed", 5, "EUR", date(2026, 3, 1), "雪松"),
    Row("alder", "invited", -12345, "EUR", None, "桤木"),
    Row("Birch", "signed", None, "EUR", date(2026, 1, 1)),
]
COLUMNS = [
    Column("name", "Name", href=lambda row: f"/partners/{row.name}"),
    Column("stage", "Stage", kind="state", tone=lambda row: "good" if row.stage == "signed" else "wait"),
    Column("minor", "Owed", kind="money"),
    Column("since", "Since", kind="date"),
]


@pytest.fixture(autouse=True)
def request_context(app: Flask) -> Iterator[None]:
    with app.test_request_context("/partners?stage=live"):
        yield


def names(**args: str) -> list[str]:
    return [row.name for row in Listing.of(ROWS, COLUMNS, args).rows]


def test_search_looks_into_every_text_column() -> None:
    assert names(q="birch") == ["Birch"]
    assert names(q="sign ced") == ["Cedar"]


def test_search_finds_chinese_names_in_any_language() -> None:
    assert names(q="雪松") == ["Cedar"]


def test_sort_goes_both_ways_and_ignores_case() -> None:
    assert names(sort="name") == ["alder", "Birch", "Cedar"]
    assert names(sort="-name") == ["Cedar", "Birch", "alder"]


def test_sort_puts_what_has_no_value_first() -> None:
    assert names(sort="minor") == ["Birch", "alder", "Cedar"]
    assert names(sort="-since") == ["Cedar", "Birch", "alder"]


def test_sort_by_a_column_that_does_not_exist_changes_nothing() -> None:
    assert names(sort="password_digest") == ["Cedar", "alder", "Birch"]


@pytest.mark.parametrize(("asked", "page", "length"), [("1", 1, 50), ("3", 3, 20), ("99", 3, 20), ("x", 1, 50)])
def test_pages_hold_fifty_rows(asked: str, page: int, length: int) -> None:
    many = [Row(f"Partner {number}", "signed", 1, "EUR", None) for number in range(2 * PAGE_SIZE + 20)]

    found = Listing.of(many, COLUMNS, {"page": asked})

    assert (found.page, found.pages, len(found.rows), found.total) == (page, 3, length, 120)


def test_address_keeps_what_else_was_chosen() -> None:
    found = Listing.of(ROWS, COLUMNS, {"stage": "live", "q": "a", "page": "2"})

    assert found.sort_url(COLUMNS[0]) == "/partners?stage=live&q=a&sort=name"
    assert found.kept_for_search() == [("stage", "live")]


def test_two_lists_on_a_page_do_not_disturb_each_other() -> None:
    args = {"a-q": "birch", "b-sort": "name"}

    assert Listing.of(ROWS, COLUMNS, args, prefix="a-").total == 1
    assert [row.name for row in Listing.of(ROWS, COLUMNS, args, prefix="b-").rows] == ["alder", "Birch", "Cedar"]


def test_name_is_shown_in_the_language_of_the_reader() -> None:
    session["locale"] = "zh"

    assert [COLUMNS[0].text(row) for row in ROWS] == ["雪松", "桤木", "Birch"]


def test_csv_holds_every_row_found_as_exact_numbers() -> None:
    answer = Listing.of(ROWS, COLUMNS, {"sort": "name", "csv": "1"}).as_csv("partners.csv")

    text = answer.get_data().decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["Name", "Stage", "Owed", "Since"],
        ["alder", "invited", "-123.45", ""],
        ["Birch", "signed", "", "2026-01-01"],
        ["Cedar", "signed", "0.05", "2026-03-01"],
    ]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="partners.csv"'


def test_csv_ends_lines_as_the_rfc_says_and_begins_with_the_mark() -> None:
    lines = list(as_lines(["a,b", "c"], [['say "x"', 1]]))

    assert lines == [b'\xef\xbb\xbf"a,b",c\r\n', b'"say ""x""",1\r\n']


@pytest.mark.parametrize("first", list("=+-@\t\r\0＝＋－＠"))
def test_cell_that_a_spreadsheet_would_run_is_defused(first: str) -> None:
    line = list(as_lines(["x"], [[f"{first}cmd"]]))[1].decode()

    assert line.lstrip('"').startswith(f"'{first}")


def test_negative_numbers_stay_numbers_in_csv() -> None:
    assert list(as_lines(["x"], [[-5]]))[1] == b"-5\r\n"


def test_a_fraction_is_a_number_in_csv_and_no_day() -> None:
    assert list(as_lines(["x"], [[Fraction(1, 2)]]))[1] == b"0.5\r\n"
