"""The first page: what waits for the reader; search across everything the reader may see."""

from flask import Blueprint

bp = Blueprint("home", __name__)

from app.home import views  # noqa: E402, F401
