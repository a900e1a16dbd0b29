"""People at their browsers: they sign in, click and fill in by the words that they read, in their language."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from babel.support import NullTranslations, Translations
from playwright.sync_api import Browser, Locator, Page, expect

from app.labels import LABELS

TESTS = Path(__file__).parent.parent
PICTURES = TESTS / "pictures"
TRANSLATIONS = TESTS.parent / "app" / "translations"
PATIENCE = 120_000
"""Milliseconds after which somebody gives up waiting; long, because a busy machine is no fault of a page."""
BUTTONS = {"en": "English", "zh": "中文"}

_LEFT_IN_ENGLISH = re.compile(
    r"\b(Accept|Approve|Campaign|Close|Communit|Download|Goal|Invite|Overlap|Partner|Pending|Preview|Propose|Register"
    r"|Revenue|Search|Send|Sign|Signature|Statement|Terms|Total|Waiting)(s|ed|ies|y)?\b"
)
"""Words of controls and headings that a Chinese page must not have."""


class Words:
    """The texts of the catalogue in one language, found by their English."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = Translations.load(TRANSLATIONS, ["zh"]) if language == "zh" else NullTranslations()
        assert language == "en" or isinstance(self._texts, Translations), "the catalogue is not compiled"

    def __call__(self, text: str, **values: Any) -> str:
        found = str(self._texts.ugettext(text))
        return found % values if values else found

    def label(self, value: str) -> str:
        """Return the word of an enumeration's value."""
        return self(LABELS[value]._args[0])

    def either(self, english: str, chinese: str) -> str:
        """Return the name that a thing has in this language."""
        return chinese if self.language == "zh" else english


class Person:
    """Somebody at a browser of their own. ``troubles`` collects what no page may do: errors, refused contents."""

    def __init__(self, browser: Browser, address: str, words: Words, troubles: list[str], **screen: Any) -> None:
        self.context = browser.new_context(base_url=address, locale="en-GB", **screen)
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        self.words = words
        self._troubles = troubles
        self.page.on("console", lambda said: self._note(said.text) if said.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self._note(str(error)))
        self.page.on("response", lambda one: self._note(f"{one.status} {one.url}") if one.status >= 400 else None)

    @property
    def main(self) -> Locator:
        """The part of the page that is about its subject."""
        return self.page.get_by_role("main")

    def signs_in(self, email: str, password: str) -> Person:
        """Choose the language, then sign in by the form."""
        self._credentials = (email, password)
        self.page.goto("/session/sign-in")
        self.page.get_by_role("button", name=BUTTONS[self.words.language], exact=True).click()
        self.fills("E-mail", email)
        self.fills("Password", password)
        self.clicks("Sign in")
        expect(self.page.locator(".nav__seat")).to_be_visible()
        return self

    def returns(self) -> None:
        """Come back to the same page after days, for which one signs in anew."""
        left_at = self.page.url
        self.signs_in(*self._credentials)
        self.page.goto(left_at)

    def opens(self, path: str) -> None:
        """Go to an address, as from a bookmark."""
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == 200, f"{path} answered {answer.status}"

    def goes_to(self, text: str) -> None:
        """Follow a word of the navigation."""
        self.page.locator(".nav__words").get_by_role("link", name=self.words(text), exact=True).click()

    def clicks(self, text: str, **values: Any) -> None:
        """Press the button or follow the link of this text; the first of several."""
        self.control(self.words(text, **values)).first.click()

    def follows(self, name: str) -> None:
        """Follow the link of a thing's own name."""
        self.main.get_by_role("link", name=name, exact=True).first.click()

    def control(self, name: str) -> Locator:
        """Return buttons, links and folded parts of this name in the main area."""
        button = self.main.get_by_role("button", name=name, exact=True)
        return button.or_(self.main.get_by_role("link", name=name, exact=True))

    def fills(self, label: str, value: str, **values: Any) -> None:
        """Write into the field of this label."""
        self.main.get_by_label(self.words(label, **values), exact=True).fill(value)

    def chooses(self, label: str, value: str) -> None:
        """Choose from the list of this label, by value."""
        self.main.get_by_label(self.words(label), exact=True).select_option(value)

    def ticks(self, name: str) -> None:
        """Tick the box of a thing's own name."""
        self.main.get_by_role("checkbox", name=name, exact=True).check()

    def attaches(self, name: str, content: bytes, label: str = "File") -> None:
        """Choose a file for the field of this label."""
        file: Any = {"name": name, "mimeType": "text/csv", "buffer": content}
        self.main.get_by_label(self.words(label), exact=True).set_input_files(file)

    def downloads(self, text: str) -> bytes:
        """Click what leads to a file, and return the file."""
        with self.page.expect_download() as waited:
            self.clicks(text)
        return Path(waited.value.path()).read_bytes()

    def figure(self, label: str, **values: Any) -> str:
        """Return one of the few numbers that a page is about, without its note."""
        name = self.page.get_by_text(self.words(label, **values), exact=True)
        item = self.main.locator(".figures__item").filter(has=name)
        shown = item.locator("dd")
        summary = shown.locator("summary")
        return (summary if summary.count() else shown).inner_text().strip()

    def sees(self, text: str, **values: Any) -> None:
        """Wait for a text of the page."""
        expect(self.main.get_by_text(self.words(text, **values)).first).to_be_visible()

    def waits_for_progress(self) -> None:
        """Watch the progress of background work until it has ended, then look at the page anew."""
        self.page.wait_for_load_state()
        expect(self.main.locator(".progress[hx-get]")).to_have_count(0)
        self.page.reload()

    def picture(self, name: str) -> None:
        """Save what the page looks like; a Chinese page has no English words of controls."""
        path = PICTURES / f"{name}-{self.words.language}.png"
        picture(self.page, path.stem)
        if self.words.language == "zh":
            left = _LEFT_IN_ENGLISH.findall(self.main.inner_text())
            assert not left, f"English on {self.page.url}: {left}"

    def leaves(self) -> None:
        """Close the browser window."""
        self.context.close()

    def _note(self, trouble: str) -> None:
        self._troubles.append(f"{self.page.url}: {trouble}")


def picture(page: Page, name: str) -> None:
    """Save the whole page as a picture."""
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
