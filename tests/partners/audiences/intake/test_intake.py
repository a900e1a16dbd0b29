"""From a token file to sorted tokens: what is accepted, what is there twice, and what refuses the whole file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.audiences.blinding.segments import MAX_SEGMENTS
from partners.audiences.intake import reading as intake
from partners.audiences.intake.blocks import TooManySegments
from partners.audiences.intake.line_ends import MixedLineEnds
from partners.audiences.intake.lines import HoldsAddresses, Layout, NotBlinded, OtherColumns
from partners.audiences.intake.reading import TOKEN_TYPE, Intake, NoMembers, UnevenColumns, read_tokens
from partners.tabular import EmptyFile, Failure, RepeatedColumn, UnreadableEncoding, failed_csv
from tests.keys import TEST_KEY, key_name, token, token_csv

NAME = key_name(TEST_KEY)
OTHER_KEY = b"k" * 32
ANA, BEN, CY = (token(f"{name}@x.com") for name in ("ana", "ben", "cy"))
NUMBERS = {name: int(token(f"{name}@x.com"), 16) for name in ("ana", "ben", "cy")}


def one(*rows: str, head: str = f"token_{NAME}") -> BytesIO:
    return BytesIO("\n".join([head, *rows]).encode())


def test_members_are_counted_once_and_the_rest_has_reasons() -> None:
    found = read_tokens(one(ANA, ANA.upper(), "", ANA[:9], f" {BEN} "))

    assert found.columns[0].key_name == NAME
    assert found.columns[0].tokens.tolist() == sorted([NUMBERS["ana"], NUMBERS["ben"]])
    assert found.columns[0].tokens.dtype == TOKEN_TYPE
    assert (found.accepted, found.duplicates, found.rejected) == (2, 1, 1)
    assert found.failures == [Failure(5, (ANA[:9],), f"token_{NAME}", "not_a_token")]


def test_what_blinding_writes_is_read() -> None:
    found = read_tokens(BytesIO(token_csv(["ana@x.com", "ben@x.com"], [TEST_KEY, OTHER_KEY], {"ana@x.com": "gold"})))

    assert [column.key_name for column in found.columns] == [NAME, key_name(OTHER_KEY)]
    assert [len(column.tokens) for column in found.columns] == [2, 2]
    assert found.segments == ("gold",)
    assert [column.segment(1).tolist() for column in found.columns] == [
        [int(token("ana@x.com", key), 16)] for key in (TEST_KEY, OTHER_KEY)
    ]


def test_a_row_lacks_a_token_or_its_label_is_none() -> None:
    found = read_tokens(
        one(f"{ANA},gold", ",gold", f"{BEN},a#b", f"{CY},a,b", f'{CY},"a', head=f"token_{NAME},segment")
    )

    assert found.reasons == {"no_token": 1, "not_a_segment": 1, "open_quote": 1, "wrong_field_count": 1}
    assert [(failure.row_no, failure.column) for failure in found.failures] == [
        (3, f"token_{NAME}"), (4, "segment"), (5, ""), (6, "")
    ]  # fmt: skip


def test_of_a_persons_segments_the_first_counts() -> None:
    found = read_tokens(one(f"{ANA},new", f"{BEN},gold", f"{ANA},gold", f"{CY},", head=f"token_{NAME},segment"))

    assert (found.accepted, found.duplicates) == (3, 1)
    assert {label: found.columns[0].segment(number).tolist() for number, label in enumerate(found.segments, 1)} == {
        "new": [NUMBERS["ana"]], "gold": [NUMBERS["ben"]],
    }  # fmt: skip


def test_people_who_withdrew_are_left_out_under_every_key() -> None:
    gone = {NAME: [NUMBERS["ana"]], key_name(OTHER_KEY): [int(token("cy@x.com", OTHER_KEY), 16)]}

    found = read_tokens(
        BytesIO(token_csv(["ana@x.com", "ben@x.com", "cy@x.com"], [TEST_KEY, OTHER_KEY], {"ben@x.com": "gold"})),
        lambda name: np.array(gone[name], TOKEN_TYPE),
    )

    assert found.columns[0].tokens.tolist() == [NUMBERS["ben"]]
    assert [len(column.segment(1)) for column in found.columns] == [1, 1]
    assert (found.reasons, found.rejected) == ({"withdrawn": 2}, 2)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"email\nana@x.com\n", 1),
        (b"ana@x.com\nben@x.com\n", 1),
        (f"token_{NAME},Phone\n{ANA},1\n".encode(), 1),
        (f"token_{NAME},E-mail\n{ANA},1\n".encode(), 1),
        (f"token_{NAME},邮箱\n{ANA},1\n".encode(), 1),
        (f"token_{NAME},customer name\n{ANA},1\n".encode(), 1),
        (f"token_{NAME}\n{ANA}\n\nana@x.com\n".encode(), 4),
        (f"token_{NAME}\n{ANA}\n+49 151 23456789\n".encode(), 3),
        (f"token_{NAME}\n{ANA}\n13800138000\n".encode(), 3),
        (f"token_{NAME},segment\n{ANA},gold\n{BEN},ben@x.com\n".encode(), 3),
        (f"token_{NAME},segment\n{ANA},gold\n{BEN},+49 151 23456789\n".encode(), 3),
        (f"token_{NAME}\n{ANA},ana@x.com\n".encode(), 2),
    ],
)
def test_a_list_with_addresses_is_refused_whole(data: bytes, line: int) -> None:
    with pytest.raises(HoldsAddresses, match=f"line {line}") as refusal:
        read_tokens(BytesIO(data))

    assert "@x" not in str(refusal.value)


@pytest.mark.parametrize(
    "data",
    [
        b"token\n9a7e63ede0373a89\n",
        f"token_{NAME}\n{ANA}\nAna Garcia\n".encode(),
        f"token_{NAME}\n{ANA}{BEN}{ANA}{BEN}\n".encode(),
        f"token_{NAME}\n{ANA}\n1.23457E+15\n".encode(),
        f"token_{NAME}\n{ANA}\n".encode() + b"Jos\xe9\xff\n",
        f"token_{NAME}\n{ANA},Ana\n".encode(),
        f"token_{NAME}\n{ANA * 5000}\n".encode(),
    ],
)
def test_a_list_of_anything_but_tokens_is_refused_whole(data: bytes) -> None:
    with pytest.raises(NotBlinded):
        read_tokens(BytesIO(data))


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", EmptyFile),
        (f"token_{NAME}\n".encode(), NoMembers),
        (f"token_{NAME}\n12ab\n".encode(), NoMembers),
        (f"token_{NAME}\n{ANA}\n".encode("utf-16"), UnreadableEncoding),
        (f"token_{NAME}\n{ANA}\n".encode("utf-16-le"), UnreadableEncoding),
        (f"token_{NAME}\n{ANA}\n\0\n".encode(), UnreadableEncoding),
        (f"token_{NAME},club\n{ANA},1\n".encode(), OtherColumns),
        (f"token_{NAME},token_{NAME}\n{ANA},{ANA}\n".encode(), RepeatedColumn),
        (f"token_{NAME},token_0123456789ab\n{ANA},{BEN}\n{ANA},{CY}\n".encode(), UnevenColumns),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_tokens(BytesIO(data))


def test_more_segments_than_allowed_are_refused() -> None:
    rows = [f"{number:016x},part {number}" for number in range(MAX_SEGMENTS + 1)]

    assert len(read_tokens(one(*rows[:-1], head=f"token_{NAME},segment")).segments) == MAX_SEGMENTS
    with pytest.raises(TooManySegments):
        read_tokens(one(*rows, head=f"token_{NAME},segment"))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way_and_a_byte_order_mark_may_come_first(end: str) -> None:
    data = end.join([f"\ufefftoken_{NAME}", ANA, BEN, *(f"{number:016x}" for number in range(150_000)), CY])

    found = read_tokens(BytesIO(data.encode()))

    assert (found.accepted + found.duplicates, found.rejected) == (150_003, 0)


@pytest.mark.parametrize(("end", "other"), [("\n", "\r"), ("\n", "\r\n"), ("\r\n", "\n"), ("\r\n", "\r"), ("\r", "\n")])
@pytest.mark.parametrize("rows", [3, 70_000])
def test_a_file_whose_lines_end_in_two_ways_is_refused(end: str, other: str, rows: int) -> None:
    many = end.join([f"token_{NAME}", *(f"{number:016x}" for number in range(rows))])

    with pytest.raises(MixedLineEnds) as refused:
        read_tokens(BytesIO(f"{many}{other}{ANA}{end}".encode()))

    assert refused.value.fields == {"row_no": rows + 1}


def test_a_refusal_gives_the_failed_rows_back_and_they_can_be_mended() -> None:
    with pytest.raises(NoMembers) as refusal:
        read_tokens(one("12ab,gold", head=f"token_{NAME},segment"))
    failed = refusal.value.intake
    sent = b"".join(failed_csv(failed.header, failed.failures)).replace(b"12ab", ANA.encode())

    again = read_tokens(BytesIO(sent))

    assert again.columns[0].tokens.tolist() == [NUMBERS["ana"]]
    assert again.segments == ("gold",)


cells = st.sampled_from([ANA, BEN, CY, CY.upper(), f" {ANA}", f'"{BEN}"', "", "12ab"])
labels = st.sampled_from(["", "gold", "new friends", "会员", " gold", "a#b", '"gold"', "a" * 41])


@given(st.lists(st.tuples(cells, cells, labels), min_size=1, max_size=60), st.sampled_from(",;\t"))
def test_many_lines_at_once_are_read_as_each_by_itself(rows: list[tuple[str, str, str]], delimiter: str) -> None:
    head = (f"token_{NAME}", "token_0123456789ab", "segment")
    data = "\n".join(map(delimiter.join, [head, *rows])).encode()

    assert _outcome(data, lambda layout: layout) == _outcome(data, _by_line)


@given(st.lists(cells, min_size=1, max_size=40))
def test_every_row_is_accepted_repeated_rejected_or_blank(rows: list[str]) -> None:
    try:
        found = read_tokens(one(*rows))
    except NoMembers as refusal:
        found = refusal.intake

    whole = [cell.strip().strip('"').lower() for cell in rows]
    assert found.accepted + found.duplicates + found.rejected == len([cell for cell in whole if cell])
    assert found.columns[0].tokens.tolist() == sorted({int(cell, 16) for cell in whole if len(cell) == 16})


def _by_line(layout: Layout) -> Layout:
    """Return a layout that looks as if no line were as blinding writes it."""

    class Strange(Layout):
        is_plain = False

    return Strange(**{name: getattr(layout, name) for name in Layout.__slots__})


def _outcome(data: bytes, changed: Callable[[Layout], Layout]) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "layout_of", lambda table: changed(_layout_of(table)))
        try:
            found = read_tokens(BytesIO(data))
        except NoMembers as refusal:
            found = refusal.intake
        except (UnevenColumns, NotBlinded) as refusal:
            return str(refusal)
    return _plain(found)


_layout_of = intake.layout_of


def _plain(found: Intake) -> Any:
    columns = [
        (column.key_name, column.tokens.tolist(), {
            label: column.segment(number).tolist() for number, label in enumerate(found.segments, 1)
        })
        for column in found.columns
    ]  # fmt: skip
    return columns, replace(found, columns=(), segments=tuple(sorted(found.segments)))
