"""Every page of the sample world as three people meet it: in both languages, light and dark, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser

from app import create_app
from partners import sample
from tests.browser.live import Clock, Live, running
from tests.browser.people import BUTTONS, Person, Words, picture
from tests.sample_world import LOADED_AT, SampleWorld

pytestmark = pytest.mark.browser

ROLES = ("manager", "finance", "admin")
SIZES = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
VARIANTS = tuple(product(("en", "zh"), ("light", "dark"), SIZES))
READING, OTHER = ("en", "light", "desk"), ("zh", "dark", "phone")
"""Every page is visited in these two; the chosen ones in all eight."""

CHOSEN = ("/", "/network", "/campaigns/<id>", "/audiences/overlap/<id>", "/revenue/periods/<id>",
          "/revenue/statements/<id>")  # fmt: skip
FOUND_FROM = (
    "/", "/partners", "/communities", "/audiences", "/audiences/overlap", "/campaigns", "/campaigns/propose",
    "/referrals", "/revenue", "/revenue/statements", "/admin",
)  # fmt: skip
"""Pages whose links are followed, one to each kind of page."""

NOT_PAGES = (".pdf", ".csv", ".json", "/pdf/", "/static/", "/health", "/session/sign-in")
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def live(sample_world: SampleWorld, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The sample world, served. Its documents are not made: pages show them as still to come."""
    world = sample_world.copied(tmp_path_factory.mktemp("pages") / "var")
    with running(world.settings(), Clock(LOADED_AT), with_worker=False) as served:
        yield served


@pytest.fixture(scope="module")
def plain_pages(tmp_path_factory: pytest.TempPathFactory, sample_world: SampleWorld) -> list[str]:
    """The address of every page that needs no id."""
    app: Flask = create_app(sample_world.settings())
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
    app.extensions["tandem"].engine.dispose()
    return sorted(rule.rule for rule in rules if not any(part in rule.rule for part in NOT_PAGES))
