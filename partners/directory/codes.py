"""What a code, a country, an address, a time zone and a floor may be. Pure; knows no table."""

from __future__ import annotations

import re
import unicodedata
from zoneinfo import available_timezones

from partners.errors import Invalid

SMALLEST_FLOOR = 50
"""Members. The floor of domain specification D4; industry thresholds for counts of users are about as high."""

LARGEST_FLOOR = 1_000_000

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,38}")
_SERIES = re.compile(r"[A-Z0-9]{2,10}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]+\.[^\s@]+")


class CodeUnusable(Invalid):
    """“{code}” cannot be a code. Use lower case letters, digits and hyphens."""


class SeriesUnusable(Invalid):
    """“{code}” cannot begin statement numbers. Use 2 to 10 capital letters and digits."""


class CodeTaken(Invalid):
    """The code “{code}” is taken. Choose another."""


class CountryUnusable(Invalid):
    """“{country}” is not a country code. Use two capital letters, such as DE or CN."""


class EmailUnusable(Invalid):
    """“{email}” is not an email address."""


class TimezoneUnknown(Invalid):
    """“{timezone}” is not a time zone. Use a name such as Europe/Berlin."""


class FloorOutOfRange(Invalid):
    """The smallest count that may be shown lies between {lowest} and {highest} members."""


def checked_code(code: str) -> str:
    """Return a code that files and addresses may carry, unchanged, or raise CodeUnusable.

    >>> checked_code("alder-club")
    'alder-club'
    """
    if not _CODE.fullmatch(code):
        raise CodeUnusable(code=code)
    return code


def derived_code(name: str) -> str:
    """Return a code made of a brand's name: its Latin letters and digits; ``brand`` where it has none.

    >>> derived_code("Café Müller & Söhne")
    'cafe-muller-sohne'
    >>> derived_code("晨光")
    'brand'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    code = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:30].strip("-")
    return code if _CODE.fullmatch(code) else "brand"


def checked_series(code: str) -> str:
    """Return the code that begins statement numbers (``TEA`` in TEA-2026-0009), or raise SeriesUnusable."""
    if not _SERIES.fullmatch(code):
        raise SeriesUnusable(code=code)
    return code


def checked_country(country: str) -> str:
    """Return a country code of the form of ISO 3166-1 alpha-2, or raise CountryUnusable."""
    if not _COUNTRY.fullmatch(country):
        raise CountryUnusable(country=country)
    return country


def checked_email(email: str) -> str:
    """Return the address in the one form that is stored: trimmed, lower case.

    >>> checked_email(" Ana@Alder.example ")
    'ana@alder.example'
    """
    email = email.strip().lower()
    if len(email) > 120 or not _EMAIL.fullmatch(email):
        raise EmailUnusable(email=email)
    return email


def checked_timezone(timezone: str) -> str:
    """Return an IANA time zone unchanged, or raise TimezoneUnknown."""
    if timezone not in available_timezones():
        raise TimezoneUnknown(timezone=timezone)
    return timezone


def checked_floor(floor: int) -> int:
    """Return the smallest count that a side lets be shown, in members, unchanged, or raise FloorOutOfRange."""
    if not SMALLEST_FLOOR <= floor <= LARGEST_FLOOR:
        raise FloorOutOfRange(lowest=SMALLEST_FLOOR, highest=LARGEST_FLOOR)
    return floor
