"""The whole job of two brands, by clicking, in each language: from an invitation to a statement anyone recomputes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import delete

from config import Settings
from partners.database import writing
from partners.directory.models import Partnership, PartnershipPartner
from reports.language import Places
from reports.verify import verify_pdf
from tests.app.conftest import PASSWORD_DIGEST
from tests.browser import sales
from tests.browser.live import Clock, running
from tests.browser.meeting import become_partners, make_keys, overlap_shown, register_members
from tests.browser.people import TESTS, Person, Words
from tests.browser.story import Story
from tests.cast import build_cast
from tests.conftest import NOW

pytestmark = pytest.mark.browser
PLACES = Places.of(TESTS.parent)
NOISE = 60
"""Members by which a count may be off: noise beyond that has a probability of 3 in 10 million."""
CAMPAIGN = "Breakfast 2026"
SOLD = sales.lines()
BACK = [line for line in SOLD if line.line == 2][:8]
EARNED, TAKEN_BACK = sales.birchs_part(SOLD, BACK)
CHANGING_FORMS = 'form[method="post"]'


@pytest.fixture(params=["en", "zh"])
def story(
    request: pytest.FixtureRequest, chromium: Browser, catalogue: None, sqlite_template: Path, tmp_path: Path
) -> Iterator[Story]:
    """Alder and Birch, strangers to each other so far."""
    var = tmp_path / "var"
    var.mkdir()
    shutil.copy(sqlite_template, var / "tandem.db")
    settings = Settings(
        var=var, database_url=f"sqlite:///{var / 'tandem.db'}", secret_key="k" * 32, token_key=b"t" * 32,
        seal_key=b"s" * 32, base_url="http://localhost", port=8000, upload_mb=1,
    )  # fmt: skip
    with running(settings, Clock(NOW)) as live:
        with writing(live.place.engine) as session:
            build_cast(session, NOW, PASSWORD_DIGEST)
            session.execute(delete(PartnershipPartner))
            session.execute(delete(Partnership))
            session.commit()
        yield Story(live, chromium, Words(request.param))


def test_two_brands_do_the_whole_job(story: Story) -> None:
    alder, birch = story.meet("manager@alder.example"), story.meet("manager@birch.example")

    become_partners(story, alder, birch)
    keys = make_keys(story, alder, birch)
    register_members(story, alder, "alder", keys["alder"])
    register_members(story, birch, "birch", keys["birch"])
    assert overlap_shown(story, birch, "exploring") == story.words.label("from_20")
    _propose(story, alder)
    _countersign(story, birch)
    _plan_and_go_live(story, alder, birch)
    seen = [overlap_shown(story, person, "signed") for person in (alder, birch)]
    assert seen[0] == seen[1]
    assert abs(int(seen[0].replace(",", "")) - sales.SHARED) <= NOISE
    _report_sales(story)
    _read_results(story, alder)
    _compare_as_viewer(story)
    _settle(story)
    _end(story, alder)
    _see_network(story, birch)

    assert story.troubles == []


def _propose(story: Story, alder: Person) -> None:
    alder.goes_to("Campaigns")
    alder.clicks("Propose a campaign")
    alder.clicks("Continue")
    alder.fills("Name", CAMPAIGN)
    alder.fills("First day", "2026-10-10")
    alder.fills("Last day", "2026-10-31")
    alder.fills("What it is for", "Whoever drinks our coffee tries their milk.")
    for brand, weight in zip(("alder", "birch"), sales.WEIGHTS, strict=True):
        alder.fills("Weight of %(name)s", str(weight), name=story.name(brand))
        alder.ticks(f"{story.club(brand)} · {story.name(brand)}")
    alder.fills("Rate in percent", "10")
    for part in ("tax", "shipping"):
        expect(alder.main.locator(f'[name="base_excludes"][value="{part}"]')).to_be_checked()
    alder.fills("Target: %(figure)s", "100", figure=story.words.label("orders"))
    alder.picture("flow-06-propose")
    alder.clicks("Preview the terms")

    alder.sees("What you would sign")
    alder.picture("flow-07-preview")
    alder.clicks("Propose and sign")
    alder.sees("Proposed and signed by your brand. The other parties see it now.")


def _countersign(story: Story, birch: Person) -> None:
    birch.page.goto("/")
    birch.picture("flow-08-home-with-terms-to-sign")
    birch.clicks("Sign the terms")
    birch.sees("your signature is waited for")
    birch.picture("flow-09-terms-to-countersign")
    birch.clicks("Sign version %(number)s", number=1)
    birch.sees("You have signed for your brand.")


def _plan_and_go_live(story: Story, alder: Person, birch: Person) -> None:
    alder.page.reload()
    alder.clicks("Hand in the plan")
    expect(alder.control(story.words("Approve the plan"))).to_have_count(0)
    birch.page.reload()
    birch.clicks("Approve the plan")
    expect(birch.control(story.words("Go live"))).to_have_count(0)

    story.live.clock.move_to(2026, 10, 10)
    birch.returns()
    alder.returns()
    alder.clicks("Go live")
    alder.sees("No sale is reported yet. Report your sales, and figures, shares and goals fill in for every party.")
    alder.picture("flow-10-live")


def _report_sales(story: Story) -> None:
    story.live.clock.move_to(2026, 10, 21)
    finance = story.meet("finance@alder.example")
    finance.goes_to("Campaigns")
    finance.follows(CAMPAIGN)
    finance.clicks("Report sales")
    campaign = finance.main.locator("tbody tr").filter(has_text=CAMPAIGN).locator("code").first.inner_text()
    _send(finance, "conversions.csv", sales.conversions(SOLD, campaign), len(SOLD), 3)
    finance.picture("flow-11-conversions-read")
    finance.goes_to("Campaigns")
    finance.follows(CAMPAIGN)
    finance.clicks("Report sales")
    _send(finance, "refunds.csv", sales.refunds(BACK), len(BACK), 1)
    finance.leaves()


def _send(person: Person, name: str, content: bytes, accepted: int, rejected: int) -> None:
    person.attaches(name, content)
    person.clicks("Send")
    person.waits_for_progress()
    assert (person.figure("Accepted"), person.figure("Rejected")) == (str(accepted), str(rejected))
    failed = person.downloads("Download the rows that were not taken").decode("utf-8-sig").splitlines()
    assert len(failed) == 1 + rejected


def _read_results(story: Story, alder: Person) -> None:
    alder.returns()
    story.figures = _figures(alder)
    refunded = sum(line.gross for line in BACK)
    assert story.figures == {
        "Revenue after refunds": _money(sum(line.gross for line in SOLD) - refunded),
        "Shared base": _money(sum(line.base for line in SOLD)),
        "Orders": str(sales.ORDERS),
        "Referred orders": str(len({line.order for line in SOLD if line.referred_by})),
    }
    alder.picture("flow-12-results")


def _compare_as_viewer(story: Story) -> None:
    viewer = story.meet("viewer@birch.example")
    viewer.goes_to("Campaigns")
    viewer.follows(CAMPAIGN)
    assert _figures(viewer) == story.figures
    expect(viewer.main.locator(CHANGING_FORMS)).to_have_count(0)
    viewer.picture("flow-13-results-for-a-viewer")
    viewer.goes_to("Revenue")
    viewer.main.locator("tbody a").first.click()
    viewer.sees("Pending")
    expect(viewer.main.locator(CHANGING_FORMS)).to_have_count(0)
    viewer.leaves()


def _settle(story: Story) -> None:
    story.live.clock.move_to(2026, 11, 2)
    month = story.words.either("October 2026", "2026年10月")
    finance, second = story.meet("finance@alder.example"), story.meet("finance2@alder.example")
    finance.clicks("Close the period")
    finance.picture("flow-14-month-to-close")
    finance.clicks("Close %(month)s", month=month)
    finance.waits_for_progress()
    finance.sees("You closed this month, so another person of your finance must approve it.")

    second.page.reload()
    second.clicks("Approve the drafts")
    second.picture("flow-15-drafts-to-approve")
    second.clicks("Approve and issue")
    second.waits_for_progress()
    second.follows("ALD-2026-0001")
    _check_statement(story, second)
    finance.leaves()
    second.leaves()


def _check_statement(story: Story, person: Person) -> None:
    assert person.figure("Earned") == _money(EARNED)
    assert person.figure("Adjustments") == "−" + _money(TAKEN_BACK)
    due = story.words.either("2 Dec 2026", "2026年12月2日")
    assert person.figure("Net payable, due %(day)s", day=due) == f"{_money(EARNED - TAKEN_BACK)} EUR"
    story.live.rest()
    person.picture("flow-16-statement")
    pdf = person.downloads({"en": "PDF, English", "zh": "PDF, Chinese"}[story.words.language])
    verdict = verify_pdf(pdf, PLACES)
    assert verdict.ok, verdict.differences
    assert (verdict.kind, verdict.number) == ("statement", "ALD-2026-0001")


def _end(story: Story, alder: Person) -> None:
    alder.returns()
    alder.clicks("End the campaign")
    alder.waits_for_progress()
    alder.picture("flow-17-ended")
    report = alder.control(story.words("Outcome report, PDF")).get_attribute("href")
    assert report is not None
    answer: Any = alder.context.request.get(report)  # shown in the browser, so clicking would download nothing
    verdict = verify_pdf(answer.body(), PLACES)
    assert verdict.ok, verdict.differences
    assert verdict.kind == "outcome"


def _see_network(story: Story, birch: Person) -> None:
    story.live.rest()
    birch.returns()
    birch.goes_to("Network")
    drawn = birch.main.locator("figure.map svg").first
    for brand in ("alder", "birch"):
        expect(drawn).to_contain_text(story.club(brand))
    birch.picture("flow-18-network")


def _figures(person: Person) -> dict[str, str]:
    labels = ("Revenue after refunds", "Shared base", "Orders", "Referred orders")
    return {label: person.figure(label) for label in labels}


def _money(cents: int) -> str:
    return f"{cents // 100:,}.{cents % 100:02d}"
