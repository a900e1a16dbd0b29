"""The one place where a number, a date or a digest becomes text, for screens and documents alike.

Pure. Babel lends names of months and separators, nothing else: how many decimals a currency has is said by
``partners.money``. Locales are ``en`` and ``zh``; any other is read as ``en``.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import get_decimal_symbol, get_group_symbol

from partners import money as amounts

MINUS = "\N{MINUS SIGN}"
"""The true minus sign: as wide as a digit, and no spreadsheet takes it for the start of a formula."""

_DAY = {"en": "d MMM y", "zh": "y年M月d日"}
_MONTH = {"en": "MMMM y", "zh": "y年M月"}
_RANGE = {"en": "{} – {}", "zh": "{}至{}"}
_PERCENT = {"en": "{} %", "zh": "{}%"}


def money(minor: int, currency: str, locale: str = "en") -> str:
    """Return an amount with separators and the currency's decimals, without its code.

    >>> money(123450, "EUR"), money(-5, "EUR"), money(1234, "JPY"), money(0, "KWD")
    ('1,234.50', '−0.05', '1,234', '0.000')
    """
    return _grouped(minor, _exponent(currency), locale)


def money_with_code(minor: int, currency: str, locale: str = "en") -> str:
    """Return an amount followed by its ISO 4217 code, which is the same in every language.

    >>> money_with_code(123450, "EUR", "zh")
    '1,234.50 EUR'
    """
    return f"{money(minor, currency, locale)} {currency}"


def decimals(currency: str) -> int:
    """Return how many digits follow the point in amounts of a currency.

    >>> decimals("JPY")
    0
    """
    return _exponent(currency)


def count(n: int, locale: str = "en") -> str:
    """Return a whole number with separators.

    >>> count(48213), count(-2)
    ('48,213', '−2')
    """
    return _grouped(n, 0, locale)


def share(x: Fraction | Decimal | float, locale: str = "en", digits: int = 1) -> str:
    """Return a part of one as a percentage, rounded half away from zero.

    >>> share(0.125), share(Fraction(1, 3), "zh", 2)
    ('12.5 %', '33.33%')
    """
    scaled = amounts.rounded(Fraction(x) * 100 * 10**digits)
    return _PERCENT[_known(locale)].format(_grouped(scaled, digits, locale))


def rate(text: str, locale: str = "en") -> str:
    """Return the exact rate of a rule, a decimal or a fraction, as a percentage with no digit more or less than it has.

    >>> rate("0.1"), rate("0.0825", "zh"), rate("1/3")
    ('10 %', '8.25%', '100/3 %')
    """
    percent = Fraction(text) * 100
    digits = next((n for n in range(7) if (percent * 10**n).denominator == 1), None)
    shown = str(percent) if digits is None else _grouped(int(percent * 10**digits), digits, locale)
    return _PERCENT[_known(locale)].format(shown)


def ratio(x: Fraction | Decimal | float, locale: str = "en", digits: int = 2) -> str:
    """Return a plain number with a fixed count of decimals, rounded half away from zero.

    >>> ratio(Fraction(5, 3)), ratio(-0.5, "zh", 1)
    ('1.67', '−0.5')
    """
    return _grouped(amounts.rounded(Fraction(x) * 10**digits), digits, locale)


def date(day: dt.date, locale: str = "en") -> str:
    """Return a calendar day.

    >>> date(dt.date(2025, 10, 8)), date(dt.date(2025, 10, 8), "zh")
    ('8 Oct 2025', '2025年10月8日')
    """
    return format_date(day, _DAY[_known(locale)], locale=_known(locale))


def days(first: dt.date, last: dt.date, locale: str = "en") -> str:
    """Return a range of days, both included.

    >>> days(dt.date(2025, 9, 1), dt.date(2025, 9, 30)), days(dt.date(2025, 9, 1), dt.date(2025, 9, 30), "zh")
    ('1 – 30 Sep 2025', '2025年9月1日至30日')
    """
    begin, end = date(first, locale), date(last, locale)
    if (first.year, first.month) == (last.year, last.month):
        begin, end = (begin, f"{last.day}日") if _known(locale) == "zh" else (str(first.day), end)
    return _RANGE[_known(locale)].format(begin, end)


def instant(at: dt.datetime, locale: str = "en", timezone: str = "UTC") -> str:
    """Return an aware instant as day and minute of the given time zone; say the zone nearby.

    >>> instant(dt.datetime(2025, 10, 8, 22, 5, tzinfo=dt.UTC), "en", "Asia/Shanghai")
    '9 Oct 2025, 06:05'
    """
    local = at.astimezone(ZoneInfo(timezone))
    between = " " if _known(locale) == "zh" else ", "
    return date(local.date(), locale) + between + format_time(local, "HH:mm", locale=_known(locale))


def period_label(label: str, locale: str = "en") -> str:
    """Return the name of an accounting month.

    >>> period_label("2026-09"), period_label("2026-09", "zh")
    ('September 2026', '2026年9月')
    """
    year, month = label.split("-")
    return format_date(dt.date(int(year), int(month), 1), _MONTH[_known(locale)], locale=_known(locale))


def digest_short(digest: str) -> str:
    """Return the ends of a digest: enough to compare by eye, with the whole one nearby.

    >>> digest_short("7c1e" + "0" * 56 + "a90d")
    '7c1e…a90d'
    """
    return f"{digest[:4]}…{digest[-4:]}"


def digest_groups(digest: str) -> str:
    """Return a whole digest in groups of eight, for paper.

    >>> digest_groups("99ca50940e8bf58a")
    '99ca5094 0e8bf58a'
    """
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))


def _grouped(units: int, digits: int, locale: str) -> str:
    group, point = _symbols(_known(locale))
    whole, part = divmod(abs(units), 10**digits)
    text = f"{whole:,}".replace(",", group) + (f"{point}{part:0{digits}}" if digits else "")
    return MINUS + text if units < 0 else text


def _known(locale: str) -> str:
    return "zh" if locale.startswith("zh") else "en"


@lru_cache
def _exponent(currency: str) -> int:
    return amounts.exponent(currency)


@lru_cache
def _symbols(locale: str) -> tuple[str, str]:
    found = Locale.parse(locale)
    return get_group_symbol(found), get_decimal_symbol(found)
