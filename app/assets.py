"""Addresses of static files with their content's digest in them, so that a browser may keep each for good."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request, url_for

_FOLDER = Path(__file__).parent / "static"
_FOREVER = "public, max-age=31536000, immutable"
_VERSIONED = ("fonts/web/", "vendor/")
"""Folders whose files have a digest or a version in their own names."""


def install(app: Flask) -> None:
    """Give templates ``asset("css/base.css")``."""
    app.jinja_env.globals["asset"] = asset


def asset(name: str) -> str:
    """Return the address of a static file, which changes with its content."""
    return url_for("static", filename=name, v=_digest(name))


def keep_if_versioned(response: Response) -> Response:
    """Let browsers keep a static file whose address names its version; others they must ask about again."""
    name = str((request.view_args or {}).get("filename", ""))
    is_versioned = "v" in request.args or name.startswith(_VERSIONED)
    response.headers["Cache-Control"] = _FOREVER if is_versioned else "no-cache"
    return response


@lru_cache(maxsize=256)
def _digest(name: str) -> str:
    return hashlib.sha256((_FOLDER / name).read_bytes()).hexdigest()[:10]
