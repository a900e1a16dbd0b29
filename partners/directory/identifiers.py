"""Whether a number that a register, a tax office or a bank gave out can be one: length, characters, check digits.

Pure and offline: nobody is asked whether the number was ever given out. What python-stdnum knows no rule for is taken
by its length and characters alone, and ``is_checked_…`` says so.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from stdnum import bic, get_cc_module, iban, numdb
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidLength, ValidationError

from partners.errors import Invalid

_REGISTRATIONS = {
    "AU": "au.acn", "BE": "be.vat", "CH": "ch.uid", "CN": "cn.uscc", "DK": "dk.cvr", "FI": "fi.ytunnus",
    "FR": "fr.siren", "JP": "jp.cn", "KR": "kr.brn", "NO": "no.orgnr", "SE": "se.orgnr", "SG": "sg.uen",
    "TW": "tw.ubn",
}  # fmt: skip
"""Country -> the rule for the number of its register of companies; the others have none that can be checked."""

_TAXES = {"CN": "cn.uscc", "JP": "jp.cn", "US": "us.ein", "NO": "no.mva"}
"""Country -> the rule for its tax number where it is not the one that stdnum calls its VAT number."""

_PREFIXES = {"JP": "T", "GB": "GB"}
"""What stands before a tax number and is left out by its rule (Japan's invoice system; British VAT)."""

_VAT_PREFIXES = {"GR": "EL"}
"""Where VAT numbers begin with other letters than those of the country (Council Directive 2006/112/EC, Art. 215)."""

_IGNORED = re.compile(r"[\s.\-/·]")
_PLAIN = re.compile(r"[0-9A-Za-z]{2,40}")
_ACCOUNT = re.compile(r"[0-9A-Z]{4,34}")


class NumberUnusable(Invalid):
    """“{number}” cannot be such a number in this country. Compare it with the document it stands on."""


class CheckDigitWrong(NumberUnusable):
    """The check digit of “{number}” does not fit. Compare the number with the document it stands on."""


class NumberLengthWrong(NumberUnusable):
    """“{number}” has too many or too few characters for this country. Compare it with the document it stands on."""


class AccountNumberUnusable(NumberUnusable):
    """“{number}” is not an account number. Write 4 to 34 letters and digits; where the bank gives an IBAN, the IBAN."""


class IbanExpected(NumberUnusable):
    """“{number}” is not an IBAN, which accounts of this country have. It begins with two letters, such as DE89."""


class BankCodeUnusable(NumberUnusable):
    """“{number}” is not a BIC. It has 8 or 11 characters, such as COBADEFFXXX."""


class _Rule(Protocol):
    def validate(self, number: str) -> str: ...


def checked_tax_number(number: str, country: str) -> str:
    """Return a VAT or tax number in its short form; empty stays empty.

    Raises:
        NumberUnusable, CheckDigitWrong, NumberLengthWrong.

    >>> checked_tax_number("DE 811 907 980", "DE")
    'DE811907980'
    """
    if country.lower() in eu_vat.MEMBER_STATES and number.strip():
        prefix, short = _VAT_PREFIXES.get(country, country), _short(number)
        return _validated(cast(_Rule, eu_vat), short if short.startswith(prefix) else prefix + short, number)
    prefix = _PREFIXES.get(country, "")
    found = _checked(_tax_rule(country), _short(number).removeprefix(prefix), number)
    return prefix + found if found else ""


def checked_registration_number(number: str, country: str) -> str:
    """Return the number in a register of companies in its short form; as written where no rule is known.

    >>> checked_registration_number("556889-1203", "SE"), checked_registration_number("HRB 118204", "DE")
    ('5568891203', 'HRB 118204')
    """
    rule = _registration_rule(country)
    if rule is None and number.strip():
        _checked(None, _short(number), number)
        return " ".join(number.split())
    return _checked(rule, _short(number), number)


def is_tax_number_checked(country: str) -> bool:
    """Say whether more than length and characters of a tax number of this country is looked at."""
    return country.lower() in eu_vat.MEMBER_STATES or _tax_rule(country) is not None


def is_registration_number_checked(country: str) -> bool:
    """Say whether more than length and characters of a registration number of this country is looked at."""
    return _registration_rule(country) is not None


def checked_account_number(number: str, country: str) -> str:
    """Return a bank account's number without spaces: an IBAN where the country or the number itself has that form.

    >>> checked_account_number("DE89 3704 0044 0532 0130 00", "DE")
    'DE89370400440532013000'
    """
    short = _short(number)
    if re.match(r"[A-Z]{2}\d\d", short) and uses_iban(short[:2]):
        return _validated(cast(_Rule, iban), short, number)
    if uses_iban(country):
        raise IbanExpected(number=number.strip())
    if not _ACCOUNT.fullmatch(short):
        raise AccountNumberUnusable(number=number.strip())
    return short


@cache
def uses_iban(country: str) -> bool:
    """Say whether banks of this country number accounts by IBAN (ISO 13616)."""
    return bool(numdb.get("iban").info(country)[0][1])


def checked_bank_code(code: str) -> str:
    """Return a BIC (ISO 9362) in capitals; empty stays empty."""
    short = _short(code)
    if short and not bic.is_valid(short):
        raise BankCodeUnusable(number=code.strip())
    return short


def _short(number: str) -> str:
    return _IGNORED.sub("", number).upper()


def _checked(rule: _Rule | None, short: str, number: str) -> str:
    if not short:
        return ""
    if rule is not None:
        return _validated(rule, short, number)
    if not _PLAIN.fullmatch(short):
        raise NumberUnusable(number=number.strip())
    return short


def _validated(rule: _Rule, short: str, number: str) -> str:
    try:
        return rule.validate(short).upper()
    except InvalidChecksum:
        raise CheckDigitWrong(number=number.strip()) from None
    except InvalidLength:
        raise NumberLengthWrong(number=number.strip()) from None
    except (InvalidComponent, ValidationError):
        raise NumberUnusable(number=number.strip()) from None


@cache
def _tax_rule(country: str) -> _Rule | None:
    if country in _TAXES:
        return cast(_Rule, import_module(f"stdnum.{_TAXES[country]}"))
    return cast("_Rule | None", get_cc_module(country.lower(), "vat"))


@cache
def _registration_rule(country: str) -> _Rule | None:
    name = _REGISTRATIONS.get(country)
    return cast(_Rule, import_module(f"stdnum.{name}")) if name else None
