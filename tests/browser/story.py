"""The whole flow as one story: where it happens, in which language, and who is met."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Browser

from tests.browser.live import Live
from tests.browser.people import Person, Words
from tests.cast import PASSWORD


@dataclass
class Story:
    """Where it happens, in which language, and what went wrong on any page."""

    live: Live
    browser: Browser
    words: Words
    troubles: list[str] = field(default_factory=list)
    figures: dict[str, str] = field(default_factory=dict)

    def meet(self, email: str) -> Person:
        """Return somebody who has signed in at a browser of their own."""
        person = Person(self.browser, self.live.address, self.words, self.troubles)
        return person.signs_in(email, PASSWORD)

    def name(self, brand: str) -> str:
        """Return a brand's name as this language has it."""
        return self.words.either(*{"alder": ("Alder Coffee", "桤木咖啡"), "birch": ("Birch Dairy", "白桦乳业")}[brand])

    def club(self, brand: str) -> str:
        """Return a community's name as this language has it."""
        return self.words.either(f"{self.name(brand)} club", f"{self.name(brand)}会员")
