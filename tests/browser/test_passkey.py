"""Passkeys with a real browser: Chromium's own authenticator makes them, signs in with them, and confirms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from partners.database import reading, writing
from partners.directory.accounts import factor_queries
from partners.directory.accounts.models import Passkey, SignIn
from partners.directory.models import Partner
from tests.browser.land import open_land
from tests.browser.live import Live
from tests.browser.people import Person, Words
from tests.cast import PASSWORD, Cast
from tests.conftest import NOW

pytestmark = pytest.mark.browser

EMAIL = "manager@alder.example"
LATER = (2026, 10, 5, 10)


@pytest.fixture
def land(sqlite_template: Path, tmp_path: Path) -> Iterator[tuple[Live, Cast]]:
    """The cast, served under a name, because browsers make no passkeys for a number."""
    with open_land(sqlite_template, tmp_path / "var") as opened:
        yield opened.live, opened.cast


@pytest.fixture
def troubles() -> Iterator[list[str]]:
    """What no page may do, collected while the test runs."""
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
def person(land: tuple[Live, Cast], chromium: Browser, troubles: list[str]) -> Iterator[Person]:
    """Alder's manager, signed in by password at a browser with a fingerprint reader."""
    found = Person(chromium, land[0].place.settings.base_url, Words("en"), troubles)
    _give_authenticator(found.page)
    yield found.signs_in(EMAIL, PASSWORD)
    found.leaves()


def test_a_passkey_is_made_signs_in_and_confirms(land: tuple[Live, Cast], person: Person) -> None:
    live, cast = land
    _make_passkey(person)
    expect(person.main.get_by_role("listitem")).to_have_count(10)
    person.clicks("I have kept them")

    _sign_out(person)
    person.clicks("Sign in with a passkey")
    expect(person.page.locator(".nav__seat")).to_be_visible()

    live.clock.move_to(*LATER)
    person.page.goto("/account/password?from=bookmark")
    person.clicks("Confirm with a passkey")
    person.sees("Present password")
    assert person.page.url.endswith("/account/password?from=bookmark")
    with reading(live.place.engine) as session:
        kept = factor_queries.own_factors(session, cast.alder.manager).passkeys[0]
        factors = {row.factor.value for row in session.query(SignIn)}
    assert (kept.name, kept.used_at, factors) == ("Work laptop", live.clock.now, {"password", "passkey"})


def test_after_the_password_the_passkey_is_the_second_factor(land: tuple[Live, Cast], person: Person) -> None:
    _make_passkey(person)
    _sign_out(person)

    person.fills("E-mail", EMAIL)
    person.fills("Password", PASSWORD)
    person.clicks("Sign in")
    person.sees("The password is right. Now show that it is you.")
    person.clicks("Sign in with a passkey")

    expect(person.page.locator(".nav__seat")).to_be_visible()


def test_a_copy_of_a_passkey_is_refused(land: tuple[Live, Cast], person: Person) -> None:
    _make_passkey(person)
    _sign_out(person)
    with writing(land[0].place.engine) as session:
        session.query(Passkey).one().sign_count = 1000  # the real one is ahead of this copy
        session.commit()

    person.clicks("Sign in with a passkey")

    person.sees("The passkey could not be checked. Try again, or use another way to sign in.")


def test_an_answer_is_taken_once(land: tuple[Live, Cast], person: Person) -> None:
    _make_passkey(person)
    _sign_out(person)
    cookies = []
    person.page.on("request", lambda sent: cookies.append(sent) if sent.url.endswith("/session/passkey") else None)
    person.clicks("Sign in with a passkey")
    expect(person.page.locator(".nav__seat")).to_be_visible()
    sent = cookies[0]
    held = sent.all_headers()["cookie"]

    again: Any = person.context.request.post(
        "/session/passkey", headers={"cookie": held, "content-type": sent.headers["content-type"]},
        data=sent.post_data, max_redirects=0,
    )  # fmt: skip

    assert again.headers["location"].startswith("/session/sign-in")


def test_a_passkey_of_another_user_confirms_nothing(land: tuple[Live, Cast], person: Person, chromium: Browser) -> None:
    _make_passkey(person)
    with writing(land[0].place.engine) as session:
        mine = session.query(Passkey).one()
        mine.user_id = land[1].birch.manager.user_id  # the browser's passkey is now known as somebody else's
        session.commit()
    _sign_out(person)

    person.clicks("Sign in with a passkey")

    person.sees("The passkey could not be checked. Try again, or use another way to sign in.")


def test_who_must_have_a_second_factor_sets_up_codes_by_hand(
    land: tuple[Live, Cast], chromium: Browser, troubles: list[str]
) -> None:
    live, cast = land
    with writing(live.place.engine) as session:
        session.get_one(Partner, cast.birch.partner.id).requires_second_factor = True
        session.commit()
    phone = {"width": 390, "height": 844}
    person = Person(chromium, live.place.settings.base_url, Words("en"), troubles, viewport=phone)
    person.signs_in("viewer@birch.example", PASSWORD)
    person.sees("Birch Dairy asks everybody for a second factor beside the password. Set up one of the two to go on.")

    person.clicks("Switch on")
    key = person.main.locator(".digest__whole").inner_text().replace(" ", "")
    person.fills("Code of your second factor", pyotp.TOTP(key).at(NOW))
    person.clicks("Switch on")
    person.clicks("I have kept them")

    assert person.page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(person.page).to_have_url(f"{live.place.settings.base_url}/")
    person.leaves()


def _make_passkey(person: Person) -> None:
    person.page.goto("/account/second-factor")
    person.fills("Name", "Work laptop")
    person.clicks("Add a passkey")
    expect(person.main.get_by_role("heading", level=1)).to_have_text("Recovery codes")


def _sign_out(person: Person) -> None:
    person.page.get_by_role("button", name="Sign out", exact=True).click()
    expect(person.page.get_by_role("heading", name="Sign in")).to_be_visible()


def _give_authenticator(page: Page) -> None:
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
