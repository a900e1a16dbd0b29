"""Seats, legal entities and the audit log of the own brand; for its admins."""

from flask import Blueprint

bp = Blueprint("admin", __name__, url_prefix="/admin")

from app.admin import views  # noqa: E402, F401
