"""Seats, companies, tokens, retention, audit log of the own brand, for its admins; the brands, for the operator."""

from flask import Blueprint

bp = Blueprint("admin", __name__, url_prefix="/admin")

from app.admin import accounts, audit_log, entities, leaving, partners, retention, seats, tokens  # noqa: E402, F401
