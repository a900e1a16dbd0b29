"""The first half of the whole flow: two brands become partners, make keys, register lists, look at their overlap."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser import sales
from tests.browser.people import Person
from tests.browser.story import Story

PARTNERSHIP = "Coffee and milk"


def become_partners(story: Story, alder: Person, birch: Person) -> None:
    """Let Alder invite Birch, and Birch accept."""
    alder.picture("flow-01-home-of-a-new-brand")
    alder.goes_to("Partners")
    alder.clicks("Invite partners")
    alder.fills("Name of the partnership", PARTNERSHIP)
    alder.ticks(story.name("birch"))
    alder.chooses("Time zone of its accounting months", "Europe/Berlin")
    alder.picture("flow-02-invite")
    alder.clicks("Send the invitation")
    expect(alder.main.get_by_role("heading", level=1)).to_have_text(PARTNERSHIP)

    birch.page.reload()
    birch.clicks("Accept or decline")
    birch.sees("Your answer is awaited.")
    birch.picture("flow-03-invited")
    birch.clicks("Accept")
    birch.control(story.words("Look at overlaps")).wait_for()


def make_keys(story: Story, alder: Person, birch: Person) -> dict[str, bytes]:
    """Let both publish their public keys, and one make the key; return the key files that they keep."""
    files = {}
    for brand, person in (("alder", alder), ("birch", birch)):
        person.goes_to("Audiences")
        person.clicks("Keys")
        files[brand] = person.downloads("Make our brand key")
        person.clicks("Publish the public key")
        person.sees("Your public key is published. Keep the key file: without it nobody opens what is sealed for you.")
    alder.page.reload()
    alder.picture("flow-04-keys")
    alder.clicks("Make a key for this partnership")
    alder.sees("in use")
    birch.page.reload()
    assert _key_name(alder) == _key_name(birch)
    return files


def register_members(story: Story, person: Person, brand: str, key_file: bytes) -> None:
    """Blind a list in the page, look at it, and register it."""
    person.goes_to("Audiences")
    person.clicks("Register an audience")
    person.attaches("members.csv", sales.members(brand))
    person.attaches("morning.key", key_file, "Key file of your brand")
    person.clicks("Make tokens")
    person.sees("The tokens are made and take the place of the list in this form. The addresses stay here.")
    rejected = person.downloads("Download the dropped rows").decode("utf-8-sig").splitlines()
    assert len(rejected) == 1 + sales.BAD
    person.chooses("Lawful basis", "consent")
    person.fills("Purpose", "joint breakfast offers")
    person.fills("Version of the text they agreed to", "club terms 3")
    person.fills("Collected from", "2024-01-01")
    person.picture(f"flow-05-register-{brand}")
    person.clicks("Look at it first")
    assert person.figure("Members") == f"{sales.SHARED + sales.OWN:,}"
    person.picture(f"flow-05-preview-{brand}")
    person.clicks("Confirm and register")
    person.waits_for_progress()
    person.picture(f"flow-05-audience-{brand}")


def overlap_shown(story: Story, person: Person, footing: str) -> str:
    """Return the only cell of the matrix, and go back to where the person was."""
    story.live.rest()
    left_at = person.page.url
    person.goes_to("Audiences")
    person.follows(PARTNERSHIP)
    person.picture(f"flow-06-overlap-{footing}")
    shown = person.main.locator("table.matrix tbody td").inner_text().strip().splitlines()[0]
    person.page.goto(left_at)
    return shown


def _key_name(person: Person) -> str:
    return person.main.locator("section", has_text=PARTNERSHIP).locator("code").first.inner_text()
