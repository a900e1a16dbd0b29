"""Signing in and out, changing the seat and the language."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.installation import Installation
from partners.database import reading, writing
from partners.directory.account_models import Role, Seat, User
from partners.directory.policy import Actor
from tests.cast import PASSWORD, Cast
from tests.conftest import NOW

SignIn = Callable[[FlaskClient, str], TestResponse]
ClientFor = Callable[[Actor], FlaskClient]


def test_right_password_leads_home(app: Flask, world: Cast, sign_in: SignIn) -> None:
    client = app.test_client()

    answer = sign_in(client, "manager@alder.example")

    assert (answer.status_code, answer.location) == (303, "/")
    assert "Alder Coffee" in client.get("/nowhere").text


def test_email_is_read_in_any_case(app: Flask, world: Cast, sign_in: SignIn) -> None:
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


def test_who_is_not_active_does_not_sign_in(app: Flask, place: Installation, world: Cast, sign_in: SignIn) -> None:
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


def test_eleventh_try_on_an_account_is_held_back_even_with_the_right_password(app: Flask, world: Cast) -> None:
    def attempt(email: str, password: str) -> int:
        data = {"email": email, "password": password}
        return app.test_client().post("/session/sign-in", data=data).status_code

    tries = [attempt("Manager@alder.example", "wrong") for _ in range(10)]

    assert set(tries) == {422}
    assert attempt("manager@alder.example", PASSWORD) == 429
    assert attempt("viewer@alder.example", PASSWORD) == 303


def test_count_of_failures_begins_anew_after_a_success(app: Flask, world: Cast, sign_in: SignIn) -> None:
    wrong = {"email": "manager@alder.example", "password": "wrong"}

    for _ in range(2):
        for _ in range(9):
            app.test_client().post("/session/sign-in", data=wrong)
        assert sign_in(app.test_client(), "manager@alder.example").status_code == 303


def test_signing_in_drops_a_planted_session(app: Flask, world: Cast, sign_in: SignIn) -> None:
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


def test_new_password_ends_older_sessions(place: Installation, world: Cast, client_for: ClientFor) -> None:
    client = client_for(world.alder.manager)
    with writing(place.engine) as session:
        session.get_one(User, world.alder.manager.user_id).password_digest = "another"
        session.commit()

    answer = client.get("/jobs/abc")

    assert answer.location.startswith("/session/sign-in")


def test_cookie_for_the_seat_of_another_user_is_worth_nothing(
    app: Flask, place: Installation, world: Cast, client_for: ClientFor
) -> None:
    client = client_for(world.cedar.manager)
    with client.session_transaction() as cookie:
        user, _, stamp = cookie["_user_id"].split(":")
        cookie["_user_id"] = f"{user}:{world.alder.admin.seat_id}:{stamp}"

    assert client.get("/jobs/abc").status_code == 303


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
