"""The first page and search."""

from collections.abc import Callable

from flask.testing import FlaskClient

from app.home.waiting import ACTS
from app.installation import Installation
from partners.database import writing
from partners.directory import services
from partners.directory.cards import WaitingKind
from partners.directory.policy import Actor
from tests.cast import Cast
from tests.conftest import NOW

SignedIn = Callable[[Actor], FlaskClient]


def test_an_invitation_waits_for_the_manager_and_for_nobody_else(
    client_for: SignedIn, world: Cast, place: Installation
) -> None:
    with writing(place.engine) as session:
        services.invite_partners(session, world.alder.manager, [world.cedar.partner.id], "Breakfast", "UTC", NOW)
        session.commit()

    page = client_for(world.cedar.manager).get("/").text
    assert "Accept or decline" in page
    assert "Alder Coffee" in page
    for actor in (world.cedar.viewer, world.birch.manager, world.alder.manager):
        assert "Accept or decline" not in client_for(actor).get("/").text


def test_every_kind_of_waiting_has_a_verb_and_a_page(client_for: SignedIn, world: Cast) -> None:
    app = client_for(world.alder.viewer).application

    assert set(ACTS) == set(WaitingKind)
    rules = {rule.endpoint: rule.arguments for rule in app.url_map.iter_rules()}
    assert [kind for kind, (_, endpoint, key) in ACTS.items() if rules.get(endpoint) != {key}] == []


def test_recent_activity_is_told_in_sentences_and_to_the_own_brand(
    client_for: SignedIn, world: Cast, place: Installation
) -> None:
    with writing(place.engine) as session:
        services.set_floor(session, world.alder.manager, world.partnership.id, 60, NOW)
        session.commit()

    sentence = "Alder Coffee manager set the smallest count shown in Alder with Birch"
    assert sentence in client_for(world.alder.viewer).get("/").text
    assert sentence not in client_for(world.birch.viewer).get("/").text


def test_what_happens_again_and_again_is_told_once(client_for: SignedIn, world: Cast, place: Installation) -> None:
    with writing(place.engine) as session:
        for floor in (60, 70, 80):
            services.set_floor(session, world.alder.manager, world.partnership.id, floor, NOW)
        session.commit()

    page = client_for(world.alder.viewer).get("/").text
    assert page.count("set the smallest count shown") == 1
    assert "3 times" in page


def test_an_empty_first_page_leads_to_the_next_step(client_for: SignedIn, world: Cast) -> None:
    page = client_for(world.cedar.manager).get("/").text

    assert "Nothing waits for you" in page
    assert "First steps of your brand" in page
    assert 'href="/partners"' in page


def test_search_finds_what_the_reader_may_see(client_for: SignedIn, world: Cast) -> None:
    own, stranger = client_for(world.birch.viewer), client_for(world.cedar.viewer)

    assert "Alder with Birch" in own.get("/search?q=alder birch").text
    assert "Alder Coffee club" in own.get("/search?q=ALDER club").text
    assert "Alder with Birch" not in stranger.get("/search?q=alder").text
    assert "Alder Coffee club" not in stranger.get("/search?q=alder").text
    assert "Alder Coffee" in stranger.get("/search?q=桤木").text


def test_the_palette_gets_the_list_alone(client_for: SignedIn, world: Cast) -> None:
    fragment = client_for(world.alder.viewer).get("/search?q=birch", headers={"HX-Request": "true"}).text

    assert "Birch Dairy" in fragment
    assert "<html" not in fragment


def test_nothing_found_says_so_without_running_it(client_for: SignedIn, world: Cast) -> None:
    client = client_for(world.alder.viewer)

    assert "&lt;b&gt;" in client.get("/search?q=<b>").text
    assert "Nothing found" not in client.get("/search?q=").text
