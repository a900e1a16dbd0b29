"""The one place where an error becomes an answer: what happened, what it means, what to do."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from enum import Enum

from flask import Flask, Response, render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.exceptions import HTTPException

from app import filters
from app.labels import label
from app.problems import is_program, problem
from partners.directory.accounts.token_queries import TokenRefused
from partners.errors import Conflict, Invalid, NotAllowed, NotFound, TandemError

_log = logging.getLogger(__name__)

STATUS: dict[type[TandemError], int] = {
    Invalid: 422, NotFound: 404, TokenRefused: 401, NotAllowed: 403, Conflict: 409, TandemError: 500,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Explanation:
    """Three sentences for one status."""

    happened: object
    means: object
    remedy: object


EXPLANATIONS = {
    400: Explanation(
        _("The request could not be read"),
        _("The form was open for too long or was sent incompletely. Nothing was changed."),
        _("Go back, load the page again and repeat."),
    ),
    401: Explanation(
        _("A valid token is needed"),
        _("Nothing was changed."),
        _("Ask an admin of your brand for an API token."),
    ),
    403: Explanation(
        _("This is not allowed"),
        _("Nothing was changed."),
        _("Change to another seat, or ask an admin of your brand for the role you need."),
    ),
    404: Explanation(
        _("Nothing found here"),
        _("The address is wrong, or what it names belongs to partners you are not in a partnership with."),
        _("Start from Home, or search for the name."),
    ),
    405: Explanation(
        _("This address cannot do that"),
        _("The page was called in a way it does not know. Nothing was changed."),
        _("Start from Home."),
    ),
    409: Explanation(
        _("Something changed in the meantime"),
        _("Somebody else was quicker, so your change was not made."),
        _("Load the page again, look at what is there now, and repeat if it is still needed."),
    ),
    411: Explanation(
        _("The length of what is sent must be known"),
        _("It was not read, and nothing was changed."),
        _("Send a Content-Length, as browsers do, instead of sending in chunks."),
    ),
    413: Explanation(
        _("The file is too large"),
        _("It was not read, and nothing was changed."),
        _("Split the file and send the parts one after another."),
    ),
    415: Explanation(
        _("This kind of content cannot be read here"),
        _("It was not read, and nothing was changed."),
        _("Send it as text/csv."),
    ),
    422: Explanation(
        _("This cannot be used as it is"),
        _("Nothing was changed."),
        _("Go back, correct it and send it again."),
    ),
    429: Explanation(
        _("Too many requests"),
        _("The limit protects everybody's data. Nothing was changed."),
        _("Wait a minute and repeat."),
    ),
    500: Explanation(
        _("Something went wrong on our side"),
        _("What you did was not saved. The error has been written down for the operators."),
        _("Try again. If it happens again, tell the operators when it happened."),
    ),
}


def install(app: Flask) -> None:
    """Answer every error through this file."""
    app.register_error_handler(TandemError, answer_domain_error)
    app.register_error_handler(HTTPException, answer_http_error)
    app.register_error_handler(Exception, answer_unexpected)
    app.jinja_env.globals["said"] = said


def said(error: TandemError) -> str:
    """Return the sentence of a domain error in the reader's language, for a page or a form."""
    return str(gettext(error.message)).format(**{name: _shown(value) for name, value in error.fields.items()})


def _shown(value: object) -> object:
    """Return a field of an error as the reader is used to it: the label of an enumeration, a day written out."""
    if isinstance(value, date):
        return filters.date(value)
    return label(value) if isinstance(value, Enum) else value


def status_of(error: TandemError) -> int:
    """Return the HTTP status of the family that an error belongs to."""
    return next(STATUS[family] for family in type(error).__mro__ if family in STATUS)


def answer_domain_error(error: TandemError) -> Response:
    """Answer a broken rule."""
    if is_program() and type(error) is NotAllowed:
        return _page(403, gettext("The scopes of this token, or the standing of its brand, do not allow this."))
    return _page(status_of(error), said(error))


def answer_http_error(error: HTTPException) -> Response | HTTPException:
    """Answer what the web layer itself refuses; redirects pass through."""
    if error.code is None or error.code < 400:
        return error
    return _page(error.code, None)


def answer_unexpected(error: Exception) -> Response:
    """Answer a fault of ours: written to the log, never shown."""
    _log.error("%s %s failed", request.method, request.path, exc_info=error)
    return _page(500, None)


def _page(status: int, sentence: str | None) -> Response:
    explanation = EXPLANATIONS.get(status) or EXPLANATIONS[500 if status >= 500 else 400]
    if is_program():
        return problem(status, str(explanation.happened), sentence or str(explanation.remedy))
    name = "errors/_fragment.html" if request.headers.get("HX-Request") else "errors/page.html"
    page = render_template(name, status=status, explanation=explanation, sentence=sentence)
    return Response(page, status)
