"""The first page by role: what is due, what is overdue, what partners did lately, what to do next."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app import create_app
from app.home import waiting
from app.installation import Installation
from partners.audiences import queries as audiences
from partners.campaigns import queries as campaigns
from partners.campaigns.services import draft_campaign
from partners.database import open_engine, reading, writing
from partners.directory import queries, seat_services, services, stage_services
from partners.directory.accounts.models import Role, User
from partners.directory.cards import Waiting, WaitingKind
from partners.directory.models import PartnershipStage
from partners.directory.policy import Actor
from partners.revenue import queries as revenue
from tests.cast import Cast
from tests.conftest import NOW
from tests.partners.campaigns import making
from tests.sample_world import LOADED_AT, SampleWorld
from tests.signed_in import signed_in_client

SignedIn = Callable[[Actor], FlaskClient]


def test_an_invitation_and_terms_are_due_two_weeks_after(session: Session, cast: Cast) -> None:
    services.invite_partners(session, cast.alder.manager, [cast.cedar.partner.id], "Breakfast", "UTC", NOW)
    making.proposed(session, cast, NOW)

    (invitation,) = queries.invitations_waiting(session, cast.cedar.manager)
    (terms,) = campaigns.waiting_for(session, cast.birch.manager)

    assert invitation.due == terms.due == (NOW + timedelta(days=14)).date()


def test_months_drafts_and_statements_have_their_days(sample_world: SampleWorld) -> None:
    found = _waiting(sample_world, "finance@morgenrot.example")

    close = next(each for each in found if each.kind == WaitingKind.CLOSE_PERIOD)
    assert close.due == (close.since + timedelta(days=10)).date()
    pay = [each for each in found if each.kind == WaitingKind.PAY_STATEMENT]
    assert pay
    assert all(each.due and each.due > each.since.date() for each in pay)


def test_an_audience_is_due_on_its_last_day(sample_world: SampleWorld) -> None:
    late = LOADED_AT + timedelta(days=300)
    with reading(open_engine(sample_world.settings().database_url)) as session:
        actor = sample_world.actor("manager@morgenrot.example")
        found = audiences.waiting_for(session, actor, late)
        expiries = {card.id: card.expires_on for card in audiences.audiences(session, actor, late)}

    assert found
    assert [each.due for each in found] == [expiries[each.thing_id] for each in found]


def test_the_soonest_due_comes_first_and_what_has_no_day_last(
    client_for: SignedIn, world: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = (None, date(2026, 12, 1), date(2026, 10, 4), date(2026, 10, 5))
    things = [Waiting(WaitingKind.SIGN_TERMS, f"thing {n}", (), NOW, f"{n}" * 16, due) for n, due in enumerate(days)]
    monkeypatch.setattr(waiting, "gathered", lambda session, actor, now: things)

    page = client_for(world.alder.manager).get("/").text

    assert [int(n) for n in re.findall(r"<td>thing (\d)", page)] == [2, 3, 1, 0]
    assert page.count("overdue, ") == 1
    assert 'class="state is-bad">overdue, 4 Oct 2026' in page


def test_a_partner_reads_what_was_done_to_what_it_shares(
    client_for: SignedIn, world: Cast, place: Installation
) -> None:
    with writing(place.engine) as session:
        making.signed(session, world, NOW)
        stage_services.move_partnership(
            session, world.birch.manager, world.partnership.id, PartnershipStage.WORKING, PartnershipStage.VALUE,
            "Sales have begun", NOW,
        )  # fmt: skip
        session.commit()

    lately = _lately(client_for(world.alder.viewer).get("/").text)

    assert "Birch Dairy signed the terms of Autumn breakfast" in lately
    assert "Birch Dairy moved the partnership Alder with Birch to “value creation”" in lately
    assert "Alder Coffee" not in lately
    assert "manager" not in lately
    assert "Alder Coffee proposed the campaign Autumn breakfast" in _lately(
        client_for(world.birch.viewer).get("/").text
    )


def test_nobody_reads_what_a_partner_does_inside_its_own_house(
    client_for: SignedIn, world: Cast, place: Installation
) -> None:
    with writing(place.engine) as session:
        user = session.get_one(User, world.alder.viewer.user_id)
        seat_services.give_seat(session, world.alder.admin, user, world.alder.partner, Role.FINANCE, NOW)
        services.set_floor(session, world.alder.manager, world.partnership.id, 60, NOW)
        draft_campaign(session, world.alder.manager, making.plan_of(world, "Secret idea"), NOW)
        session.commit()

    lately = _lately(client_for(world.birch.manager).get("/").text)

    assert "Alder" not in lately
    assert "Secret idea" not in lately


def test_a_stranger_reads_nothing_of_what_others_share(client_for: SignedIn, world: Cast, place: Installation) -> None:
    with writing(place.engine) as session:
        making.live(session, world, NOW)
        services.end_partnership(session, world.alder.manager, world.partnership.id, "Budgets are cut", NOW)
        session.commit()

    page = client_for(world.cedar.manager).get("/").text

    assert "Alder" not in page
    assert "Birch" not in page
    assert "Nothing yet. When a partner" in page
    assert "Alder Coffee ended the partnership" in _lately(client_for(world.birch.viewer).get("/").text)


def test_an_open_invitation_tells_nothing_of_the_circle_it_invites_into(
    client_for: SignedIn, world: Cast, place: Installation
) -> None:
    with writing(place.engine) as session:
        both = [world.birch.partner.id, world.cedar.partner.id]
        circle = services.invite_partners(session, world.alder.manager, both, "Circle", "UTC", NOW)
        services.accept_partnership(session, world.birch.manager, circle.id, NOW)
        session.commit()

    assert "accepted the partnership Circle" not in client_for(world.cedar.manager).get("/").text
    assert "Birch Dairy accepted the partnership Circle" in _lately(client_for(world.alder.viewer).get("/").text)


def test_statements_issued_to_us_are_told_without_their_amounts(sample_world: SampleWorld, tmp_path: Path) -> None:
    app = create_app(sample_world.copied(tmp_path / "var").settings(), lambda: LOADED_AT)
    actor = sample_world.actor("viewer@velo.example")
    with writing(app.extensions["tandem"].engine) as session:
        numbers = [card for card in revenue.statements(session, actor) if card.payee.id == actor.partner_id]
    lately = _lately(signed_in_client(app.test_client(), actor).get("/").text)
    app.extensions["tandem"].engine.dispose()

    assert "issued the statement" in lately
    assert any(card.number in lately for card in numbers)
    assert "EUR" not in lately


@pytest.mark.parametrize(
    ("role", "sentence", "step"),
    [
        ("manager", "audiences to renew appear here", "Begin a partnership"),
        ("viewer", "nothing to do here but read", None),
        ("finance", "Months to close", "Say where your brand is paid"),
        ("admin", "need a second person", "Protect your sign-in with a second factor"),
    ],
)
def test_an_empty_page_leads_each_role_to_its_next_step(
    client_for: SignedIn, world: Cast, role: str, sentence: str, step: str | None
) -> None:
    page = client_for(getattr(world.cedar, role)).get("/").text

    assert sentence in page
    assert ("First steps of your brand" in page) == (step is not None)
    assert step is None or step in page


def test_every_role_has_a_word_for_nothing_to_do(client_for: SignedIn, world: Cast) -> None:
    app = client_for(world.alder.viewer).application

    assert set(waiting.RESTS) == set(Role)
    assert {rest.endpoint for rest in waiting.RESTS.values()} <= set(app.view_functions)


def _waiting(sample_world: SampleWorld, email: str) -> list[Waiting]:
    with reading(open_engine(sample_world.settings().database_url)) as session:
        return revenue.waiting_for(session, sample_world.actor(email), LOADED_AT + timedelta(days=20))


def _lately(page: str) -> str:
    return page.split("<h2>Your partners lately</h2>")[1].split("<h2>")[0]
