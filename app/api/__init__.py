"""The JSON API for programs: a brand's own view of partners, campaigns and statements, and sending in evidence.

A program shows a token (``directory/accounts/token_queries.py``); cookies are neither read nor set. Written without a
framework of its own: APIFlask would have to be the application of every page and describes answers by classes of
pydantic, where ours are frozen dataclasses, which pydantic alone turns into JSON and JSON Schema.
"""

from __future__ import annotations

from flask import Blueprint, Flask

bp = Blueprint("api", __name__, url_prefix="/api/v1")

from app.api import audiences, blind_counts, evidence, guard, views  # noqa: E402


def install(app: Flask) -> None:
    """Add the API to the application. It needs no token in forms: a foreign page cannot send a program's header."""
    app.session_interface = guard.NoSessionForPrograms()
    app.register_blueprint(bp)
    app.extensions["csrf"].exempt(bp)


__all__ = ["audiences", "blind_counts", "bp", "evidence", "install", "views"]
