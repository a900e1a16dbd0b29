"""Normalisation ``email:v1`` and ``phone:v1`` and the keyed token, against the vectors of the specification."""

from __future__ import annotations

import hmac
import random

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.audiences.blinding.tokens import PHONE_PREFIX, Keyed, Rejection, normalised, normalised_phone

KEY = bytes(range(32))
ANYTHING = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
LOCAL = st.text("abcXYZ0189.+-_", min_size=1, max_size=12)
REGIONS = [None, *sorted(phonenumbers.SUPPORTED_REGIONS)]
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


def test_ten_thousand_scraps_of_addresses_are_normalised_once_for_all() -> None:
    dice = random.Random(11)
    scraps = [
        "ana",
        "@",
        "@",
        ".",
        "+x",
        "gmail.com",
        "Bücher.example",
        "例子.中国",
        "xn--",
        "。",
        " ",
        "Ａ",
        "İ",
        "\0",
        "\ud800",
    ]
    made = ["".join(dice.choices(scraps, k=dice.randrange(8))) for _ in range(10_000)]

    taken = [value for value in map(normalised, made) if not isinstance(value, Rejection)]

    assert len(taken) > 100
    assert [normalised(value) for value in taken] == taken


@pytest.mark.parametrize(
    ("raw", "region", "value"),
    [
        ("(020) 7946 0958", "GB", "+442079460958"),
        ("138 0013 8000", "CN", "+8613800138000"),
        ("0086 13800138000", "CN", "+8613800138000"),
        ("02 1234 5678", "IT", "+390212345678"),
        ("+86 138-0013-8000", None, "+8613800138000"),
        ("０１５１２３４５６７８９", "DE", "+4915123456789"),
        ("+49 (0)151 23456789", "US", "+4915123456789"),
        ("tel:+49-151-23456789;ext=3", None, "+4915123456789"),
    ],
)
def test_a_telephone_number_has_one_spelling(raw: str, region: str | None, value: str) -> None:
    assert normalised_phone(raw, region) == value
    assert normalised_phone(value, None) == value


def test_the_vector_of_a_keyed_telephone_number_holds() -> None:
    digest = "fe016d107b514c1b26f1173766e721195698af587e2fa814d239b8559499355b"

    assert Keyed(KEY, PHONE_PREFIX).digest("+442079460958").hex() == digest


@pytest.mark.parametrize(
    ("raw", "region"),
    [
        ("12345", "DE"),
        ("4.91512E+12", "DE"),
        ("ana@x.com", "DE"),
        ("0151 23456789", None),
        ("+", "DE"),
        ("9" * 300, "US"),
    ],
)
def test_what_is_no_telephone_number_is_rejected(raw: str, region: str | None) -> None:
    assert normalised_phone(raw, region) is Rejection.NOT_A_PHONE


@pytest.mark.parametrize("raw", ["", " ", "\u3000"])
def test_no_telephone_number_is_rejected_as_empty(raw: str) -> None:
    assert normalised_phone(raw, "DE") is Rejection.EMPTY


@given(ANYTHING, st.sampled_from(REGIONS))
def test_any_text_is_a_telephone_number_or_rejected(raw: str, region: str | None) -> None:
    once = normalised_phone(raw, region)

    assert isinstance(once, Rejection) or normalised_phone(once, None) == once


def test_ten_thousand_scraps_of_telephone_numbers_are_normalised_once_for_all() -> None:
    dice = random.Random(12)
    made = [_scrap_of_a_number(dice) for _ in range(10_000)]

    taken = [value for raw, region in made if not isinstance(value := normalised_phone(raw, region), Rejection)]

    assert len(taken) > 1_000
    assert all(normalised_phone(value, dice.choice(REGIONS)) == value for value in taken)


def _scrap_of_a_number(dice: random.Random) -> tuple[str, str | None]:
    """Return digits as people write them, sometimes the example number of a country with something behind it."""
    region = dice.choice(REGIONS)
    text = dice.choice(["", "+", "00", "0", "tel:"]) + "".join(dice.choices("0123456789", k=dice.randrange(15)))
    if region and dice.random() < 0.3:
        example = phonenumbers.example_number(region)
        text = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
    return dice.choice(["", " "]).join(text) + dice.choice(["", "", "0", " ext 5", "\0", "\ud800"]), region


@given(ANYTHING, st.binary(min_size=16, max_size=64))
def test_the_token_is_the_hmac_of_the_standard_library(value: str, key: bytes) -> None:
    expected = hmac.digest(key, f"email:v1:{value}".encode(), "sha256")

    assert Keyed(key).digest(value) == expected
    assert Keyed(key).token(value) == int(expected.hex()[:16], 16)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="16 to 64 bytes"):
        Keyed(b"short")
