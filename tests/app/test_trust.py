"""The page of trust, and its few figures on a partner's profile."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app.installation import Installation
from partners.campaigns.lifecycle import Stage
from partners.campaigns.models import StageMove
from partners.database import writing
from partners.directory.policy import Actor
from tests.cast import Cast
from tests.conftest import NOW
from tests.partners.campaigns.making import signed
from tests.partners.revenue.books import SEPTEMBER, day, open_books

SignedIn = Callable[[Actor], FlaskClient]


@pytest.fixture
def campaigns(world: Cast, place: Installation) -> None:
    """Birch has signed the terms of two campaigns at once."""
    with writing(place.engine) as session:
        for name, at in (("Autumn", NOW - timedelta(days=30)), ("Winter", NOW - timedelta(days=20))):
            signed(session, world, at, name)
        session.commit()


@pytest.mark.usefixtures("campaigns")
def test_each_figure_opens_its_rows(client_for: SignedIn, world: Cast) -> None:
    page = _page(client_for(world.alder.viewer), world.birch.partner.id)

    assert '<a href="#answer">2 of 2</a>' in page
    assert "too few to say" in page
    assert "Terms of Autumn, version 1" in page
    assert re.search(r'href="/campaigns/\w{16}"', page)


def test_a_month_without_evidence_is_called_so(client_for: SignedIn, place: Installation) -> None:
    with writing(place.engine) as session:
        books = open_books(session, NOW, weights=(50, 50))
        live = {"from_stage": Stage.APPROVED, "to_stage": Stage.LIVE, "at": day(9, 1)}
        manager = books.cast.alder.manager
        session.add(
            StageMove(campaign_id=books.campaign.id, user_id=manager.user_id, partner_id=manager.partner_id, **live)
        )
        books.sell("A1", day(9, 10), 10_000)
        books.settle(SEPTEMBER)
        session.commit()

    page = _page(client_for(books.cast.alder.viewer), books.cast.birch.partner.id)

    assert "none before the close" in page
    assert re.search(r'href="/revenue/periods/\w{16}">Alder with Birch · September 2026', page)


@pytest.mark.usefixtures("campaigns")
def test_a_window_is_chosen(client_for: SignedIn, world: Cast) -> None:
    client = client_for(world.alder.viewer)

    assert 'window=year" aria-current="true"' in _page(client, world.birch.partner.id)
    assert 'window=all" aria-current="true"' in _page(client, world.birch.partner.id, "?window=all")
    assert 'window=year" aria-current="true"' in _page(client, world.birch.partner.id, "?window=nonsense")


@pytest.mark.usefixtures("campaigns")
def test_a_profile_shows_the_figures_and_leads_to_the_rows(client_for: SignedIn, world: Cast) -> None:
    page = client_for(world.alder.viewer).get(f"/partners/{world.birch.partner.id}").text

    assert f"/partners/{world.birch.partner.id}/trust#answer" in page
    assert "2 of 2" in page


@pytest.mark.usefixtures("campaigns")
def test_strangers_find_no_trust_page_and_no_figure_on_the_profile(client_for: SignedIn, world: Cast) -> None:
    client = client_for(world.cedar.manager)

    assert client.get(f"/partners/{world.birch.partner.id}/trust").status_code == 404
    assert "/trust" not in client.get(f"/partners/{world.birch.partner.id}").text


def test_nobody_has_a_trust_page_of_the_own_brand(client_for: SignedIn, world: Cast) -> None:
    client = client_for(world.alder.manager)

    assert client.get(f"/partners/{world.alder.partner.id}/trust").status_code == 404
    assert "/trust" not in client.get(f"/partners/{world.alder.partner.id}").text


def test_without_anything_yet_every_figure_is_nought_of_nought(client_for: SignedIn, world: Cast) -> None:
    page = _page(client_for(world.alder.finance), world.birch.partner.id)

    assert page.count("0 of 0") == 4
    assert page.count("Nothing in this time.") == 4


@pytest.mark.usefixtures("campaigns")
def test_a_partnership_leads_to_the_figures_of_its_other_sides(client_for: SignedIn, world: Cast) -> None:
    address = f"/partners/partnerships/{world.partnership.id}"
    client = client_for(world.alder.viewer)

    assert f'href="{address}/trust"' in client.get(address).text
    page = client.get(f"{address}/trust").text

    assert f"/partners/{world.birch.partner.id}/trust#answer" in page
    assert f"/partners/{world.alder.partner.id}/trust" not in page
    assert client_for(world.cedar.viewer).get(f"{address}/trust").status_code == 404


def _page(client: FlaskClient, partner_id: str, query: str = "") -> str:
    answer = client.get(f"/partners/{partner_id}/trust{query}")
    assert answer.status_code == 200
    return answer.text
