"""Numbers of tax offices, registers and banks: what has the right form is taken, in one short form."""

import doctest

import pytest

from partners.directory import identifiers
from partners.directory.identifiers import (
    AccountNumberUnusable,
    BankCodeUnusable,
    CheckDigitWrong,
    IbanExpected,
    NumberLengthWrong,
    NumberUnusable,
)


def test_examples_of_the_module_hold() -> None:
    assert doctest.testmod(identifiers).failed == 0


@pytest.mark.parametrize(
    ("country", "written", "kept"),
    [
        ("DE", "de 811 907 980", "DE811907980"), ("DE", "811907980", "DE811907980"), ("GR", "094259216", "EL094259216"),
        ("CN", "91310000MA1K35TY2A", "91310000MA1K35TY2A"), ("JP", "T7130001045512", "T7130001045512"),
        ("JP", "7130001045512", "T7130001045512"), ("GB", "GB 980 7806 84", "GB980780684"),
        ("CH", "CHE-107.787.577 MWST", "CHE107787577MWST"), ("US", "91-1144442", "911144442"),
        ("NO", "995 525 828 MVA", "995525828MVA"), ("AE", "1000-23456 7", "1000234567"), ("DE", " ", ""),
        ("AE", "", ""),
    ],
)  # fmt: skip
def test_a_tax_number_is_kept_in_its_short_form(country: str, written: str, kept: str) -> None:
    assert identifiers.checked_tax_number(written, country) == kept


@pytest.mark.parametrize(
    ("country", "written", "error"),
    [
        ("DE", "DE811907981", CheckDigitWrong), ("DE", "DE81190798", NumberLengthWrong),
        ("DE", "FR40303265045", NumberUnusable), ("CN", "91310000MA1K35TY2X", CheckDigitWrong),
        ("JP", "T1130001045512", CheckDigitWrong), ("AE", "ü!", NumberUnusable), ("AE", "1", NumberUnusable),
    ],
)  # fmt: skip
def test_a_tax_number_that_cannot_be_says_what_is_wrong(country: str, written: str, error: type[Exception]) -> None:
    with pytest.raises(error) as refused:
        identifiers.checked_tax_number(written, country)

    assert written in str(refused.value)


@pytest.mark.parametrize(
    ("country", "written", "kept"),
    [
        ("SE", "556889-1203", "5568891203"), ("CN", "91330106ma2kj4w87m", "91330106MA2KJ4W87M"),
        ("JP", "7130-0010-4551-2", "7130001045512"), ("FR", "732 829 320", "732829320"),
        ("DE", "HRB  118204 ", "HRB 118204"), ("DE", "", ""),
    ],
)  # fmt: skip
def test_a_registration_number_is_checked_where_a_rule_is_known(country: str, written: str, kept: str) -> None:
    assert identifiers.checked_registration_number(written, country) == kept


def test_a_registration_number_with_a_wrong_check_digit_is_refused() -> None:
    with pytest.raises(CheckDigitWrong):
        identifiers.checked_registration_number("556889-1204", "SE")


def test_it_is_said_for_which_countries_nothing_is_checked() -> None:
    assert identifiers.is_tax_number_checked("DE")
    assert identifiers.is_tax_number_checked("JP")
    assert not identifiers.is_tax_number_checked("AE")
    assert identifiers.is_registration_number_checked("CN")
    assert not identifiers.is_registration_number_checked("DE")


@pytest.mark.parametrize(
    ("country", "written", "kept"),
    [
        ("DE", "de89 3704 0044 0532 0130 00", "DE89370400440532013000"), ("CN", "6222 0210-0100", "622202100100"),
        ("CN", "DE89370400440532013000", "DE89370400440532013000"), ("US", "021000021 1234", "0210000211234"),
    ],
)  # fmt: skip
def test_an_account_number_is_an_iban_where_the_country_has_them(country: str, written: str, kept: str) -> None:
    assert identifiers.checked_account_number(written, country) == kept


@pytest.mark.parametrize(
    ("country", "written", "error"),
    [
        ("DE", "DE89370400440532013001", CheckDigitWrong), ("DE", "532013000", IbanExpected),
        ("CN", "DE89370400440532013001", CheckDigitWrong), ("CN", "123", AccountNumberUnusable),
        ("CN", "1" * 35, AccountNumberUnusable), ("CN", "1234;", AccountNumberUnusable),
    ],
)  # fmt: skip
def test_an_account_number_that_cannot_be_is_refused(country: str, written: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        identifiers.checked_account_number(written, country)


def test_a_bank_code_is_a_bic_or_nothing() -> None:
    assert identifiers.checked_bank_code("cobadeff xxx") == "COBADEFFXXX"
    assert identifiers.checked_bank_code(" ") == ""
    with pytest.raises(BankCodeUnusable):
        identifiers.checked_bank_code("COBA1")
