"""The page of a partnership's stages, what ending would touch, and what a partner sees of us."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import create_app
from app.installation import Installation
from partners.audiences.ground import LawfulBasis
from partners.audiences.models import Audience
from partners.audiences.queries import audiences
from partners.audiences.release.release import SizeBand
from partners.audiences.size_queries import members_band
from partners.database import reading, writing
from partners.directory.accounts.models import User
from partners.directory.models import Partnership
from partners.directory.policy import Actor
from tests.cast import Cast
from tests.conftest import NOW
from tests.sample_world import LOADED_AT, SampleWorld
from tests.signed_in import signed_in_client

SignedIn = Callable[[Actor], FlaskClient]


def test_a_manager_moves_it_and_the_other_side_reads_why(client_for: SignedIn, world: Cast) -> None:
    address = f"/partners/partnerships/{world.partnership.id}"
    client = client_for(world.alder.manager)
    assert "on to value creation" in client.get(address).text

    sent = client.post(f"{address}/move", data=_form("working", "value", "Sales have begun"))

    assert sent.status_code == 303
    page = client_for(world.birch.viewer).get(address).text
    assert "Stage: value creation" in page
    assert "Sales have begun" in page
    assert "Alder Coffee manager, Alder Coffee" in page


def test_what_another_side_has_moved_answers_a_conflict(client_for: SignedIn, world: Cast) -> None:
    address = f"/partners/partnerships/{world.partnership.id}/move"
    client_for(world.birch.manager).post(address, data=_form("working", "value", "first"))

    assert client_for(world.alder.manager).post(address, data=_form("working", "value", "second")).status_code == 409


@pytest.mark.parametrize(
    "form", [("working", "value", ""), ("working", "selection", "why"), ("working", "nowhere", "why"), ("", "", "")]
)
def test_a_move_that_cannot_be_made_says_why(client_for: SignedIn, world: Cast, form: tuple[str, str, str]) -> None:
    address = f"/partners/partnerships/{world.partnership.id}/move"

    refused = client_for(world.alder.manager).post(address, data=_form(*form))

    assert refused.status_code == 422
    assert 'role="alert"' in refused.text


def test_the_profile_says_a_band_and_no_number(client_for: SignedIn, world: Cast, place: Installation) -> None:
    with writing(place.engine) as session:
        _register(session, world, 1234)
        session.commit()

    page = client_for(world.cedar.viewer).get(f"/partners/{world.alder.partner.id}").text

    assert "1,000–10,000 members" in page
    assert not re.search(r"1,?23\d", page)


def test_the_band_adds_the_newest_audiences_up(session: Session, cast: Cast) -> None:
    assert members_band(session, cast.cedar.viewer, cast.alder.partner.id, NOW) is None

    _register(session, cast, 999, days_ago=3)
    assert members_band(session, cast.cedar.viewer, cast.alder.partner.id, NOW) == SizeBand.UNDER_1K
    _register(session, cast, 1000)

    assert members_band(session, cast.cedar.viewer, cast.alder.partner.id, NOW) == SizeBand.FROM_1K


@pytest.fixture(scope="module")
def sample_app(sample_world: SampleWorld, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    copied = sample_world.copied(tmp_path_factory.mktemp("stages") / "var")
    made = create_app(copied.settings(), lambda: LOADED_AT)
    made.config["WTF_CSRF_ENABLED"] = False
    yield made
    made.extensions["tandem"].engine.dispose()


def test_ending_counts_what_it_touches(sample_app: Flask, sample_world: SampleWorld) -> None:
    page = _read(sample_app, sample_world, "manager@lantern.example", "茶与书", "/end")

    assert "Running: 茶与书." in page
    assert "1 month is still closed, approved and settled" in page
    assert "serve your other partnerships and stay" in page
    assert re.search(r"\d+ statements stay readable", page)


def test_the_last_partnership_says_when_tokens_go(sample_app: Flask, sample_world: SampleWorld) -> None:
    page = _read(sample_app, sample_world, "manager@saltwind.example", "All weather", "/end")

    assert "It is your last partnership" in page
    assert "deleted after 30 days at the latest" in page


def test_a_preview_of_a_signed_partnership_shows_ours_and_hides_the_rest(
    sample_app: Flask, sample_world: SampleWorld
) -> None:
    page = _read(sample_app, sample_world, "viewer@morgenrot.example", "Breakfast table", "/preview")

    assert "Nordkorn Cereals sees" in page
    assert "Chenguang Yogurt sees" in page
    assert "MOR-2026-0001" in page
    assert "Window poster swap" in page.split("does not see")[1]
    assert "茶与书" not in page


@pytest.mark.parametrize("footing", ["invited", "exploring", "ended"])
def test_no_exact_number_is_in_a_preview_before_a_signature(
    sample_app: Flask, sample_world: SampleWorld, footing: str
) -> None:
    name = {"invited": "Yoga mornings", "exploring": "All weather", "ended": "Book corner"}[footing]
    email = {"invited": "manager@aurora.example", "exploring": "manager@velo.example",
             "ended": "manager@papermoon.example"}[footing]  # fmt: skip
    page = _read(sample_app, sample_world, email, name, "/preview")

    with reading(sample_app.extensions["tandem"].engine) as session:
        sizes = {card.accepted for card in audiences(session, sample_world.actor(email), LOADED_AT)}
    assert sizes
    shown = {int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", _text_of(page))}
    assert shown & (sizes | {sum(sizes)} | {round(size, -1) for size in sizes}) == set()
    assert ("Your communities, by name" in page) == (footing == "exploring")


def test_a_side_never_reads_the_other_sides_own_numbers_in_a_preview(
    sample_app: Flask, sample_world: SampleWorld
) -> None:
    page = _text_of(_read(sample_app, sample_world, "viewer@morgenrot.example", "Breakfast table", "/preview"))

    with reading(sample_app.extensions["tandem"].engine) as session:
        theirs = audiences(session, sample_world.actor("viewer@nordkorn.example"), LOADED_AT)
    assert theirs
    assert [card.accepted for card in theirs if f"{card.accepted:,}" in page] == []


@pytest.mark.parametrize("name", ["Breakfast table", "All weather", "Yoga mornings", "Book corner"])
def test_every_footing_has_its_page_and_its_preview(sample_app: Flask, sample_world: SampleWorld, name: str) -> None:
    email = "manager@velo.example" if name == "All weather" else "manager@morgenrot.example"

    for page in ("", "/preview"):
        assert name in _read(sample_app, sample_world, email, name, page)


def _form(from_stage: str, to_stage: str, why: str) -> dict[str, str]:
    return {"from_stage": from_stage, "to_stage": to_stage, "why": why}


def _register(session: Session, world: Cast, accepted: int, days_ago: int = 0) -> None:
    as_of: date = NOW.date() - timedelta(days=days_ago)
    session.add(
        Audience(
            community_id=world.alder.community.id, partner_id=world.alder.partner.id, as_of=as_of,
            expires_on=as_of + timedelta(days=90), lawful_basis=LawfulBasis.CONSENT, purpose="p", source_name="s.csv",
            source_digest=f"{accepted:064d}", accepted=accepted, duplicates=0, rejected=0, reasons={},
            uses=["overlap"], created_by=world.alder.manager.user_id, created_at=NOW, confirmed_at=NOW,
        )
    )  # fmt: skip
    session.flush()


def _read(app: Flask, world: SampleWorld, email: str, name: str, page: str) -> str:
    actor = world.actor(email)
    with writing(app.extensions["tandem"].engine) as session:
        found = session.scalars(select(Partnership.id).where(Partnership.name == name)).one()
        session.execute(update(User).where(User.id == actor.user_id).values(locale="en"))
        session.commit()
    answer = signed_in_client(app.test_client(), actor).get(f"/partners/partnerships/{found}{page}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def _text_of(page: str) -> str:
    return re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1])
