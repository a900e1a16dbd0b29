"""Revenue: months and their closing, statements, payouts, the ledger."""

from flask import Blueprint

bp = Blueprint("revenue", __name__, url_prefix="/revenue")

from app.revenue import statement_views, views  # noqa: E402, F401
