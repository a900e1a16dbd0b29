"""The own account: password, codes of an app, recovery codes, browsers signed in, and brands that require more."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.installation import Installation
from partners.database import reading, writing
from partners.directory.accounts import factor_services, sign_in_queries
from partners.directory.accounts.factor_services import NewPasskey
from partners.directory.models import Partner
from partners.directory.policy import Actor
from tests.cast import PASSWORD, Cast
from tests.conftest import NOW
from tests.signed_in import hold_cookie, sign_in_row, signed_in_client

ClientFor = Callable[[Actor], FlaskClient]
SignInBy = Callable[[FlaskClient, str], TestResponse]
NEW = "a new and longer one"
KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
VIEWER = "viewer@alder.example"


class Clock:
    """The present, which a test moves."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def now() -> Clock:
    return Clock()


def test_a_new_password_ends_every_other_sign_in(client_for: ClientFor, world: Cast, sign_in: SignInBy) -> None:
    here, elsewhere = client_for(world.alder.viewer), client_for(world.alder.viewer)

    assert _change(here, PASSWORD, NEW).status_code == 303

    assert (here.get("/account").status_code, elsewhere.get("/account").status_code) == (200, 303)
    assert sign_in(elsewhere, VIEWER).status_code == 422


@pytest.mark.parametrize(
    ("present", "new", "again"),
    [("wrong", NEW, NEW), (PASSWORD, NEW, "another one"), (PASSWORD, "short", "short"),
     (PASSWORD, "viewer@alder", "viewer@alder"), (PASSWORD, "password12345", "password12345")],
)  # fmt: skip
def test_a_password_is_not_changed_by_a_wrong_one_or_to_a_weak_one(
    client_for: ClientFor, world: Cast, present: str, new: str, again: str
) -> None:
    client = client_for(world.alder.viewer)

    assert _change(client, present, new, again).status_code == 422


def test_the_present_password_is_not_guessed_at_somebody_elses_desk(client_for: ClientFor, world: Cast) -> None:
    client = client_for(world.alder.viewer)

    tries = [_change(client, f"wrong {n}", NEW).status_code for n in range(11)]

    assert tries == [422] * 10 + [429]
    assert _change(client, PASSWORD, NEW).status_code == 429


def test_codes_are_switched_on_by_the_first_right_one(
    app: Flask, client_for: ClientFor, world: Cast, now: Clock, sign_in: SignInBy
) -> None:
    client = client_for(world.alder.viewer)
    page = client.get("/account/second-factor/codes").text
    key = "".join(_found(r'digest__whole">([A-Z2-7 ]+)<', page).split())
    assert "data:image/svg+xml" in page

    wrong = client.post("/account/second-factor/codes", data={"code": "000000"})
    right = client.post("/account/second-factor/codes", data={"code": pyotp.TOTP(key).at(NOW)})

    assert wrong.status_code == 422
    assert key in "".join(wrong.text.split())
    assert len(re.findall(r"<li><code>", right.text)) == 10
    assert sign_in(app.test_client(), VIEWER).location == "/session/code"


def test_the_key_is_not_readable_in_the_cookie(client_for: ClientFor, world: Cast) -> None:
    client = client_for(world.alder.viewer)
    page = client.get("/account/second-factor/codes").text
    key = "".join(_found(r'digest__whole">([A-Z2-7 ]+)<', page).split())

    with client.session_transaction() as cookie:
        assert key not in str(dict(cookie))


def test_nobody_is_signed_in_before_the_code(app: Flask, place: Installation, world: Cast, sign_in: SignInBy) -> None:
    _switch_codes_on(place, world.alder.viewer)
    client = app.test_client()

    sign_in(client, VIEWER)

    assert client.get("/account").status_code == 303
    assert _open_sign_ins(place, world.alder.viewer) == 0


def test_the_code_signs_in_and_leads_to_what_was_asked_for(
    app: Flask, place: Installation, world: Cast, sign_in: SignInBy
) -> None:
    _switch_codes_on(place, world.alder.viewer)
    client = app.test_client()
    client.post("/session/sign-in", data={"email": VIEWER, "password": PASSWORD, "next": "/partners"})

    wrong = client.post("/session/code", data={"code": "000000"})
    right = client.post("/session/code", data={"code": pyotp.TOTP(KEY).at(NOW)})

    assert (wrong.status_code, right.status_code, right.location) == (422, 303, "/partners")
    assert "password and code" in client.get("/account/sign-ins").text


def test_a_code_that_was_seen_does_not_sign_in_a_second_browser(
    app: Flask, place: Installation, world: Cast, sign_in: SignInBy
) -> None:
    _switch_codes_on(place, world.alder.viewer)
    first, second = app.test_client(), app.test_client()
    code = {"code": pyotp.TOTP(KEY).at(NOW)}
    sign_in(first, VIEWER)
    sign_in(second, VIEWER)

    assert first.post("/session/code", data=code).status_code == 303
    assert second.post("/session/code", data=code).status_code == 422


def test_a_recovery_code_stands_in_once(app: Flask, place: Installation, world: Cast, sign_in: SignInBy) -> None:
    recovery = _switch_codes_on(place, world.alder.viewer)[0]

    def use() -> int:
        client = app.test_client()
        sign_in(client, VIEWER)
        return client.post("/session/code", data={"code": recovery}).status_code

    assert (use(), use()) == (303, 422)


def test_the_password_step_is_kept_for_five_minutes(
    app: Flask, place: Installation, world: Cast, now: Clock, sign_in: SignInBy
) -> None:
    _switch_codes_on(place, world.alder.viewer)
    client = app.test_client()
    sign_in(client, VIEWER)

    now.at += timedelta(minutes=5, seconds=1)

    answer = client.post("/session/code", data={"code": pyotp.TOTP(KEY).at(now.at)})
    assert answer.location == "/session/sign-in"


def test_who_has_a_passkey_does_not_sign_in_by_password_alone(
    app: Flask, place: Installation, world: Cast, sign_in: SignInBy
) -> None:
    with writing(place.engine) as session:
        made = NewPasskey("credential", b"key", 0, "phone")
        recovery = factor_services.add_passkey(session, world.alder.viewer, made, NOW)[0]
        session.commit()
    client = app.test_client()

    assert sign_in(client, VIEWER).location == "/session/code"
    assert client.post("/session/code", data={"code": recovery}).status_code == 303


def test_switching_codes_off_leaves_the_password(
    app: Flask, place: Installation, world: Cast, client_for: ClientFor, sign_in: SignInBy
) -> None:
    _switch_codes_on(place, world.alder.viewer)

    client_for(world.alder.viewer).post("/account/second-factor/codes/off")

    assert sign_in(app.test_client(), VIEWER).location == "/"


def test_new_recovery_codes_are_shown_once(client_for: ClientFor, place: Installation, world: Cast) -> None:
    old = _switch_codes_on(place, world.alder.viewer)
    client = client_for(world.alder.viewer)

    page = client.post("/account/second-factor/recovery").text

    assert len(re.findall(r"<li><code>", page)) == 10
    assert old[0] not in page
    assert "<li><code>" not in client.get("/account/second-factor").text


def test_browsers_are_listed_and_ended(app: Flask, place: Installation, world: Cast, client_for: ClientFor) -> None:
    here = client_for(world.alder.viewer)
    row = sign_in_row(place.engine, world.alder.viewer, NOW, agent="Safari · iPhone")
    phone = hold_cookie(app.test_client(), row)
    page = here.get("/account/sign-ins").text

    here.post("/account/sign-ins/end", data={"sign_in_id": row})

    assert "Safari · iPhone" in page
    assert "this browser" in page
    assert (phone.get("/account").status_code, here.get("/account").status_code) == (303, 200)


def test_all_other_browsers_are_ended_at_once(world: Cast, client_for: ClientFor) -> None:
    here, *others = (client_for(world.alder.viewer) for _ in range(3))

    here.post("/account/sign-ins/end-others")

    assert here.get("/account").status_code == 200
    assert [client.get("/account").status_code for client in others] == [303, 303]


def test_a_strangers_sign_in_and_passkey_are_not_found(place: Installation, world: Cast, client_for: ClientFor) -> None:
    row = sign_in_row(place.engine, world.alder.viewer, NOW)
    stranger = client_for(world.cedar.admin)

    assert stranger.post("/account/sign-ins/end", data={"sign_in_id": row}).status_code == 404
    assert stranger.post("/account/passkeys/remove", data={"passkey_id": row}).status_code == 404
    assert _open_sign_ins(place, world.alder.viewer) == 1


def test_a_brand_that_requires_a_second_factor_leads_to_setting_it_up(
    app: Flask, place: Installation, world: Cast
) -> None:
    _require(place, world.alder.partner.id)
    client = signed_in_client(app.test_client(), world.alder.manager)

    asked = [client.get(path).location for path in ("/", "/partners", "/account", "/account/sign-ins")]

    assert set(asked) == {"/account/second-factor"}
    assert client.post("/communities/new", data={"name": "x"}).location == "/account/second-factor"
    assert "asks everybody for a second factor" in client.get("/account/second-factor").text
    assert client.post("/session/language", data={"locale": "en"}).status_code == 303


def test_after_setting_it_up_the_way_is_free(app: Flask, place: Installation, world: Cast) -> None:
    _require(place, world.alder.partner.id)
    client = signed_in_client(app.test_client(), world.alder.manager)
    page = client.get("/account/second-factor/codes").text
    key = "".join(_found(r'digest__whole">([A-Z2-7 ]+)<', page).split())

    shown = client.post("/account/second-factor/codes", data={"code": pyotp.TOTP(key).at(NOW)})

    assert 'class="button button--main" href="/"' in shown.text
    assert client.get("/").status_code == 200


def test_who_has_a_factor_notices_nothing(app: Flask, place: Installation, world: Cast) -> None:
    _require(place, world.alder.partner.id)
    _switch_codes_on(place, world.alder.manager)

    assert signed_in_client(app.test_client(), world.alder.manager).get("/").status_code == 200
    assert signed_in_client(app.test_client(), world.birch.manager).get("/").status_code == 200


def _change(client: FlaskClient, present: str, new: str, again: str = "") -> TestResponse:
    return client.post("/account/password", data={"present": present, "new": new, "again": again or new})


def _switch_codes_on(place: Installation, actor: Actor) -> list[str]:
    earlier = NOW - timedelta(minutes=5)
    with writing(place.engine) as session:
        code, seal_key = pyotp.TOTP(KEY).at(earlier), place.settings.seal_key
        codes = factor_services.switch_codes_on(session, actor, KEY, code, seal_key, earlier)
        session.commit()
        return codes


def _open_sign_ins(place: Installation, actor: Actor) -> int:
    with reading(place.engine) as session:
        return len(sign_in_queries.own_sign_ins(session, actor, "", NOW))


def _require(place: Installation, partner_id: str) -> None:
    with writing(place.engine) as session:
        session.get_one(Partner, partner_id).requires_second_factor = True
        session.commit()


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match is not None
    return match[1]
