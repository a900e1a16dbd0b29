"""Signing in and out, changing the seat and the language."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from app.installation import Installation
from app.passwords import is_outdated
from partners.audit import AuditEvent
from partners.database import reading, writing
from partners.directory.accounts.models import Factor, Role, Seat, SignIn, User
from partners.directory.policy import Actor
from tests.app.conftest import PASSWORD_DIGEST
from tests.cast import PASSWORD, Cast
from tests.conftest import NOW
from tests.signed_in import hold_cookie, sign_in_row, signed_in_client

SignInBy = Callable[[FlaskClient, str], TestResponse]
ClientFor = Callable[[Actor], FlaskClient]


def test_right_password_leads_home(app: Flask, world: Cast, sign_in: SignInBy) -> None:
    client = app.test_client()

    answer = sign_in(client, "manager@alder.example")

    assert (answer.status_code, answer.location) == (303, "/")
    assert "Alder Coffee" in client.get("/nowhere").text


def test_email_is_read_in_any_case(app: Flask, world: Cast, sign_in: SignInBy) -> None:
    answer = sign_in(app.test_client(), " Manager@Alder.example ")

    assert answer.status_code == 303


def test_wrong_password_and_unknown_email_get_the_same_answer(app: Flask, world: Cast) -> None:
    def refused(email: str, password: str) -> str:
        answer = app.test_client().post("/session/sign-in", data={"email": email, "password": password})
        assert answer.status_code == 422
        return re.sub(r'(content|value)="[\w.-]{40,}"', "", answer.text.replace(email, ""))  # tokens differ

    known = refused("manager@alder.example", "wrong")
    unknown = refused("nobody@alder.example", PASSWORD)

    assert known == unknown
    assert "No user with this e-mail and password" in known


def test_who_is_not_active_does_not_sign_in(app: Flask, place: Installation, world: Cast, sign_in: SignInBy) -> None:
    with writing(place.engine) as session:
        session.get_one(User, world.alder.manager.user_id).is_active = False
        session.commit()

    answer = sign_in(app.test_client(), "manager@alder.example")

    assert answer.status_code == 422


def test_page_that_was_asked_for_follows_signing_in(app: Flask, world: Cast) -> None:
    client = app.test_client()
    asked = client.get("/jobs/abc?x=1")
    page = client.get(asked.location)

    answer = client.post(
        "/session/sign-in",
        data={"email": "viewer@birch.example", "password": PASSWORD, "next": "/jobs/abc?x=1"},
    )

    assert 'value="/jobs/abc?x=1"' in page.text
    assert answer.location == "/jobs/abc?x=1"


def test_signing_in_drops_a_planted_session(app: Flask, world: Cast, sign_in: SignInBy) -> None:
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["csrf_token"] = "planted"
        cookie["locale"] = "zh"

    sign_in(client, "manager@alder.example")

    with client.session_transaction() as cookie:
        assert cookie.get("csrf_token") != "planted"
        assert cookie["locale"] == "zh"


def test_signing_out_ends_the_session(world: Cast, client_for: ClientFor) -> None:
    client = client_for(world.alder.manager)

    answer = client.post("/session/sign-out")

    assert answer.location == "/session/sign-in"
    assert client.get("/jobs/abc").status_code == 303


def test_a_cookie_that_was_copied_is_worth_nothing_after_signing_out(app: Flask, world: Cast) -> None:
    client, thief = app.test_client(), app.test_client()
    signed_in_client(client, world.alder.manager)
    with client.session_transaction() as cookie:
        hold_cookie(thief, cookie["_user_id"])

    client.post("/session/sign-out")

    assert thief.get("/jobs/abc").status_code == 303


@pytest.mark.parametrize(("later", "status"), [(timedelta(hours=11, minutes=59), 404), (timedelta(hours=12), 303)])
def test_a_sign_in_ends_when_it_lies_idle(
    app: Flask, place: Installation, world: Cast, later: timedelta, status: int
) -> None:
    row = sign_in_row(place.engine, world.alder.manager, NOW - later)

    answer = hold_cookie(app.test_client(), row).get("/jobs/abc")

    assert answer.status_code == status


def test_a_sign_in_ends_after_two_weeks_however_busy(app: Flask, place: Installation, world: Cast) -> None:
    row = sign_in_row(place.engine, world.alder.manager, NOW)
    client = hold_cookie(app.test_client(), row)

    def at_age(days: int) -> int:
        with writing(place.engine) as session:
            session.get_one(SignIn, row).began_at = NOW - timedelta(days=days)
            session.commit()
        return client.get("/jobs/abc").status_code

    assert (at_age(13), at_age(14)) == (404, 303)


def test_a_suspended_seat_signs_out_at_once_and_cannot_be_taken(
    app: Flask, place: Installation, world: Cast, client_for: ClientFor, sign_in: SignInBy
) -> None:
    client = client_for(world.alder.viewer)
    with writing(place.engine) as session:
        session.get_one(Seat, world.alder.viewer.seat_id).suspended_at = NOW
        session.commit()

    assert client.get("/jobs/abc").status_code == 303
    assert sign_in(app.test_client(), "viewer@alder.example").status_code == 422


def test_when_a_sign_in_was_used_is_kept_to_five_minutes(app: Flask, place: Installation, world: Cast) -> None:
    def used_after(minutes: int) -> datetime:
        row = sign_in_row(place.engine, world.alder.manager, NOW - timedelta(minutes=minutes))
        hold_cookie(app.test_client(), row).get("/jobs/abc")
        with reading(place.engine) as session:
            return session.get_one(SignIn, row).seen_at

    assert used_after(4) == NOW - timedelta(minutes=4)
    assert used_after(5) == NOW


def test_no_page_waits_for_a_writer_to_note_that_it_was_read(app: Flask, place: Installation, world: Cast) -> None:
    row = sign_in_row(place.engine, world.alder.manager, NOW - timedelta(hours=1))
    client = hold_cookie(app.test_client(), row)

    with writing(place.engine) as session:
        session.execute(text("SELECT 1"))  # takes the lock
        assert client.get("/jobs/abc").status_code == 404

    with reading(place.engine) as session:
        assert session.get_one(SignIn, row).seen_at == NOW - timedelta(hours=1)


def test_signing_in_is_written_down(app: Flask, place: Installation, world: Cast, sign_in: SignInBy) -> None:
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

    sign_in(client, "manager@alder.example")

    with reading(place.engine) as session:
        row = session.scalars(select(SignIn)).one()
        event = session.scalars(select(AuditEvent)).one()
    assert (row.agent, row.network, row.factor) == ("Firefox · Linux", "127.0.0.1", Factor.PASSWORD)
    assert (event.action, event.seat_id, event.thing_id) == ("sign_in", world.alder.manager.seat_id, row.id)


def test_a_digest_of_older_parameters_is_made_anew(
    app: Flask, place: Installation, world: Cast, sign_in: SignInBy
) -> None:
    assert is_outdated(PASSWORD_DIGEST)

    sign_in(app.test_client(), "manager@alder.example")

    with reading(place.engine) as session:
        assert not is_outdated(session.get_one(User, world.alder.manager.user_id).password_digest)
    assert sign_in(app.test_client(), "manager@alder.example").status_code == 303


def test_user_with_two_seats_changes_between_them(place: Installation, world: Cast, client_for: ClientFor) -> None:
    seat_id = _second_seat(place, world)
    client = client_for(world.alder.manager)

    answer = client.post("/session/seat", data={"seat_id": seat_id}, follow_redirects=False)
    page = client.get("/nowhere").text

    assert answer.status_code == 303
    assert "<strong>Birch Dairy</strong>" in page
    assert "Change seat" in page


def test_seat_of_another_user_is_not_found(world: Cast, client_for: ClientFor) -> None:
    client = client_for(world.cedar.manager)

    answer = client.post("/session/seat", data={"seat_id": world.alder.manager.seat_id})

    assert answer.status_code == 404


def test_language_is_kept_for_the_user(place: Installation, world: Cast, client_for: ClientFor) -> None:
    client = client_for(world.alder.viewer)

    answer = client.post("/session/language", data={"locale": "zh", "next": "/partners"})

    assert answer.location == "/partners"
    assert '<html lang="zh-Hans">' in client.get("/nowhere").text
    with reading(place.engine) as session:
        assert session.get_one(User, world.alder.viewer.user_id).locale == "zh"


def test_language_is_kept_without_signing_in(app: Flask, world: Cast) -> None:
    client = app.test_client()

    client.post("/session/language", data={"locale": "zh"})

    assert '<html lang="zh-Hans">' in client.get("/session/sign-in").text


def test_browser_preference_counts_until_somebody_chooses(app: Flask, world: Cast) -> None:
    page = app.test_client().get("/session/sign-in", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"})

    assert '<html lang="zh-Hans">' in page.text


def test_unknown_language_is_refused(world: Cast, client_for: ClientFor) -> None:
    answer = client_for(world.alder.viewer).post("/session/language", data={"locale": "xx"})

    assert answer.status_code == 422


def test_admin_is_offered_to_admins_only(world: Cast, client_for: ClientFor) -> None:
    admin = client_for(world.alder.admin).get("/nowhere").text
    viewer = client_for(world.alder.viewer).get("/nowhere").text

    assert 'href="/admin"' in admin
    assert 'href="/admin"' not in viewer


def _second_seat(place: Installation, world: Cast) -> str:
    with writing(place.engine) as session:
        seat = Seat(
            user_id=world.alder.manager.user_id, partner_id=world.birch.partner.id, role=Role.VIEWER, created_at=NOW
        )
        session.add(seat)
        session.commit()
        return seat.id
