"""Campaigns: proposal, terms and signatures, plan, stages, results."""

from flask import Blueprint

bp = Blueprint("campaigns", __name__, url_prefix="/campaigns")

from app.campaigns import proposal_views, report, views  # noqa: E402, F401
