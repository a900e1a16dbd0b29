"""Filters through which numbers, days and names reach a page, in the reader's language. Nothing is computed here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from babel import Locale
from flask import Flask

from app.i18n import locale
from app.labels import label
from reports import format as formats

NOTHING = "–"
"""What stands where there is no value."""


def install(app: Flask) -> None:
    """Give the filters to every template."""
    app.jinja_env.filters.update(
        money=money, money_code=money_code, count=count, share=share, ratio=ratio, rate=rate, date=date,
        datetime=instant, period=period, digest=digest, named=named, label=label, country=country,
    )  # fmt: skip
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def money(minor: int | None, currency: str) -> str:
    """Return an amount without its currency's code."""
    return NOTHING if minor is None else formats.money(minor, currency, locale())


def money_code(minor: int | None, currency: str) -> str:
    """Return an amount followed by its currency's code."""
    return NOTHING if minor is None else formats.money_with_code(minor, currency, locale())


def count(n: int | None) -> str:
    """Return a whole number."""
    return NOTHING if n is None else formats.count(n, locale())


def share(part: Fraction | Decimal | float | None, digits: int = 1) -> str:
    """Return a part of one as a percentage."""
    return NOTHING if part is None else formats.share(part, locale(), digits)


def ratio(x: Fraction | Decimal | float | None, digits: int = 2) -> str:
    """Return a plain number with decimals."""
    return NOTHING if x is None else formats.ratio(x, locale(), digits)


def rate(text: str | None) -> str:
    """Return the exact decimal rate of a rule as a percentage."""
    return NOTHING if text is None else formats.rate(text, locale())


def date(day: dt.date | dt.datetime | str | None) -> str:
    """Return a calendar day; an instant counts as its day in UTC, text must be ISO 8601."""
    if day is None:
        return NOTHING
    if isinstance(day, str):
        day = dt.date.fromisoformat(day[:10])
    return formats.date(day.astimezone(dt.UTC).date() if isinstance(day, dt.datetime) else day, locale())


def instant(at: dt.datetime | None, timezone: str = "UTC") -> str:
    """Return an instant as day and minute; in UTC, and saying so, unless a time zone is given."""
    if at is None:
        return NOTHING
    return formats.instant(at, locale(), timezone) + (" UTC" if timezone == "UTC" else "")


def period(text: str) -> str:
    """Return the name of an accounting month such as 2026-09."""
    return formats.period_label(text, locale())


def digest(hexdigest: str | None) -> str:
    """Return the ends of a digest."""
    return NOTHING if not hexdigest else formats.digest_short(hexdigest)


def country(code: str) -> str:
    """Return the name of an ISO 3166 country, or the code where it names none."""
    return str(Locale.parse("zh_Hans" if locale() == "zh" else "en").territories.get(code, code))


def named(thing: Any) -> str:
    """Return the name of a thing in the reader's language: ``name_zh`` where it has one and Chinese is read."""
    name, name_zh = (
        (thing.get("name", ""), thing.get("name_zh", ""))
        if isinstance(thing, Mapping)
        else (thing.name, getattr(thing, "name_zh", ""))
    )
    return str(name_zh if name_zh and locale() == "zh" else name)
