"""Reading uploaded tables: encodings, delimiters, quotes, limits, and the round trip of failed rows."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.lines import NotCsv
from partners.tabular import (
    MAX_LINE,
    EmptyFile,
    Failure,
    MissingColumns,
    Problem,
    RepeatedColumn,
    Row,
    TooManyColumns,
    UnreadableEncoding,
    count_rows,
    defused,
    failed_csv,
    open_table,
    restored,
)

cells = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\r"), max_size=12)


def read(data: bytes) -> list[Row]:
    return list(open_table(BytesIO(data)))


def values(data: bytes) -> list[tuple[str, ...]]:
    return [row.values for row in read(data)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_header_tells_the_delimiter(delimiter: str) -> None:
    data = f"email{delimiter}name\na@x.com{delimiter}Ana\n".encode()

    assert values(data) == [("a@x.com", "Ana")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_both_encodings_are_read_with_and_without_a_mark(encoding: str) -> None:
    table = open_table(BytesIO("邮箱,姓名\na@x.com,王小明\n".encode(encoding)), ["email"], {"邮箱": "email"})

    assert (table.header, table.names) == (("邮箱", "姓名"), ("email", "姓名"))
    assert [row.values for row in table] == [("a@x.com", "王小明")]


def test_lines_of_two_encodings_in_one_file_are_all_read() -> None:
    data = b"name\n" + "王小明\n".encode() + "李雷\n".encode("gb18030") + b"\xff\xff\xff\nAna\n"

    rows = read(data)

    assert [row.values for row in rows if not row.problem] == [("王小明",), ("李雷",), ("Ana",)]
    assert [(row.row_no, row.problem) for row in rows if row.problem] == [(4, Problem.UNREADABLE)]


def test_line_ends_may_be_mixed_and_blank_lines_keep_their_numbers() -> None:
    rows = read(b"a,b\r\n1,2\n\r\n,\n3,4\r5,6")

    assert [(row.row_no, row.values) for row in rows] == [(2, ("1", "2")), (5, ("3", "4")), (6, ("5", "6"))]


def test_a_wrong_number_of_fields_is_a_problem_of_that_row_only() -> None:
    rows = read(b"a,b\n1\n1,2\n1,2,3\n")

    wrong = Problem.WRONG_FIELD_COUNT
    assert [(row.row_no, row.problem) for row in rows] == [(2, wrong), (3, None), (4, wrong)]


def test_a_quoted_field_may_run_over_lines() -> None:
    rows = read(b'a,b\n"one\ntwo, ""three""",x\n1,2\n')

    assert [(row.row_no, row.values) for row in rows] == [(2, ('one\ntwo, "three"', "x")), (4, ("1", "2"))]


def test_an_open_quote_does_not_swallow_the_rest() -> None:
    rows = read(b'a,b\n"open,1\n' + b"1,2\n" * 200 + b'"3","4"\n')

    assert rows[0].problem is Problem.OPEN_QUOTE
    assert [row.problem for row in rows[1:]] == [None] * 201
    assert [row.row_no for row in rows] == list(range(2, 204))


def test_a_line_too_long_and_a_nul_byte_are_problems_of_their_rows() -> None:
    rows = read(b"a\n" + b"x" * 3_000_000 + b"\ngood\n" + b"y" * (MAX_LINE + 1) + b"\r\nbad\0\nlast")

    assert [(row.row_no, row.problem) for row in rows] == [
        (2, Problem.LINE_TOO_LONG), (3, None), (4, Problem.LINE_TOO_LONG), (5, Problem.UNREADABLE), (6, None),
    ]  # fmt: skip


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\n \r\n"])
def test_an_empty_file_is_refused(data: bytes) -> None:
    with pytest.raises(EmptyFile):
        open_table(BytesIO(data))


@pytest.mark.parametrize(
    "data", ["email\na@x.com".encode("utf-16"), "email\na".encode("utf-16-le"), b"\xff\xff\xff\n"]
)
def test_what_is_not_text_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableEncoding):
        open_table(BytesIO(data))


@pytest.mark.parametrize(
    ("data", "kind"), [(b"PK\x03\x04\0\0", "zip or Excel"), (b"\x1f\x8b\x08\0", "gzip"), (b"%PDF-1.7\n", "PDF")]
)
def test_what_is_another_kind_of_file_is_named_and_not_unpacked(data: bytes, kind: str) -> None:
    with pytest.raises(NotCsv, match=kind):
        open_table(BytesIO(data))


def test_a_stray_quote_in_the_first_line_is_part_of_a_name() -> None:
    assert open_table(BytesIO(b'email,"na\na@x.com,1\n')).header == ("email", '"na')


def test_a_million_columns_are_refused() -> None:
    with pytest.raises(TooManyColumns):
        open_table(BytesIO(b"a," * 1_000_000 + b"a\n"))


def test_too_many_columns_are_refused() -> None:
    with pytest.raises(TooManyColumns) as refusal:
        open_table(BytesIO(b"a," * 1_000 + b"a\n"))

    assert "1001 columns" in str(refusal.value)


def test_missing_columns_are_named_but_no_persons() -> None:
    with pytest.raises(MissingColumns) as refusal:
        open_table(BytesIO(b"Member No,ana@x.com,+49401234\n"), ["email", "name"])

    assert refusal.value.fields == {"missing": "email, name", "found": "Member No, ?, ?", "expected": "email, name"}


def test_a_needed_column_may_stand_once_only() -> None:
    data = BytesIO(b"Email,e-mail,note,note\n")

    with pytest.raises(RepeatedColumn):
        open_table(data, ["email"], {"e_mail": "email"})


def test_iterating_twice_reads_the_same_rows() -> None:
    table = open_table(BytesIO(b"a\n1\n2\n"))

    assert list(table) == list(table)


def test_rows_are_counted_without_the_header() -> None:
    assert count_rows(BytesIO(b"a\n1\n\n2\r\n3")) == 3
    assert count_rows(BytesIO(b"")) == 0


@given(st.lists(st.tuples(cells, cells, cells), max_size=20), st.sampled_from([",", ";", "\t"]))
def test_what_a_csv_writer_wrote_is_read(rows: list[tuple[str, str, str]], delimiter: str) -> None:
    out = StringIO(newline="")
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([("a", "b", "c"), *rows])

    found = open_table(BytesIO(out.getvalue().encode()))

    assert [row.values for row in found if not row.problem] == [row for row in rows if any(row)]


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_reading(data: bytes) -> None:
    for row in open_table(BytesIO(b"a,b\n" + data)):
        assert row.problem or len(row.values) == 2


@given(cells)
def test_defusing_is_undone_exactly(cell: str) -> None:
    assert restored(defused(cell)) == cell
    assert not defused(cell).lstrip().startswith(("=", "+", "-", "@"))


@given(st.lists(st.tuples(cells, cells.filter(bool)), min_size=1, max_size=10))
def test_failed_rows_come_back_as_they_were_sent(rows: list[tuple[str, str]]) -> None:
    failures = [Failure(number, row, "b", "not_an_email") for number, row in enumerate(rows, start=2)]

    sent = b"".join(failed_csv(("=a", "b"), failures))
    table = open_table(BytesIO(sent), ["b"])
    again = b"".join(failed_csv(table.header, [Failure(row.row_no, row.values, "b", "x") for row in table]))

    assert [row.values[:2] for row in table] == rows
    assert table.header == ("=a", "b", "row_no", "column", "reason")
    assert [row.values[:2] for row in open_table(BytesIO(again))] == rows


def test_surplus_fields_are_kept_for_mending() -> None:
    sent = b"".join(failed_csv(("a", "b"), [Failure(2, ("1", "x", "y"), "", "wrong_field_count")]))

    assert values(sent) == [("1", "x,y", "2", "", "wrong_field_count")]
