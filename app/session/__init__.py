"""Signing in and out, changing the seat and the language."""

from flask import Blueprint

bp = Blueprint("session", __name__, url_prefix="/session")

from app.session import views  # noqa: E402, F401
