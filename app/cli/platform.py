"""The platform as a brand's own command line reaches it: the JSON API over the standard library, nothing installed.

Only encrypted, except on this very machine; a redirect is refused, because it would take the token elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from partners.errors import Invalid, TandemError

_SECONDS = 120
"""How long the platform may stay silent."""

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


class NotEncrypted(Invalid):
    """{url} is not reached encrypted. Write https://…"""


class PlatformRefused(Invalid):
    """The platform refused it ({status}): {detail}"""


class PlatformSilent(TandemError):
    """The platform at {url} does not answer: {reason}"""

    is_passing = True


@dataclass(frozen=True, slots=True)
class Count:
    """A blind count as the API tells it; ``members`` is None before the own brand joined, keys are in hex or empty."""

    id: str
    partnership: str
    turn: str
    members: int | None
    partner: str
    points: int
    own_key: str
    partners_key: str
    refusal: str

    @property
    def is_over(self) -> bool:
        """Whether it is done or stopped."""
        return self.turn in ("blind_done", "blind_stopped")


class Platform:
    """One brand's way to the platform."""

    def __init__(self, url: str, token: str) -> None:
        """Take the address of the platform and an API token; raises NotEncrypted."""
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _HERE):
            raise NotEncrypted(url=url)
        self._url, self._token = url.rstrip("/"), token
        self._opener = build_opener(_NoRedirect)

    def counts(self) -> list[Count]:
        """Return the blind counts of the brand, the newest first."""
        found: list[Count] = []
        after = ""
        while True:
            page = json.loads(self._ask("GET", f"/blind-counts?{urlencode({'limit': 200, 'after': after})}"))
            found += [_count(each) for each in page["items"]]
            after = page["next"] or ""
            if not after:
                return found

    def count(self, count_id: str) -> Count:
        """Return one blind count."""
        return _count(json.loads(self._ask("GET", f"/blind-counts/{quote(count_id, safe='')}")))

    def join(self, count_id: str, audience_id: str) -> Count:
        """Join a count with a list of the brand."""
        query = urlencode({"audience_id": audience_id})
        return _count(json.loads(self._ask("POST", f"/blind-counts/{quote(count_id, safe='')}/join?{query}")))

    def points(self, count_id: str) -> bytes:
        """Return the partner's list, once-blinded and sealed."""
        return self._ask("GET", f"/blind-counts/{quote(count_id, safe='')}/points")

    def send(self, count_id: str, step: str, points: bytes) -> Count:
        """Send points; ``step`` is once or twice."""
        return _count(json.loads(self._ask("PUT", f"/blind-counts/{quote(count_id, safe='')}/{step}", points)))

    def _ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/octet-stream"
        asked = Request(f"{self._url}/api/v1{path}", body, headers, method=method)  # noqa: S310 (http and https only)
        try:
            with self._opener.open(asked, timeout=_SECONDS) as answer:
                return bytes(answer.read())
        except HTTPError as error:
            with error:
                raise PlatformRefused(status=error.code, detail=_detail(error)) from None
        except (URLError, HTTPException, OSError) as error:
            raise PlatformSilent(url=self._url, reason=getattr(error, "reason", error)) from None


class _NoRedirect(HTTPRedirectHandler):
    """Leaves a redirect as the error that it is here."""

    def redirect_request(
        self, _req: Request, _fp: IO[bytes], _code: int, _msg: str, _headers: Any, _newurl: str
    ) -> None:
        """Follow nothing."""


def _detail(error: HTTPError) -> str:
    """Return the sentence of a problem document, or what the status is called."""
    try:
        told = json.loads(error.read(1 << 16))
        return str(told["detail"])
    except (ValueError, KeyError, TypeError):
        return str(error.reason)


def _count(told: Mapping[str, Any]) -> Count:
    own, other = told["own"], told["other"]
    return Count(
        told["id"], told["partnership"], told["turn"], told["members"], other["partner"]["name"] if other else "",
        other["points"] if other else 0, own["public_key"] if own else "", other["public_key"] if other else "",
        told["refusal"],
    )  # fmt: skip
