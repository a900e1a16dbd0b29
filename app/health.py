"""One address for whatever watches the platform: is it there, and does its database answer."""

from __future__ import annotations

from flask import Flask, Response, jsonify

from app import context
from app.security import public
from partners.audit import head_of


def install(app: Flask) -> None:
    """Answer GET /health."""
    app.add_url_rule("/health", "health", health)


@public
def health() -> Response:
    """Return 200 where the database answers with its tables in place; a failure is answered with 500."""
    head_of(context.db())
    return jsonify(status="ok")
