"""A brand's own communities, and those its partners show."""

from flask import Blueprint

bp = Blueprint("communities", __name__, url_prefix="/communities")

from app.communities import views  # noqa: E402, F401
