"""What guards every request: sign-in by default, forged and foreign requests, headers, errors."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.security import local_path
from config import Settings
from partners.directory.policy import Actor
from partners.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.cast import PASSWORD, Cast
from tests.conftest import NOW

ClientFor = Callable[[Actor], FlaskClient]
PUBLIC = {"static", "health", "session.sign_in", "session.sign_out", "session.change_language"}
TEMPLATES = Path(__file__).parent.parent.parent / "templates"


@pytest.fixture
def secure_app(settings: Settings) -> Iterator[Flask]:
    """The application behind https."""
    made = create_app(dataclasses.replace(settings, base_url="https://tandem.example"))
    yield made
    made.extensions["tandem"].engine.dispose()


def test_every_page_asks_for_sign_in_unless_marked(guarded_app: Flask, world: Cast) -> None:
    client = guarded_app.test_client()

    for rule in guarded_app.url_map.iter_rules():
        if rule.endpoint in PUBLIC or getattr(guarded_app.view_functions[rule.endpoint], "is_public", False):
            continue
        path = re.sub(r"<(?:int:)?[^>]*>", "1", rule.rule)
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        answer = client.open(path, method=method)
        assert answer.status_code == 303, rule
        assert answer.location.startswith("/session/sign-in"), rule


def test_form_without_token_is_refused(guarded_app: Flask, world: Cast) -> None:
    answer = guarded_app.test_client().post(
        "/session/sign-in", data={"email": "manager@alder.example", "password": PASSWORD}
    )

    assert answer.status_code == 400
    assert "could not be read" in answer.text


def test_form_with_token_is_accepted(guarded_app: Flask, world: Cast) -> None:
    client = guarded_app.test_client()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/session/sign-in").text)
    assert token is not None

    answer = client.post(
        "/session/sign-in", data={"email": "manager@alder.example", "password": PASSWORD, "csrf_token": token[1]}
    )

    assert answer.status_code == 303


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example"])
def test_request_from_a_foreign_page_is_refused(app: Flask, world: Cast, client_for: ClientFor, origin: str) -> None:
    client = client_for(world.alder.manager)

    answer = client.post("/session/sign-out", headers={"Origin": origin})

    assert answer.status_code == 403
    assert client.get("/jobs/abc").status_code == 404


def test_request_from_our_own_page_is_accepted(world: Cast, client_for: ClientFor) -> None:
    answer = client_for(world.alder.manager).post("/session/sign-out", headers={"Origin": "http://localhost"})

    assert answer.status_code == 303


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\\\\evil",
        "/a\n/b",
        "",
        None,
    ],
)
def test_target_that_leads_away_is_dropped(target: str | None) -> None:
    assert local_path(target) is None


def test_target_on_this_site_is_kept() -> None:
    assert local_path("/partners?q=a&page=2") == "/partners?q=a&page=2"


def test_sign_in_never_leads_away(app: Flask, world: Cast) -> None:
    answer = app.test_client().post(
        "/session/sign-in",
        data={"email": "manager@alder.example", "password": PASSWORD, "next": "//evil.example/x"},
    )

    assert answer.location == "/"


def test_pages_carry_strict_headers_and_are_not_kept(app: Flask, world: Cast, client_for: ClientFor) -> None:
    headers = client_for(world.alder.manager).get("/jobs/abc").headers

    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


def test_cookie_is_closed_to_scripts_and_other_sites(app: Flask, world: Cast) -> None:
    answer = app.test_client().get("/session/sign-in")

    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "SameSite=Lax" in answer.headers["Set-Cookie"]


def test_behind_https_the_cookie_is_secure_and_https_is_pinned(secure_app: Flask) -> None:
    answer = secure_app.test_client().get("/session/sign-in", base_url="https://tandem.example")

    assert answer.headers["Set-Cookie"].startswith("__Host-tandem=")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "max-age=63072000" in answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize(("base_url", "name"), [("http://localhost", "tandem-device"),
                                                ("https://localhost", "__Host-tandem-device")])  # fmt: skip
def test_the_cookie_of_a_known_device_is_closed_too(
    settings: Settings, world: Cast, base_url: str, name: str
) -> None:
    made = create_app(dataclasses.replace(settings, base_url=base_url), lambda: NOW)
    made.config["WTF_CSRF_ENABLED"] = False

    data = {"email": "manager@alder.example", "password": PASSWORD}
    answer = made.test_client().post("/session/sign-in", data=data, base_url=base_url)

    (cookie,) = [each for each in answer.headers.getlist("Set-Cookie") if each.startswith(f"{name}=")]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert ("Secure" in cookie.split("; ")) is base_url.startswith("https")
    assert "Domain" not in cookie
    made.extensions["tandem"].engine.dispose()


def test_versioned_files_are_kept_for_good(app: Flask) -> None:
    def kept(path: str) -> str:
        with app.test_client().get(path) as answer:
            return answer.headers["Cache-Control"]

    assert "immutable" in kept("/static/css/base.css?v=1")
    assert "immutable" in kept("/static/vendor/htmx-2.0.11/htmx.min.js")
    assert kept("/static/css/base.css") == "no-cache"


@pytest.mark.parametrize(("family", "status"), [(Invalid, 422), (NotFound, 404), (NotAllowed, 403), (Conflict, 409)])
def test_each_family_of_errors_has_its_status(
    app: Flask, world: Cast, client_for: ClientFor, family: type[Exception], status: int
) -> None:
    class RuleBroken(family):  # type: ignore[misc, valid-type]
        """The rule about {thing} was broken."""

    def break_rule() -> str:
        raise RuleBroken(thing="<b>bees</b>")

    app.add_url_rule("/break", "break", break_rule)
    answer = client_for(world.alder.manager).get("/break")

    assert answer.status_code == status
    assert "The rule about &lt;b&gt;bees&lt;/b&gt; was broken." in answer.text


def test_fault_of_ours_shows_nothing_of_its_cause(app: Flask, world: Cast, client_for: ClientFor) -> None:
    app.testing = False
    app.add_url_rule("/fault", "fault", lambda: str(1 // 0))

    answer = client_for(world.alder.manager).get("/fault")

    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "division" not in answer.text


def test_htmx_gets_a_fragment_of_an_error(world: Cast, client_for: ClientFor) -> None:
    answer = client_for(world.alder.manager).get("/jobs/abc", headers={"HX-Request": "true"})

    assert answer.status_code == 404
    assert "<html" not in answer.text


def test_upload_that_is_too_large_is_refused(world: Cast, client_for: ClientFor) -> None:
    answer = client_for(world.alder.manager).post("/session/seat", data={"seat_id": "x" * 2_000_000})

    assert answer.status_code == 413


def test_session_that_ended_sends_htmx_to_sign_in(app: Flask, world: Cast) -> None:
    answer = app.test_client().get("/jobs/abc", headers={"HX-Request": "true"})

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/session/sign-in")


def test_health_needs_no_sign_in(app: Flask) -> None:
    answer = app.test_client().get("/health")

    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_no_template_carries_style_or_script_of_its_own() -> None:
    for path in TEMPLATES.rglob("*.html"):
        if "reports" in path.parts or "email" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", text), path
