"""Normalisation ``email:v1`` and the keyed token, against the vectors of the specification."""

from __future__ import annotations

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.audiences.tokens import Keyed, Rejection, normalised

KEY = bytes(range(32))
ANYTHING = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
LOCAL = st.text("abcXYZ0189.+-_", min_size=1, max_size=12)
HOST = st.sampled_from(["example.com", "Gmail.com", "googlemail.com", "Bücher.example", "点看.中国", "a-b.co.uk"])


@pytest.mark.parametrize(
    ("raw", "value", "digest"),
    [
        ("  Ana.Garcia+promo@Gmail.com ", "anagarcia@gmail.com",
         "9a7e63ede0373a892b8caef64666af2a50d1dcde40213c34db56270cb90ecc0f"),
        ("ana.garcia@GOOGLEMAIL.com", "anagarcia@gmail.com",
         "9a7e63ede0373a892b8caef64666af2a50d1dcde40213c34db56270cb90ecc0f"),
        ("Ana.Garcia+promo@example.com", "ana.garcia+promo@example.com",
         "9140748ac7a408593d8c0fe99ff1e2ef4ac4ff50a23f91457ee37beb00c6530b"),
        ("ANA@Bücher.example", "ana@xn--bcher-kva.example",
         "f898b1e02ea949b58bb2ea9ad67abb41aeac5b84e417e55bd5c83e169d3f40ab"),
    ],
)  # fmt: skip
def test_the_vectors_of_the_specification_hold(raw: str, value: str, digest: str) -> None:
    assert normalised(raw) == value
    assert Keyed(KEY).digest(value).hex() == digest
    assert Keyed(KEY).token(value) == int(digest[:16], 16)


@pytest.mark.parametrize(
    "raw",
    ["a b@x.com", "a@b@c.com", "@x.com", "a@", "a@x", "a@x..com", "a@-x.com", "a@x.c", "<a@x.com>", "a,b@x.com", "ana",
     "a@x.com..", "+promo@gmail.com", "...@gmail.com", "a\u200bb@x.com", "a@x_y.com", "a\u3000b@x.com", "a@xn--.com",
     "mailto:a@x.com", "a@1.2.3.4", "x" * 65 + "@x.com", "a@" + "x" * 64 + ".com"],
)  # fmt: skip
def test_what_is_no_address_is_rejected(raw: str) -> None:
    assert normalised(raw) is Rejection.NOT_AN_EMAIL


@pytest.mark.parametrize("raw", ["", "  ", "\t", "\u3000"])
def test_nothing_is_rejected_as_empty(raw: str) -> None:
    assert normalised(raw) is Rejection.EMPTY


@pytest.mark.parametrize("raw", ["info@x.com", "NoReply@x.com", "no-reply@x.com", "sales+cn@x.com", "in.fo@gmail.com"])
def test_role_accounts_are_dropped(raw: str) -> None:
    assert normalised(raw) is Rejection.ROLE_ACCOUNT


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("ａｎａ＠ｘ．ｃｏｍ", "ana@x.com"),
        ("ana@x.com.", "ana@x.com"),
        ("ana@例子。中国", "ana@xn--fsqu00a.xn--fiqs8s"),
        ("王小明@例子.中国", "王小明@xn--fsqu00a.xn--fiqs8s"),
        ("ana@XN--BCHER-KVA.example", "ana@xn--bcher-kva.example"),
        ("o'neil@x.com", "o'neil@x.com"),
        ("\ufeffana@x.com".removeprefix("\ufeff"), "ana@x.com"),
    ],
)
def test_unusual_spellings_meet_in_one(raw: str, value: str) -> None:
    assert normalised(raw) == value


@given(ANYTHING)
def test_any_text_is_an_address_or_rejected_and_normalising_twice_changes_nothing(raw: str) -> None:
    once = normalised(raw)

    assert isinstance(once, Rejection) or normalised(once) == once


@given(LOCAL, HOST)
def test_an_address_has_one_spelling(local: str, host: str) -> None:
    once = normalised(f"{local}@{host}")

    assert once == normalised(f"  {local.upper()}@{host.upper()}. ")
    if not isinstance(once, Rejection):
        assert normalised(once) == once
        assert once.count("@") == 1
        assert once == once.strip().lower()


@given(ANYTHING, st.binary(min_size=16, max_size=64))
def test_the_token_is_the_hmac_of_the_standard_library(value: str, key: bytes) -> None:
    expected = hmac.digest(key, f"email:v1:{value}".encode(), "sha256")

    assert Keyed(key).digest(value) == expected
    assert Keyed(key).token(value) == int(expected.hex()[:16], 16)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="16 to 64 bytes"):
        Keyed(b"short")
