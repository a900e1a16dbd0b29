"""Coming in by clicking: a brand registers and waits (phone, Chinese), a colleague is invited (desk, English)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, expect

from config import Settings
from partners.database import writing
from tests.app.conftest import PASSWORD_DIGEST
from tests.browser.live import Clock, Live, running
from tests.browser.people import BUTTONS, Person, Words
from tests.cast import PASSWORD, build_cast
from tests.conftest import NOW

pytestmark = pytest.mark.browser

SECRET = "nine herbs at dusk"
TROUBLES: list[str] = []
"""What went wrong on any page of this module."""

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def live(catalogue: None, sqlite_template: Path, tmp_path: Path) -> Iterator[Live]:
    """The cast, served, its mails put into a folder."""
    var = tmp_path / "var"
    var.mkdir()
    shutil.copy(sqlite_template, var / "tandem.db")
    settings = Settings(
        var=var, database_url=f"sqlite:///{var / 'tandem.db'}", secret_key="k" * 32, token_key=b"t" * 32,
        seal_key=b"s" * 32, base_url="http://localhost", port=8000, upload_mb=1,
    )  # fmt: skip
    with running(settings, Clock(NOW)) as found:
        with writing(found.place.engine) as session:
            build_cast(session, NOW, PASSWORD_DIGEST)
            session.commit()
        yield found


def test_a_brand_registers_sets_up_its_second_factor_and_waits(live: Live, chromium: Browser) -> None:
    person = _stranger(live, chromium, "zh", PHONE)

    person.clicks("Register your brand")
    _fill_in_the_brand(person)
    person.picture("join-01-register")
    person.clicks("Register the brand")
    person.sees("Look into your mailbox")
    person.opens(_link_to(live, "dora@dogwood.example"))
    _choose_password(person)
    person.picture("join-02-first-admin")
    person.clicks("Accept the seat")
    _set_up_codes(person)

    person.goes_to("Home")
    person.sees("Your brand waits for approval.")
    person.picture("join-03-waiting")
    _leaves_whole(person, 390)


def test_a_colleague_is_invited_and_accepts(live: Live, chromium: Browser) -> None:
    admin = _stranger(live, chromium, "en", DESK).signs_in("admin@alder.example", PASSWORD)
    admin.opens("/admin")
    for label, value in (("E-mail", "nora@alder.example"), ("Name", "Nora")):
        admin.fills(label, value)
    admin.chooses("Role", "viewer")
    admin.clicks("Send the invitation")
    expect(admin.main.locator(".digest__whole")).to_contain_text("/session/invitation/")
    admin.picture("join-04-invited")

    nora = _stranger(live, chromium, "en", DESK)
    nora.opens(_link_to(live, "nora@alder.example"))
    _choose_password(nora)
    nora.clicks("Accept the seat")
    expect(nora.page.locator(".nav__seat")).to_contain_text("Alder Coffee")

    admin.opens("/admin")
    admin.follows("Nora")
    admin.picture("join-05-seat")
    _leaves_whole(nora, 1280)
    _leaves_whole(admin, 1280)


def _stranger(live: Live, chromium: Browser, language: str, screen: dict[str, Any]) -> Person:
    person = Person(chromium, live.address, Words(language), TROUBLES, **screen)
    person.opens("/session/sign-in")
    person.page.get_by_role("button", name=BUTTONS[language], exact=True).click()
    return person


def _fill_in_the_brand(person: Person) -> None:
    for label, value in (("Name of the brand", "Dogwood Tea"), ("Industry", "tea"), ("Your name", "Dora"),
                         ("Your e-mail at work", "dora@dogwood.example")):  # fmt: skip
        person.main.get_by_label(person.words(label)).first.fill(value)
    person.chooses("Country", "DE")


def _choose_password(person: Person) -> None:
    for label in ("New password", "New password again"):
        person.fills(label, SECRET)


def _set_up_codes(person: Person) -> None:
    person.clicks("Switch on")
    key = person.main.locator("code.digest__whole").first.inner_text().replace(" ", "")
    person.main.locator("input[name=code]").fill(pyotp.TOTP(key).at(NOW))
    person.clicks("Switch on")


def _link_to(live: Live, email: str) -> str:
    """Wait for the mail to this address and return the path of its link."""
    live.rest()
    for file in (live.place.settings.var / "mail").glob("*.eml"):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        if email in mail["To"]:
            found = re.search(r"http://localhost(/\S+)", mail.get_content())
            assert found
            return found[1]
    raise AssertionError(f"no mail to {email}")


def _leaves_whole(person: Person, width: int) -> None:
    assert person.page.evaluate("document.documentElement.scrollWidth") <= width
    person.leaves()
    assert not TROUBLES, "\n".join(sorted(set(TROUBLES)))
