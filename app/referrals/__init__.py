"""Reporting what was sold and refunded, what became of each file, and the evidence of a campaign."""

from flask import Blueprint

bp = Blueprint("referrals", __name__, url_prefix="/referrals")

from app.referrals import views  # noqa: E402, F401
