"""Every page of the sample world as three people meet it: in both languages, light and dark, on desk and phone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from app import create_app
from partners import sample
from tests.browser.crawl import pages
from tests.browser.live import Clock, Live, running
from tests.browser.people import Person, Words, picture
from tests.sample_world import LOADED_AT, SampleWorld
from tests.signed_in import signed_in_client

pytestmark = pytest.mark.browser

ROLES = ("manager", "finance", "admin")
SIZES = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
VARIANTS = tuple(product(("en", "zh"), ("light", "dark"), SIZES))
PLAIN, OPPOSITE = ("en", "light", "desk"), ("zh", "dark", "phone")
"""Every page is visited in these two variants, the chosen ones in all eight."""

CHOSEN = ("/", "/network", "/campaigns/<id>", "/audiences/overlap/<id>", "/revenue/periods/<id>",
          "/revenue/statements/<id>")  # fmt: skip

SERIOUS = ("serious", "critical")

CHANGING = ("/", "/revenue/periods/<id>", "/revenue/periods/<id>-<month>", "/referrals")
"""Pages on which finance does other things than a manager."""

Variant = tuple[str, str, str]


@dataclass
class World:
    """The sample world, served; and role -> kind of page -> address."""

    live: Live
    pages: dict[str, dict[str, str]]

    def own_pages(self, role: str) -> dict[str, str]:
        """Return the pages of a role; of others than managers those that differ from a manager's."""
        seen = set() if role == ROLES[0] else set(self.pages[ROLES[0]]) - set(CHANGING)
        return {kind: address for kind, address in self.pages[role].items() if kind not in seen}


@pytest.fixture(scope="module")
def world(
    sample_world: SampleWorld, catalogue: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:  # fmt: skip
    """The sample world. Its documents are not made: pages say that they are still to come."""
    copied = sample_world.copied(tmp_path_factory.mktemp("pages") / "var")
    clock = Clock(LOADED_AT)
    app = create_app(copied.settings(), clock)
    people = {role: copied.actor(f"{role}@morgenrot.example") for role in ROLES}
    found = {role: pages(app, signed_in_client(app.test_client(), people[role]), role) for role in ROLES}
    app.extensions["tandem"].engine.dispose()
    with running(copied.settings(), clock, with_worker=False) as live:
        yield World(live, found)


@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_whole_and_open_to_everybody(world: World, chromium: Browser, role: str) -> None:
    own = world.own_pages(role)
    with _at_a_browser(world, chromium, role, PLAIN) as person:
        for kind, address in world.pages[role].items():
            _check(person, address, PLAIN)
            if kind in own:
                _check_open_to_everybody(person)
                picture(person.page, _name(kind, role, PLAIN))


@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_whole_in_chinese_dark_and_small(world: World, chromium: Browser, role: str) -> None:
    with _at_a_browser(world, chromium, role, OPPOSITE) as person:
        for kind, address in world.own_pages(role).items():
            _check(person, address, OPPOSITE)
            picture(person.page, _name(kind, role, OPPOSITE))


@pytest.mark.parametrize("variant", [each for each in VARIANTS if each not in (PLAIN, OPPOSITE)], ids="-".join)
def test_chosen_pages_are_whole_in_every_variant(world: World, chromium: Browser, variant: Variant) -> None:
    with _at_a_browser(world, chromium, "manager", variant) as person:
        for kind in CHOSEN:
            _check(person, world.pages["manager"][kind], variant)
            picture(person.page, _name(kind, "manager", variant))


@contextmanager
def _at_a_browser(world: World, chromium: Browser, role: str, variant: Variant) -> Iterator[Person]:
    language, scheme, size = variant
    troubles: list[str] = []
    screen: dict[str, Any] = {"viewport": SIZES[size], "color_scheme": scheme}
    person = Person(chromium, world.live.address, Words(language), troubles, **screen)
    try:
        yield person.signs_in(f"{role}@morgenrot.example", sample.PASSWORD)
    finally:
        person.leaves()
    assert not troubles, "\n".join(sorted(set(troubles))[:20])


def _check(person: Person, address: str, variant: Variant) -> None:
    person.opens(address)
    width = person.page.evaluate("document.documentElement.scrollWidth")
    assert width <= SIZES[variant[2]]["width"], f"{address} is {width} pixels wide"
    assert person.page.locator("h1").count() == 1, address
    lang = person.page.locator("html").get_attribute("lang") or ""
    assert lang.startswith(variant[0]), address


def _check_open_to_everybody(person: Person) -> None:
    found = Axe().run(person.page).response["violations"]
    grave = {each["id"]: [node["html"] for node in each["nodes"]][:3] for each in found if each["impact"] in SERIOUS}
    assert not grave, f"{person.page.url}: {grave}"


def _name(kind: str, role: str, variant: Variant) -> str:
    words = (
        kind.strip("/").replace("<id>", "one").replace("<month>", "month").replace("?", "-with-").replace("/", "-")
        or "home"
    )
    return "-".join(("page", words, role, *variant))
