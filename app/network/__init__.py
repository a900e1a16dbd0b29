"""The map of communities: who is close to whom, who feeds whom."""

from flask import Blueprint

bp = Blueprint("network", __name__, url_prefix="/network")

from app.network import views  # noqa: E402, F401
