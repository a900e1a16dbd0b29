"""Lists of members, what became of them, and the overlaps counted from them."""

from flask import Blueprint

bp = Blueprint("audiences", __name__, url_prefix="/audiences")

from app.audiences import views  # noqa: E402, F401
