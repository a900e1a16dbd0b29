"""The language of a document: its templates, its texts, its numbers.

A Jinja environment a language, apart from the one for screens, because documents are made in background jobs and on the
command line, where there is no request. Texts are English in the code; a compiled catalogue translates them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reports import format as formats

TEMPLATES = Path(__file__).parents[1] / "templates" / "reports"
LANGUAGES = ("en", "zh")

Texts = Callable[..., str]
"""``gettext`` of one language: the English text, and values for its ``%(names)s``."""


@dataclass(frozen=True, slots=True)
class Places:
    """The two folders that documents need: TrueType fonts, and compiled translations (empty: all is English)."""

    fonts: Path
    translations: Path

    @classmethod
    def of(cls, root: Path) -> Places:
        """Return the folders of an installation whose code lies at ``root``."""
        return cls(root / "app" / "static" / "fonts", root / "app" / "translations")


def in_language(language: str, places: Places) -> Environment:
    """Return the environment of a language: templates that escape what they print and refuse a missing value."""
    return _environment(language, places.translations)


def stylesheet(name: str) -> str:
    """Return the CSS of a document, after the CSS that all documents share."""
    return "\n".join((TEMPLATES / file).read_text("utf-8") for file in ("report.css", name))


def texts(language: str, places: Places) -> Texts:
    """Return what translates the texts of code, as ``_()`` does those of templates; call it ``_`` to be extracted."""
    catalogue = _catalogue(language, places.translations)

    def translated(message: str, **values: object) -> str:
        found = str(catalogue.gettext(message))
        return found % values if values else found

    return translated


@lru_cache(maxsize=8)
def _environment(language: str, translations: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    catalogue = _catalogue(language, translations)
    environment.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(_numbers(language))
    environment.globals["language"] = language
    return environment


@lru_cache(maxsize=8)
def _catalogue(language: str, translations: Path) -> NullTranslations:
    return NullTranslations() if language == "en" else Translations.load(str(translations), [language])


def _numbers(language: str) -> dict[str, Any]:
    """Return the filters through which numbers, dates and names reach a document."""
    return {
        "money": lambda minor, currency: formats.money(minor, currency, language),
        "count": lambda n: formats.count(n, language),
        "share": lambda x, digits=1: formats.share(x, language, digits),
        "rate": lambda text: formats.rate(text, language),
        "date": lambda day: formats.date(day, language),
        "days": lambda first, last: formats.days(first, last, language),
        "instant": lambda at, timezone: formats.instant(at, language, timezone),
        "period": lambda label: formats.period_label(label, language),
        "digest": formats.digest_short,
        "digest_groups": formats.digest_groups,
        "named": partial(named, language),
    }


def named(language: str, thing: Any) -> str:
    """Return a thing's name as readers of the language know it: ``name_zh`` where it has one and Chinese is read."""
    return str(thing.name_zh if thing.name_zh and language == "zh" else thing.name)
