"""The page of the network: the map, the tables that say the same, and what a stranger must not see there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.installation import Installation
from partners.database import writing
from tests.cast import Cast
from tests.partners.network.landscape import add_audience, add_community, add_orders, add_overlap
from tests.partners.referrals.world import add_campaign

Clients = Callable[..., FlaskClient]


@pytest.fixture
def land(place: Installation, world: Cast) -> Cast:
    """The cast with an overlap, an overlap held back, orders there and back, and a third community of Alder."""
    with writing(place.engine) as session:
        bar = add_community(session, world.alder, "Alder <bar>", "桤木酒吧")
        add_community(session, world.alder, "Alder kiosk")
        club = add_audience(session, world.alder, world.alder.community, 20_000)
        bars = add_audience(session, world.alder, bar, 4_000)
        birch = add_audience(session, world.birch, world.birch.community, 15_000)
        add_overlap(session, world.partnership, club, birch, 6_000)
        add_overlap(session, world.partnership, bars, birch, 12)
        campaign, _terms = add_campaign(session, world.partnership, (world.alder, world.birch), "autumn")
        add_orders(session, campaign, world.birch, world.alder.community, 40)
        add_orders(session, campaign, world.alder, world.birch.community, 10)
        session.commit()
    return world


def _page(client_for: Clients, land: Cast, query: str = "", brand: str = "alder") -> str:
    answer = client_for(getattr(land, brand).viewer).get(f"/network{query}")
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True)


def test_the_map_and_its_tables_are_there(client_for: Clients, land: Cast) -> None:
    page = _page(client_for, land)

    assert "<svg" in page
    assert f'href="/communities/{land.birch.community.id}"' in page
    assert "20.7 %" in page
    assert "6,000 shared ÷ (20,000 + 15,000 − 6,000)" in page
    assert "(40 out − 10 in) ÷ (40 + 10) orders" in page
    assert "style=" not in page


def test_names_are_text_and_never_markup(client_for: Clients, land: Cast) -> None:
    page = _page(client_for, land)

    assert "<bar>" not in page
    assert "Alder &lt;bar&gt;" in page


def test_what_is_held_back_is_said_and_its_count_is_not(client_for: Clients, land: Cast) -> None:
    page = _page(client_for, land)

    assert "1 more pair was counted and is not released" in page
    assert ">12<" not in page


def test_lift_appears_with_the_universe(client_for: Clients, land: Cast) -> None:
    assert "as you stated" not in _page(client_for, land)

    page = _page(client_for, land, "?universe=100000")

    assert "6,000 shared × 100,000 people in all, as you stated" in page
    assert ">2.00<" in page


def test_what_if_one_left_says_what_leaves(client_for: Clients, land: Cast) -> None:
    page = _page(client_for, land, f"?without={land.birch.community.id}")

    assert "Without this community 50 of 50 orders would be touched, 100.0 % of the flow." in page


@pytest.mark.parametrize(
    ("show", "lines", "arrows"), [("both", True, True), ("overlap", True, False), ("flow", False, True)]
)
def test_overlap_and_flow_are_chosen(client_for: Clients, land: Cast, show: str, lines: bool, arrows: bool) -> None:
    page = _page(client_for, land, f"?show={show}")

    assert ("<line " in page) == lines
    assert ("sent 40 orders to" in page) == arrows


def test_one_partner_is_chosen_with_whom_it_shares(client_for: Clients, land: Cast) -> None:
    page = _page(client_for, land, f"?partner_id={land.birch.partner.id}")

    map_ = page[page.index("<svg") : page.index("</svg>")]
    assert "Birch Dairy club" in map_
    assert "Alder Coffee club" in map_
    assert "Alder kiosk" not in map_


def test_a_minimum_hides_smaller_flows(client_for: Clients, land: Cast) -> None:
    page = _page(client_for, land, "?orders=11")

    assert "sent 40 orders to" in page
    assert "sent 10 orders to" not in page


@pytest.mark.parametrize("query", ["?partner_id=nobody", "?shared=-1", "?orders=many", "?universe=0", "?show=all"])
def test_a_choice_that_is_not_offered_is_refused(client_for: Clients, land: Cast, query: str) -> None:
    answer = client_for(land.alder.viewer).get(f"/network{query}")

    assert answer.status_code == 422
    assert "<svg" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("?c_csv=1", "Alder Coffee club,Alder Coffee,20000,,"),
        ("?p_csv=1", "Alder Coffee club,Birch Dairy club,6000,,0.20689655172413793,0.4,"),
        ("?f_csv=1", "Alder Coffee club,Birch Dairy club,40,10,0.6,400.00 EUR"),
    ],
)
def test_each_table_is_a_csv(client_for: Clients, land: Cast, query: str, line: str) -> None:
    answer = client_for(land.alder.viewer).get(f"/network{query}")

    assert answer.mimetype == "text/csv"
    assert line in answer.get_data(as_text=True)


def test_a_stranger_sees_nothing_of_it(client_for: Clients, land: Cast) -> None:
    page = _page(client_for, land, brand="cedar")

    for name in ("Alder", "Birch", land.alder.community.id, land.birch.partner.id, "6,000"):
        assert name not in page
    assert "No partner shows its communities to you yet" in page


def test_a_stranger_cannot_choose_anothers_partner_or_community(client_for: Clients, land: Cast) -> None:
    for query in (f"?partner_id={land.birch.partner.id}", f"?without={land.birch.community.id}"):
        answer = client_for(land.cedar.manager).get(f"/network{query}")

        assert answer.status_code == 422
        assert "Birch" not in answer.get_data(as_text=True)


def test_a_map_without_overlap_leads_to_audiences(client_for: Clients, world: Cast) -> None:
    page = client_for(world.alder.manager).get("/network").get_data(as_text=True)

    assert "No overlap is released yet" in page
    assert 'href="/audiences' in page


def test_a_viewer_is_not_sent_where_it_may_not_go(client_for: Clients, world: Cast) -> None:
    page = client_for(world.cedar.viewer).get("/network").get_data(as_text=True)

    assert "/partners/invite" not in page


def test_nobody_sees_it_without_signing_in(app: object, client_for: Clients, world: Cast) -> None:
    answer = client_for(world.alder.viewer).application.test_client().get("/network")

    assert answer.status_code == 303
