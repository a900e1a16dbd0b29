"""A visitor of the running web server: cookies, tokens of forms, and patience with a server that is killed."""

from __future__ import annotations

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request

from partners import sample

TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


class Visitor:
    """Somebody signed in to a server that may die at any moment."""

    def __init__(self, port: int, email: str) -> None:
        self._base = f"http://127.0.0.1:{port}"
        jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        self._token = ""
        self.page("/session/sign-in")
        self.post("/session/sign-in", {"email": email, "password": sample.PASSWORD})

    def page(self, path: str) -> str:
        """Return a page, and keep the token of its forms."""
        with self._opener.open(self._base + path, timeout=300) as answer:
            text = str(answer.read().decode())
        token = TOKEN.search(text)
        self._token = token.group(1) if token else self._token
        return text

    def post(self, path: str, fields: dict[str, str]) -> int:
        """Send a form of the page seen last; return the status, 0 where the server died under it."""
        body = urllib.parse.urlencode({**fields, "csrf_token": self._token}).encode()
        try:
            with self._opener.open(urllib.request.Request(self._base + path, body), timeout=300) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except (urllib.error.URLError, OSError):
            return 0
