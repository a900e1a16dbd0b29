"""Signing in and out, confirming, changing the seat and the language."""

from flask import Blueprint

bp = Blueprint("session", __name__, url_prefix="/session")

from app.session import by_passkey, confirming, joining, resetting, views  # noqa: E402, F401
