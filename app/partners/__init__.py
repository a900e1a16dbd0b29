"""The directory of partners, their profiles, and partnerships with their stages."""

from flask import Blueprint

bp = Blueprint("partners", __name__, url_prefix="/partners")

from app.partners import fit, newcomers, partnership_views, trust, views  # noqa: E402, F401
