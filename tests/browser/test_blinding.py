"""Keys and tokens made in a real browser: the same as at home, and nothing that should stay is in any request."""

from __future__ import annotations

import random
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from partners.audiences.blinding import tokens
from partners.audiences.blinding.members import COLUMN_NAMES, blind_list, write_tokens
from partners.audiences.blinding.tokens import Rejection, normalised
from partners.audiences.keys.sealed import (
    BrandKeyPair,
    key_name,
    make_brand_key,
    open_key,
    public_name,
    read_brand_key,
    write_brand_key,
)
from partners.audiences.keys.services import publish_brand_key
from partners.database import writing
from tests.browser.land import KEY, Land, open_land
from tests.browser.people import Person, Words
from tests.cast import PASSWORD
from tests.conftest import NOW

pytestmark = pytest.mark.browser

SIGNS = (
    *"abzABZ019-._+@ \t\"'()<>,;:\\[]%/?#\x1c\x85\xa0ßſΣσİıäöüéＡ１＠．。｡例え中文",
    *"שלוםعربي٠۰·׳・ー\u200c\u200d\u00ad\u2060\ufeffक्ष\u0301☃🙂ﬃ①",
    "xn--", "gmail.com", "GoogleMail.com", "xn--bcher-kva", "xn--ls8h", "info", "news+", "ab--c", "münchen.de",
)  # fmt: skip
HOSTS = ("", ".com", ".example", ".中国", ".xn--fiqs8s")
NO_COLUMN = "The first line names neither columns of tokens nor exactly one column email. The file stays here."
NO_TEXT = "The file is no text that can be read here. Save it as CSV in UTF-8 or GB18030. It stays here."
LIST = (
    "Name;E-Mail;Segment\r\n"
    "Ana; Ana.Garcia+promo@Gmail.com ;gold\r\nAna again;anagarcia@googlemail.com;silver\r\n"
    "Bücher;ANA@Bücher.example;silver\r\n\"Ben; the second\";ben@secret-shop.example;\r\n"
    "None;;gold\r\nOffice;info@secret-shop.example;gold\r\nBad;no address here;gold\r\n=cmd();also bad;gold\r\n"
)  # fmt: skip
SECRETS = ("garcia", "bücher", "b%c3%bccher", "xn--bcher-kva", "secret-shop", "no address here")


@pytest.fixture
def land(sqlite_template: Path, tmp_path: Path) -> Iterator[Land]:
    """An installation with the cast, reached through the wire only."""
    with open_land(sqlite_template, tmp_path / "var") as opened:
        yield opened


@pytest.fixture
def troubles() -> Iterator[list[str]]:
    """What no page may do, collected while the test runs."""
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
def manager(land: Land, chromium: Browser, troubles: list[str]) -> Iterator[Person]:
    """Alder's manager."""
    person = Person(chromium, land.live.place.settings.base_url, Words("en"), troubles)
    yield person.signs_in("manager@alder.example", PASSWORD)
    person.leaves()


@pytest.fixture
def partner(land: Land, chromium: Browser, troubles: list[str]) -> Iterator[Person]:
    """Birch's manager."""
    person = Person(chromium, land.live.place.settings.base_url, Words("en"), troubles)
    yield person.signs_in("manager@birch.example", PASSWORD)
    person.leaves()


def test_keys_are_made_in_the_page_and_open_at_home(land: Land, manager: Person, partner: Person) -> None:
    pairs = {"alder": _made_key(manager, "Alder Coffee"), "birch": _made_key(partner, "Birch Dairy")}
    manager.page.goto("/audiences/keys")
    manager.sees(public_name(pairs["birch"].public))

    manager.clicks("Make a key for this partnership")
    expect(manager.main.get_by_text("in use")).to_be_visible()

    keys = {open_key(pairs[brand.partner.code], land.copy_of(brand)) for brand in (land.cast.alder, land.cast.birch)}
    assert len(keys) == 1
    made = keys.pop()
    manager.sees(key_name(made))
    assert pairs["alder"].public.hex().encode() in land.wire.sent
    for secret in (made, *(pair.private for pair in pairs.values())):
        assert not [spelt for spelt in _spellings(secret) if spelt in land.wire.sent]


def test_a_partner_with_another_public_key_gets_a_copy_anew(land: Land, manager: Person) -> None:
    pairs, another = land.pairs, make_brand_key()
    with writing(land.live.place.engine) as session:
        publish_brand_key(session, land.cast.birch.manager, another.public, NOW)
        session.commit()
    manager.page.goto("/audiences/keys")

    manager.clicks("Seal the key anew")
    manager.sees("Choose the key file of your brand.")
    _choose_key(manager.page, pairs["birch"])
    manager.clicks("Seal the key anew")
    manager.sees("Your copy does not open with this key file. Ask the partner to seal it anew.")
    _choose_key(manager.page, pairs["alder"])
    manager.clicks("Seal the key anew")

    manager.sees("The copies are sealed anew.")
    assert open_key(another, land.copy_of(land.cast.birch)) == KEY


def test_a_list_of_addresses_leaves_the_page_as_tokens_only(land: Land, manager: Person) -> None:
    pairs = land.pairs
    manager.page.goto("/audiences/register")

    _choose(manager.page, LIST.encode())
    manager.sees("members.csv is a list of e-mails. It has been taken out of the form and is read in this page only.")
    assert _in_form(manager.page) == ""
    _choose_key(manager.page, pairs["alder"])
    manager.clicks("Make tokens")

    manager.sees("The tokens are made and take the place of the list in this form. The addresses stay here.")
    assert _in_form(manager.page) == _at_home(LIST.encode())
    assert manager.main.locator("[data-blind-numbers] dd").all_inner_texts() == ["3", "1", "2", "1", "1"]
    dropped = manager.downloads("Download the dropped rows").decode("utf-8-sig").splitlines()
    assert (dropped[0], dropped[-1]) == (
        "Name,E-Mail,Segment,row_no,column,reason", "'=cmd(),also bad,gold,9,E-Mail,not_an_email",
    )  # fmt: skip
    _fill_in_the_rest(manager)
    manager.clicks("Look at it first")
    expect(manager.page).to_have_url(re.compile(r"/audiences/[0-9a-z]{16}$"))
    assert _at_home(LIST.encode()).encode() in land.wire.sent
    for secret in (*(word.encode() for word in SECRETS), *_spellings(pairs["alder"].private), *_spellings(KEY)):
        assert secret not in land.wire.sent.lower()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"name,city\nana,x\n", NO_COLUMN),
        (b"ana@secret-shop.example\n", NO_COLUMN),
        (b"token_aa1916ecd637,email\n1,ana@secret-shop.example\n", NO_COLUMN),
        ("email\nana@x.com\n".encode("utf-16"), NO_TEXT),
    ],
    ids=["no column", "no header", "tokens and addresses", "UTF-16"],
)
def test_what_is_no_file_of_tokens_leaves_the_form(land: Land, manager: Person, content: bytes, said: str) -> None:
    assert land.pairs
    manager.page.goto("/audiences/register")

    _choose(manager.page, content)

    manager.sees(said)
    assert _in_form(manager.page) == ""


def test_tokens_are_made_only_once_the_keys_are_there(land: Land, manager: Person) -> None:
    assert land.pairs
    manager.page.goto("/audiences/register")
    held: list[Route] = []
    manager.page.route("**/audiences/keys/sealed*", lambda route: held.append(route))
    start = manager.main.get_by_role("button", name="Make tokens")

    with manager.page.expect_request("**/audiences/keys/sealed*"):
        _choose(manager.page, LIST.encode())
    expect(start).to_be_disabled()
    held[0].continue_()

    expect(start).to_be_enabled()
    expect(manager.main.locator("[data-blind-keys] input")).to_have_count(1)


def test_a_list_that_was_not_blinded_cannot_be_sent(land: Land, manager: Person) -> None:
    assert land.pairs
    manager.page.goto("/audiences/register")
    _choose(manager.page, LIST.encode("gb18030"))

    manager.clicks("Look at it first")

    manager.sees("This list cannot be sent as it is. Make tokens of it first.")


def test_a_file_of_tokens_stays_in_the_form(land: Land, manager: Person) -> None:
    assert land.pairs
    manager.page.goto("/audiences/register")

    _choose(manager.page, _at_home(LIST.encode()).encode())

    manager.page.wait_for_function("document.querySelector('form[data-blind]').elements.file.files.length === 1")
    assert _in_form(manager.page) == _at_home(LIST.encode())


def test_addresses_are_normalised_as_at_home(land: Land, manager: Person) -> None:
    chance = random.Random(1)
    tried = [f"{_some(chance, 8)}@{_some(chance, 6)}{chance.choice(HOSTS)}" for _ in range(5_000)]
    tried += [f"{name}{rest}@x.com" for name in tokens._ROLES for rest in ("", "+list", ".list")]
    manager.page.goto("/audiences/keys")

    found = manager.page.evaluate(
        """async (tried) => {
          const { normalised } = await import("/static/js/address.js");
          return tried.map(normalised).map(({ address, reason }) => address ?? reason);
        }""",
        tried,
    )

    expected = [one.value if isinstance(one, Rejection) else one for one in map(normalised, tried)]
    assert [pair for pair in zip(tried, found, expected, strict=True) if pair[1] != pair[2]] == []
    assert len(set(expected)) > 100


def test_columns_have_the_same_other_names_as_at_home(land: Land, manager: Person) -> None:
    manager.page.goto("/audiences/keys")

    found = manager.page.evaluate(
        """async (names) => {
          const { kindOf } = await import("/static/js/blinding.js");
          return names.filter((name) => kindOf(new TextEncoder().encode(`x;${name}\n`)) === "emails");
        }""",
        [*COLUMN_NAMES, "email", "E-Mail", "name"],
    )

    assert found == [*(name for name, column in COLUMN_NAMES.items() if column == "email"), "email", "E-Mail"]


def test_a_large_list_is_blinded_in_the_page(land: Land, manager: Person) -> None:
    pairs = land.pairs
    members = b"email\n" + b"".join(b"Member.%d@shop%d.example\n" % (n, n % 50) for n in range(20_000))
    manager.page.goto("/audiences/register")

    _choose(manager.page, members)
    _choose_key(manager.page, pairs["alder"])
    manager.clicks("Make tokens")
    manager.sees("The tokens are made and take the place of the list in this form. The addresses stay here.")

    assert _in_form(manager.page) == _at_home(members)


def _made_key(person: Person, brand: str) -> BrandKeyPair:
    """Make a brand's key pair in the page, publish its public half, and return what was saved."""
    person.page.goto("/audiences/keys")
    text = person.downloads("Make our brand key").decode()
    person.clicks("Publish the public key")
    person.sees("Your public key is published. Keep the key file: without it nobody opens what is sealed for you.")
    pair = read_brand_key(text)
    assert text == write_brand_key(pair, brand)
    person.sees(public_name(pair.public))
    return pair


def _at_home(members: bytes) -> str:
    """Return the tokens that the command line makes of a list."""
    out = BytesIO()
    segment = "segment" if b"Segment" in members else None
    write_tokens(blind_list(BytesIO(members), [(key_name(KEY), KEY)], segment=segment), out)
    return out.getvalue().decode()


def _some(chance: random.Random, most: int) -> str:
    return "".join(chance.choices(SIGNS, k=chance.randint(0, most)))


def _choose(page: Page, content: bytes) -> None:
    file: Any = {"name": "members.csv", "mimeType": "text/csv", "buffer": content}
    page.locator("form[data-blind] input[name=file]").set_input_files(file)


def _choose_key(page: Page, pair: BrandKeyPair) -> None:
    file: Any = {"name": "brand.key", "mimeType": "", "buffer": write_brand_key(pair, "x").encode()}
    page.locator("[data-brand-key]").set_input_files(file)


def _in_form(page: Page) -> str:
    """Return the text of the file that the form would send; empty where there is none."""
    return str(page.evaluate("document.querySelector('form[data-blind]').elements.file.files[0]?.text() ?? ''"))


def _fill_in_the_rest(person: Person) -> None:
    person.fills("Purpose", "joint campaigns")
    person.fills("Version of the text they agreed to", "2")
    person.fills("Collected from", "2025-01-01")


def _spellings(secret: bytes) -> tuple[bytes, ...]:
    """Return a key as it is, in hex and in both kinds of base64."""
    return (secret, secret.hex().encode(), b64encode(secret)[:42], urlsafe_b64encode(secret)[:42])
