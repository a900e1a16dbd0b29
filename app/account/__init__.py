"""One's own account: password, second factor, passkeys, and where one is signed in."""

from flask import Blueprint

bp = Blueprint("account", __name__, url_prefix="/account")

from app.account import passkey_views, views  # noqa: E402, F401
