"""From a file to sorted tokens: what is accepted, what is there twice, what is rejected and why."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.audiences.intake import COLUMN_NAMES, TOKEN_TYPE, NoMembers, distinct, read_members
from partners.audiences.tokens import Keyed, Rejection, normalised
from partners.tabular import EmptyFile, Failure, MissingColumns, UnreadableEncoding, failed_csv

KEY = bytes(range(32))
addresses = st.sampled_from(
    ["ana@x.com", " ANA@X.com", "b.en@gmail.com", "ben@googlemail.com", "cy@例子.中国", "info@x.com", "a b@x.com", "no"]
)


def lines(*rows: str) -> BytesIO:
    return BytesIO("\n".join(["email", *rows]).encode())


def test_members_are_counted_once_and_the_rest_has_reasons() -> None:
    intake = read_members(lines("ana@x.com", "ANA@x.com ", "info@x.com", "a b@x.com", '""', "ben@x.com"), KEY)

    assert intake.tokens.tolist() == sorted(Keyed(KEY).token(value) for value in ("ana@x.com", "ben@x.com"))
    assert intake.tokens.dtype == TOKEN_TYPE
    assert (intake.accepted, intake.duplicates, intake.rejected) == (2, 1, 2)
    assert intake.reasons == {"not_an_email": 1, "role_account": 1}
    assert intake.failures == [
        Failure(4, ("info@x.com",), "email", "role_account"), Failure(5, ("a b@x.com",), "email", "not_an_email"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["Email", "E-mail", "e mail", "邮箱", " EMAIL_ADDRESS "])
def test_the_column_has_many_names(name: str) -> None:
    intake = read_members(BytesIO(f"姓名;{name}\n王小明;wang@x.cn\n".encode("gb18030")), KEY)

    assert intake.tokens.tolist() == [Keyed(KEY).token("wang@x.cn")]


def test_other_names_lead_to_the_two_columns() -> None:
    assert set(COLUMN_NAMES.values()) == {"email", "token"}


def test_tokens_made_at_the_brand_are_taken_as_they_are() -> None:
    digest = Keyed(KEY).digest("ana@x.com").hex()

    intake = read_members(BytesIO(f"token\n{digest}\n{digest[:16].upper()}\n0x12\n{digest[:15]}g\n".encode()), KEY)

    assert intake.tokens.tolist() == [Keyed(KEY).token("ana@x.com")]
    assert (intake.duplicates, intake.reasons) == (1, {"not_a_token": 2})


def test_three_percent_bad_rows_do_not_stop_the_others() -> None:
    rows = [f"user{number}@x.com" if number % 33 else f"user {number}" for number in range(990)]

    intake = read_members(lines(*rows), KEY)

    assert (intake.accepted, intake.rejected) == (960, 30)
    assert [failure.row_no for failure in intake.failures][:3] == [2, 35, 68]


def test_lines_of_two_encodings_are_both_accepted() -> None:
    data = "email,name\nana@x.com,王\n".encode() + "ben@x.com,李\n".encode("gb18030") + b"cy@x.com,\xff\xff\n"

    intake = read_members(BytesIO(data), KEY)

    assert (intake.accepted, intake.reasons) == (2, {"unreadable": 1})


def test_mended_rows_can_be_sent_again() -> None:
    first = read_members(BytesIO(b"email,club\nana x.com,=1\nben@x.com,b\n"), KEY)
    sent = b"".join(failed_csv(first.header, first.failures)).replace(b"ana x.com", b"ana@x.com")

    second = read_members(BytesIO(sent), KEY)

    assert second.tokens.tolist() == [Keyed(KEY).token("ana@x.com")]


@pytest.mark.parametrize(
    ("data", "error"),
    [(b"", EmptyFile), (b"name\nAna\n", MissingColumns), (b"email\n", NoMembers), (b"email\nno\n", NoMembers),
     ("email\na@x.com".encode("utf-16"), UnreadableEncoding)],
)  # fmt: skip
def test_a_file_without_members_is_refused(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_members(BytesIO(data), KEY)


def test_a_refusal_gives_the_failed_rows_back() -> None:
    with pytest.raises(NoMembers) as refusal:
        read_members(lines("no", "info@x.com"), KEY)

    assert "not_an_email: 1, role_account: 1" in str(refusal.value)
    assert len(refusal.value.intake.failures) == 2


@given(st.lists(addresses, min_size=1, max_size=40))
def test_every_row_is_accepted_repeated_or_rejected(rows: list[str]) -> None:
    accepted = [value for value in map(normalised, rows) if not isinstance(value, Rejection)]

    try:
        intake = read_members(lines(*rows), KEY)
    except NoMembers as refusal:
        intake = refusal.intake

    assert intake.accepted + intake.duplicates + intake.rejected == len(rows)
    assert intake.tokens.tolist() == sorted({Keyed(KEY).token(value) for value in accepted})
    assert len(intake.failures) == intake.rejected == len(rows) - len(accepted)


@given(st.lists(st.integers(0, 2**64 - 1)))
def test_distinct_tokens_are_sorted_each_once(rows: list[int]) -> None:
    assert distinct(np.array(rows, dtype=TOKEN_TYPE)).tolist() == sorted(set(rows))
