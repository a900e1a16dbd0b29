"""Blinding at the brand: one token a person and key, nothing of the list but tokens and labels, and no way back."""

from __future__ import annotations

import hashlib
import hmac
import random
from collections.abc import Iterable
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.audiences.blinding.members import (
    COLUMN_NAMES,
    Blinded,
    NoSuchColumn,
    NoSuchRegion,
    NotALabel,
    TooManySegments,
    blind_list,
    write_tokens,
)
from partners.audiences.blinding.segments import MAX_SEGMENTS, is_label
from partners.audiences.blinding.tokens import Keyed, Rejection, normalised
from partners.audiences.intake.reading import read_tokens
from partners.errors import Invalid
from partners.tabular import EmptyFile, Failure, MissingColumns, RepeatedColumn, UnreadableEncoding, failed_csv

ONE, TWO = ("a" * 12, bytes(range(32))), ("b" * 12, bytes(range(32, 64)))
addresses = st.sampled_from(
    [
        "ana@x.com",
        " ANA@X.com",
        "b.en@gmail.com",
        "benn@googlemail.com",
        "cy@例子.中国",
        "info@x.com",
        "a b@x.com",
        "no",
    ]
)


def token(identifier: str, key: bytes = ONE[1]) -> int:
    """Return the token that the standard library makes of ``email:v1:…`` or ``phone:v1:…``."""
    return int(hmac.digest(key, identifier.encode(), "sha256").hex()[:16], 16)


def blinded(text: str, *keys: tuple[str, bytes], region: str | None = None, segment: str | None = None) -> Blinded:
    return blind_list(BytesIO(text.encode()), keys or (ONE,), region, segment=segment)


def written(result: Blinded) -> bytes:
    out = BytesIO()
    write_tokens(result, out)
    return out.getvalue()


def test_members_are_counted_once_and_the_rest_has_reasons() -> None:
    result = blinded('email\nana@x.com\nANA@x.com \ninfo@x.com\na b@x.com\n""\nben@x.com\n')

    assert result.tokens[:, 0].tolist() == sorted(token(f"email:v1:{who}@x.com") for who in ("ana", "ben"))
    assert (result.accepted, result.duplicates, result.dropped) == (2, 1, 2)
    assert result.reasons == {"not_an_email": 1, "role_account": 1}
    assert result.failures == [
        Failure(4, ("info@x.com",), "email", "role_account"), Failure(5, ("a b@x.com",), "email", "not_an_email"),
    ]  # fmt: skip


def test_a_person_is_known_by_the_address_and_otherwise_by_the_number() -> None:
    rows = [
        "ana@x.com,138 0013 8000",
        ",138 0013 8001",
        "info@x.com,0086 13800138002",
        "no,12",
        ",12",
        "no,",
        "info@x.com,12",
    ]

    result = blinded("\n".join(["email,phone", *rows]), region="cn")

    assert sorted(result.tokens[:, 0].tolist()) == sorted(
        map(token, ("email:v1:ana@x.com", "phone:v1:+8613800138001", "phone:v1:+8613800138002"))
    )
    assert [(each.row_no, each.column, each.reason) for each in result.failures] == [
        (5, "email", "not_an_email"), (6, "phone", "not_a_phone"), (7, "email", "not_an_email"),
        (8, "email", "role_account"),
    ]  # fmt: skip


def test_without_a_region_numbers_need_their_plus() -> None:
    result = blinded("Mobile\n0151 23456789\n+49 151 23456789\n")

    assert result.tokens.tolist() == [[token("phone:v1:+4915123456789")]]
    assert result.failures == [Failure(2, ("0151 23456789",), "Mobile", "not_a_phone")]


@pytest.mark.parametrize("name", ["Email", "E-mail", "e mail", "邮箱", " EMAIL_ADDRESS "])
def test_the_column_has_many_names(name: str) -> None:
    result = blind_list(BytesIO(f"姓名;{name}\n王小明;wang@x.cn\n".encode("gb18030")), [ONE])

    assert result.tokens.tolist() == [[token("email:v1:wang@x.cn")]]


def test_other_names_lead_to_the_two_columns() -> None:
    assert set(COLUMN_NAMES.values()) == {"email", "phone"}


def test_a_person_has_one_token_for_each_key() -> None:
    result = blinded("email\nana@x.com\nben@x.com\ncy@x.com\n", TWO, ONE)

    lines = written(result).decode().splitlines()
    assert lines[0] == f"token_{TWO[0]},token_{ONE[0]}"
    assert lines[1:] == sorted(
        f"{token(one, TWO[1]):016x},{token(one):016x}"
        for one in (f"email:v1:{who}@x.com" for who in ("ana", "ben", "cy"))
    )


def test_the_first_row_of_a_person_says_the_segment() -> None:
    result = blinded("email,Club\nana@x.com,gold\nben@x.com,\nANA@x.com,silver\n", segment="club")

    expected = sorted([f"{token('email:v1:ana@x.com'):016x},gold", f"{token('email:v1:ben@x.com'):016x},"])
    assert written(result).decode().splitlines() == [f"token_{ONE[0]},segment", *expected]


def test_a_segment_that_was_not_asked_for_stays_at_home() -> None:
    assert b"gold" not in written(blinded("email,segment\nana@x.com,gold\n"))


@pytest.mark.parametrize(
    "label", ["ana@x.com", "+49 151 23456789", "13800138000", "a" * 41, "gold; silver", "00112233445566aa", "a\tb"]
)
def test_a_label_that_may_be_a_person_is_refused_by_its_row(label: str) -> None:
    with pytest.raises(NotALabel) as refusal:
        blinded(f"email,club\nben@x.com,gold\nana@x.com,{label}\n", segment="club")

    assert "Row 3" in str(refusal.value)
    assert label not in str(refusal.value)


@pytest.mark.parametrize("label", ["gold", "金卡 & 银卡", "2026-10-31", "R+F/3", "x" * 40, "18-24"])
def test_short_words_and_days_are_labels(label: str) -> None:
    assert is_label(label)


def test_one_segment_too_many_is_refused_by_its_row() -> None:
    rows = "".join(f"m{number}@x.com,s{number}\n" for number in range(MAX_SEGMENTS + 1))

    with pytest.raises(TooManySegments, match=f"Row {MAX_SEGMENTS + 2} "):
        blinded(f"email,club\n{rows}", segment="club")


@pytest.mark.parametrize(
    ("data", "error"),
    [(b"", EmptyFile), (b"name\nAna\n", MissingColumns), ("email\na@x.com".encode("utf-16"), UnreadableEncoding),
     (b"phone,mobile\n1,2\n", RepeatedColumn), (b"email\n1\n", NoSuchColumn),
     (b"email,club,Club\n1,2,3\n", NoSuchColumn)],
)  # fmt: skip
def test_a_file_that_cannot_be_understood_is_refused(data: bytes, error: type[Invalid]) -> None:
    with pytest.raises(error):
        blind_list(BytesIO(data), [ONE], segment="club")


def test_a_region_that_is_none_is_refused() -> None:
    with pytest.raises(NoSuchRegion, match="Germany"):
        blinded("phone\n1\n", region="Germany")


def test_a_list_of_nobody_gives_a_header_only() -> None:
    assert written(blinded("email\nno\n", ONE, TWO)) == f"token_{ONE[0]},token_{TWO[0]}\n".encode()


def test_mended_rows_can_be_blinded_again() -> None:
    first = blinded("email,club\nana x.com,=1\nben@x.com,b\n")
    sent = b"".join(failed_csv(first.header, first.failures)).replace(b"ana x.com", b"ana@x.com")

    second = blind_list(BytesIO(sent), [ONE])

    assert second.tokens.tolist() == [[token("email:v1:ana@x.com")]]


def test_the_order_of_the_list_does_not_travel() -> None:
    rows = [f"member{number}@x.com,{'gold' if number % 3 else ''}" for number in range(3_000)]
    mixed = random.Random(5).sample(rows, len(rows))

    first, second = (written(blinded("\n".join(["email,club", *each]), segment="club")) for each in (rows, mixed))

    assert first == second
    assert first == written(blinded("\n".join(["email,club", *rows]), segment="club"))
    assert first.decode().splitlines()[1:] == sorted(first.decode().splitlines()[1:])


def test_the_platform_takes_what_blinding_writes() -> None:
    rows = "".join(f"m{number}@x.com,{['gold', 'R+F/3', '', '金卡'][number % 4]}\n" for number in range(1_000))
    result = blinded(f"email,club\n{rows}", ONE, TWO, segment="club")

    taken = read_tokens(BytesIO(written(result)))

    assert (taken.accepted, taken.duplicates, taken.rejected) == (1_000, 0, 0)
    assert sorted(taken.segments) == ["R+F/3", "gold", "金卡"]
    assert [column.key_name for column in taken.columns] == [ONE[0], TWO[0]]
    assert taken.columns[1].tokens.tolist() == sorted(result.tokens[:, 1].tolist())


def test_how_far_it_is_gets_told() -> None:
    told: list[int] = []
    data = b"email\n" + b"".join(b"member%d@x.com\n" % number for number in range(2_000))

    blind_list(BytesIO(data), [ONE], beat=told.append)

    assert told == sorted(told)
    assert told[-1] == len(data)


@given(st.lists(addresses, min_size=1, max_size=40))
def test_every_row_is_accepted_repeated_or_dropped(rows: list[str]) -> None:
    accepted = [value for value in map(normalised, rows) if not isinstance(value, Rejection)]

    result = blinded("\n".join(["email", *rows]), ONE, TWO)

    assert result.accepted + result.duplicates + result.dropped == len(rows)
    assert result.tokens[:, 0].tolist() == sorted({token(f"email:v1:{value}") for value in accepted})
    assert len(result.failures) == result.dropped == len(rows) - len(accepted)


def test_a_dictionary_of_a_million_addresses_finds_nobody_without_the_key() -> None:
    known = [f"email:v1:ana.garcia{number}@mail{number % 97}.example" for number in range(1_000_000)]
    members = "\n".join(["email", *(one.removeprefix("email:v1:") for one in known[::50])])
    tokens = np.sort(blinded(members).tokens[:, 0])

    guesses = {
        "plain": (hashlib.sha256(one.encode()).digest() for one in known),
        "plain, without the normalisation": (hashlib.sha256(one[9:].encode()).digest() for one in known),
        "another key": map(Keyed(TWO[1], prefix="").digest, known),
    }

    assert {how: _found(tokens, digests) for how, digests in guesses.items()} == dict.fromkeys(guesses, 0)
    assert _found(tokens, (hmac.digest(ONE[1], one.encode(), "sha256") for one in known[::50])) == 20_000


def _found(tokens: np.ndarray, digests: Iterable[bytes]) -> int:
    """Return how many tokens begin one of the digests."""
    return int(np.isin(tokens, np.frombuffer(b"".join(digests), ">u8")[::4].astype(np.uint64)).sum())
