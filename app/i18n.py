"""English and Chinese: which language a request is answered in.

Chosen in this order: what this browser chose, what the user chose, what the browser says it prefers. The catalogues are
in ``app/translations``; without a compiled catalogue every page is in English.
"""

from __future__ import annotations

from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, get_locale

from app import context
from partners.directory.accounts.credentials import LOCALES

NAMES = {"en": "English", "zh": "中文"}
HTML_LANG = {"en": "en", "zh": "zh-Hans"}


def install(app: Flask) -> None:
    """Set up translation and the two names that templates use for it."""
    Babel(app, locale_selector=_select)
    app.jinja_env.policies["ext.i18n.trimmed"] = True  # as babel.cfg collects them
    app.context_processor(lambda: {"locale": locale(), "html_lang": HTML_LANG[locale()], "languages": NAMES})


def locale() -> str:
    """Return the reader's language, ``en`` or ``zh``."""
    found = str(get_locale() or "en")
    return "zh" if found.startswith("zh") else "en"


def _select() -> str:
    if not has_request_context():
        return "en"
    if "locale" not in g:
        g.locale = _chosen()
    return str(g.locale)


def _chosen() -> str:
    kept = session.get("locale")
    if kept in LOCALES:
        return str(kept)
    seat = context.seat()
    if seat is not None and seat.locale in LOCALES:
        return seat.locale
    best = request.accept_languages.best_match(("en", "zh", "zh-CN", "zh-Hans", "zh-Hans-CN"), "en")
    return "zh" if best.startswith("zh") else "en"
