"""The outcome report: the same for all parties, released figures only, and verifiable."""

import json

import pytest

from partners.digest import canonical_json
from partners.errors import NotFound
from reports.outcome import holds, load_outcome, outcome_pdf
from reports.outcome_document import outcome_document, read_outcome
from reports.verify import verify_pdf
from tests.partners.referrals.world import NOW, REFUNDS, build_world, refund, sale, send
from tests.reports.outcomes import autumn_breakfast
from tests.reports.pdf import attached, text_of, with_changed_data


@pytest.fixture
def world(session, cast, store):
    made = build_world(session, cast)
    send(session, cast.alder, store, [sale(f"A-{n}", referred_by="birch-club" if n < 3 else "") for n in range(5)])
    send(session, cast.birch, store, [sale("B-1", referred_by="alder-club")], name="birch.csv")
    send(session, cast.alder, store, [refund("R-1", "A-0")], REFUNDS, "refunds.csv")
    return made


def test_every_party_loads_the_same_outcome(session, world):
    ours, theirs = (
        load_outcome(session, brand.viewer, world.campaign.id, NOW) for brand in (world.cast.alder, world.cast.birch)
    )

    assert canonical_json(outcome_document(ours)) == canonical_json(outcome_document(theirs))


def test_a_stranger_loads_nothing(session, world):
    with pytest.raises(NotFound):
        load_outcome(session, world.cast.cedar.viewer, world.campaign.id, NOW)


def test_an_outcome_adds_up(session, world):
    outcome = load_outcome(session, world.cast.alder.viewer, world.campaign.id, NOW)

    assert [(sold.orders, sold.base, sold.refunded) for sold in outcome.sold] == [(5, 50000, 1900), (1, 10000, 0)]
    assert sorted(flow.orders for flow in outcome.flows) == [1, 3]
    taken_back = 1000 * 19 // 119 + 1
    assert sum(share.issued + share.pending for share in outcome.earned) == 6000 - taken_back


def test_a_document_is_read_back_as_it_was():
    outcome = autumn_breakfast()

    assert read_outcome(json.loads(canonical_json(outcome_document(outcome)))) == outcome


def test_a_report_says_what_was_reached_and_what_was_not_measured(places):
    text = " ".join(" ".join(text_of(outcome_pdf(autumn_breakfast(), "en", places))).split())

    for said in (
        "Autumn breakfast", "421,734.00 EUR", "▲ 105.4 %", "▼ 77.0 %", "5 to 10 % of the smaller list", "not shown",
        "Not measured.", "Pairs held back: 1.", "36,660.00", "4,840.00", "41,500.00",
    ):  # fmt: skip
        assert said in text


def test_a_chinese_report_reads_chinese(places):
    text = "\n".join(text_of(outcome_pdf(autumn_breakfast(), "zh", places)))

    assert "成效报告" in text
    assert "晨光乳业" in text


def test_a_report_without_anything_can_be_made(places):
    empty = read_outcome({
        **outcome_document(autumn_breakfast()), "goals": [], "communities": [], "pairs": [], "flows": [], "sold": [],
        "earned": [], "terms": [], "rate": "", "currency": "", "agreement": "", "lessons": "", "stage": "idea",
    })  # fmt: skip

    assert "preliminary" in text_of(outcome_pdf(empty, "en", places))[0]


def test_a_kept_report_is_known_by_its_figures(places):
    outcome = autumn_breakfast()
    content = outcome_pdf(outcome, "en", places)
    other = read_outcome({**outcome_document(outcome), "self_orders": 1})

    assert holds(content, outcome)
    assert not holds(content, other)


def test_a_report_verifies_and_a_changed_one_does_not(places):
    content = outcome_pdf(autumn_breakfast(), "en", places)

    def raise_orders(document):
        document["sold"][0]["orders"] += 1

    forged = verify_pdf(with_changed_data(content, "outcome.json", raise_orders), places)

    assert json.loads(attached(content)["outcome.json"])["code"] == "autumn-breakfast"
    assert verify_pdf(content, places).ok
    assert "page 1: found 7,360, expected 7,361" in forged.differences
