"""How far a background job is: a page that survives a reload and a fragment that renews itself."""

from flask import Blueprint

bp = Blueprint("jobs", __name__, url_prefix="/jobs")

from app.progress import views  # noqa: E402, F401
