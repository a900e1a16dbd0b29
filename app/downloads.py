"""Answers that a browser saves as a file instead of showing them."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response


def download(content: bytes | Iterable[bytes], filename: str, mimetype: str = "text/csv") -> Response:
    """Return content as a file of that name, made of letters, digits, points and hyphens."""
    answer = Response(content, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return answer
