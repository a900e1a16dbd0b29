"""What a program gets where a page would show an error: a problem document (RFC 9457) of the same sentences."""

from __future__ import annotations

import json

from flask import Response, request

PATH = "/api/"
"""Whatever is asked for below this address is answered to a program, even where there is nothing."""


def is_program() -> bool:
    """Say whether this request is a program's."""
    return request.path.startswith(PATH)


def problem(status: int, title: str, detail: str) -> Response:
    """Return a problem document."""
    said = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    answer = Response(json.dumps(said, ensure_ascii=False), status, mimetype="application/problem+json")
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="Tandem"'
    return answer
