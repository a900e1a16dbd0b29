"""What can be chosen in forms of administration: countries and currencies, by name in the reader's language."""

from __future__ import annotations

from babel import Locale
from flask_babel import gettext
from wtforms.fields.choices import SelectChoice

from app.i18n import locale
from partners import money

_NO_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})
"""Two letters that name no country of ISO 3166: parts of countries, unions, places for tests."""


def countries() -> list[SelectChoice]:
    """Return every country with its code, by name; first an empty choice."""
    names = {str(code): str(name) for code, name in _language().territories.items()}
    codes = [code for code in names if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES]
    named = sorted((names[code], code) for code in codes)
    return [SelectChoice("", gettext("choose")), *(SelectChoice(code, f"{name} ({code})") for name, code in named)]


def currencies() -> list[SelectChoice]:
    """Return every currency with minor units, by code; first an empty choice."""
    names = _language().currencies
    known = [SelectChoice(code, f"{code} · {names[code]}") for code in money.currencies() if code in names]
    return [SelectChoice("", gettext("choose")), *known]


def _language() -> Locale:
    return Locale.parse("zh_Hans" if locale() == "zh" else "en")
