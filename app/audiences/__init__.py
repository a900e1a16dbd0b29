"""Lists of members, what became of them, and the overlaps counted from them."""

from flask import Blueprint

bp = Blueprint("audiences", __name__, url_prefix="/audiences")

from app.audiences import (  # noqa: E402
    blind_views,  # noqa: F401
    keys_views,  # noqa: F401
    overlap_views,  # noqa: F401
    regions_views,  # noqa: F401
    views,  # noqa: F401
    withdraw_views,  # noqa: F401
)
