"""How often anybody may try to sign in, and that nobody locks out the owner of an account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app, passwords
from app.installation import Installation
from config import Settings
from partners.database import writing
from partners.directory.accounts import factor_services
from partners.directory.policy import Actor
from tests.app.conftest import PASSWORD_DIGEST
from tests.cast import PASSWORD, Cast
from tests.conftest import NOW

OWNER = "manager@alder.example"
ATTACKER, HOME = "203.0.113.66", "198.51.100.7"
KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


class _Counted:
    """The real hasher, counting how often a password of this test's users is compared."""

    def __init__(self, real: object) -> None:
        self.real = real
        self.compared = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self.real, name)

    def verify(self, digest: str, password: str) -> bool:
        self.compared += digest == PASSWORD_DIGEST
        return bool(self.real.verify(PASSWORD_DIGEST, password))  # type: ignore[attr-defined]


class _Clock:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def now() -> _Clock:
    return _Clock()


@pytest.fixture
def hasher(monkeypatch: pytest.MonkeyPatch) -> _Counted:
    counted = _Counted(passwords._hasher)
    monkeypatch.setattr(passwords, "_hasher", counted)
    return counted


@pytest.fixture
def second_worker(app: Flask, settings: Settings, now: Callable[[], datetime]) -> Iterator[Flask]:
    """Another process on the same database, as a second worker or after a restart."""
    made = create_app(settings, now)
    made.config["WTF_CSRF_ENABLED"] = False
    yield made
    made.extensions["tandem"].engine.dispose()


def test_of_a_thousand_tries_ten_are_compared(app: Flask, second_worker: Flask, world: Cast, hasher: _Counted) -> None:
    workers = (app, second_worker)

    answers = [_try(workers[n % 2].test_client(), f"wrong {n}") for n in range(1000)]

    assert hasher.compared == 10
    assert [answer.status_code for answer in answers[:11]] == [422] * 10 + [429]
    assert {answer.status_code for answer in answers[10:]} == {429}
    assert "Try again in 15 minutes." in answers[10].text
    assert answers[10].headers["Retry-After"] == "900"


def test_the_right_password_is_not_compared_either_once_it_is_held(app: Flask, world: Cast) -> None:
    for n in range(10):
        _try(app.test_client(), f"wrong {n}")

    assert _try(app.test_client(), PASSWORD).status_code == 429
    assert _try(app.test_client(), PASSWORD, email="viewer@alder.example").status_code == 303


def test_the_owner_signs_in_from_another_address_meanwhile(app: Flask, world: Cast) -> None:
    for n in range(20):
        _try(app.test_client(), f"wrong {n}")

    assert _try(app.test_client(), PASSWORD, HOME).status_code == 303


def test_the_owner_signs_in_with_a_known_device_from_the_same_address(app: Flask, world: Cast) -> None:
    device = app.test_client()
    _try(device, PASSWORD)
    device.post("/session/sign-out")

    for n in range(200):  # beyond every limit of the address too
        _try(app.test_client(), f"wrong {n}", email=OWNER if n % 2 else f"nobody{n}@alder.example")

    assert _try(app.test_client(), PASSWORD).status_code == 429
    assert _try(device, PASSWORD).status_code == 303


def test_a_known_device_has_ten_tries_too_and_for_its_own_user_alone(app: Flask, world: Cast) -> None:
    device = app.test_client()
    _try(device, PASSWORD)
    device.post("/session/sign-out")

    tries = [_try(device, f"wrong {n}").status_code for n in range(11)]

    assert tries == [422] * 10 + [429]
    assert _try(device, PASSWORD, email="viewer@alder.example").status_code == 303


def test_a_forged_device_is_no_known_one(app: Flask, world: Cast) -> None:
    client = app.test_client()
    for n in range(10):
        _try(client, f"wrong {n}")

    client.set_cookie("tandem-device", "eyJ1c2VyIjoiZGV2aWNlIn0.forged.signature")

    assert _try(client, PASSWORD).status_code == 429


def test_an_attack_from_everywhere_leaves_the_second_factor_as_the_way_in(
    app: Flask, place: Installation, world: Cast, hasher: _Counted
) -> None:
    _switch_codes_on(place, world.alder.manager)
    tries = [_try(app.test_client(), f"wrong {n}", f"192.0.2.{n}") for n in range(60)]

    alone = _try(app.test_client(), PASSWORD, HOME)
    with_code = _try(app.test_client(), PASSWORD, HOME, code=pyotp.TOTP(KEY).at(NOW))

    assert hasher.compared == 51
    assert {answer.status_code for answer in tries[50:]} == {429}
    assert alone.status_code == 429
    assert 'name="code"' in alone.text
    assert with_code.status_code == 303


def test_in_an_attack_from_everywhere_a_known_device_still_does(app: Flask, world: Cast) -> None:
    device = app.test_client()
    _try(device, PASSWORD, HOME)
    device.post("/session/sign-out")
    for n in range(60):
        _try(app.test_client(), f"wrong {n}", f"192.0.2.{n}")

    assert _try(app.test_client(), PASSWORD, "198.51.100.8").status_code == 429
    assert _try(device, PASSWORD, HOME).status_code == 303


def test_a_wrong_code_keeps_the_password_from_being_compared(
    app: Flask, place: Installation, world: Cast, hasher: _Counted
) -> None:
    _switch_codes_on(place, world.alder.manager)

    tries = [_try(app.test_client(), PASSWORD, code=f"{n:06}").status_code for n in range(20)]

    assert tries == [422] * 10 + [429] * 10
    assert hasher.compared == 0


def test_codes_after_the_password_are_held_too(app: Flask, place: Installation, world: Cast) -> None:
    _switch_codes_on(place, world.alder.manager)
    client = app.test_client()
    _try(client, PASSWORD)

    tries = [client.post("/session/code", data={"code": f"{n:06}"}, environ_base=_from(ATTACKER)) for n in range(11)]
    right = client.post("/session/code", data={"code": pyotp.TOTP(KEY).at(NOW)}, environ_base=_from(ATTACKER))

    assert [answer.status_code for answer in tries] == [422] * 10 + [429]
    assert right.status_code == 429


def test_an_unknown_account_is_held_like_a_known_one(app: Flask, world: Cast) -> None:
    tries = [_try(app.test_client(), "wrong", email="nobody@alder.example").status_code for _ in range(11)]

    assert tries == [422] * 10 + [429]


def test_one_address_has_a_hundred_tries_over_all_accounts(app: Flask, world: Cast, hasher: _Counted) -> None:
    tries = [_try(app.test_client(), "wrong", email=f"user{n}@alder.example").status_code for n in range(101)]

    assert tries == [422] * 100 + [429]


def test_neighbours_in_one_ipv6_network_are_one_source(app: Flask, world: Cast) -> None:
    tries = [_try(app.test_client(), "wrong", f"2001:db8:1:2::{n:x}").status_code for n in range(11)]

    assert tries == [422] * 10 + [429]
    assert _try(app.test_client(), PASSWORD, "2001:db8:1:3::1").status_code == 303


def test_after_the_window_the_count_begins_anew(app: Flask, world: Cast, now: _Clock) -> None:
    for n in range(11):
        _try(app.test_client(), f"wrong {n}")

    now.at += timedelta(minutes=14)
    early = _try(app.test_client(), PASSWORD)
    now.at += timedelta(minutes=1)

    assert (early.status_code, early.headers["Retry-After"]) == (429, "60")
    assert _try(app.test_client(), PASSWORD).status_code == 303


def test_being_right_forgets_the_tries_before(app: Flask, world: Cast) -> None:
    for _ in range(2):
        for n in range(9):
            _try(app.test_client(), f"wrong {n}")
        assert _try(app.test_client(), PASSWORD).status_code == 303


def test_behind_proxies_the_address_they_name_counts(settings: Settings, world: Cast, now: _Clock) -> None:
    import dataclasses

    app = create_app(dataclasses.replace(settings, proxies=1), now)
    app.config["WTF_CSRF_ENABLED"] = False

    def attempt(address: str) -> int:
        headers = {"X-Forwarded-For": f"9.9.9.9, {address}", "X-Forwarded-Host": "evil.example"}
        data = {"email": OWNER, "password": "wrong"}
        return app.test_client().post("/session/sign-in", data=data, headers=headers).status_code

    assert [attempt("192.0.2.1") for _ in range(11)] == [422] * 10 + [429]
    assert attempt("192.0.2.2") == 422
    app.extensions["tandem"].engine.dispose()


def _try(
    client: FlaskClient, password: str, address: str = ATTACKER, email: str = OWNER, code: str = ""
) -> TestResponse:
    data = {"email": email, "password": password, "code": code}
    return client.post("/session/sign-in", data=data, environ_base=_from(address))


def _from(address: str) -> dict[str, str]:
    return {"REMOTE_ADDR": address}


def _switch_codes_on(place: Installation, actor: Actor) -> None:
    earlier = NOW - timedelta(minutes=5)
    with writing(place.engine) as session:
        code = pyotp.TOTP(KEY).at(earlier)
        factor_services.switch_codes_on(session, actor, KEY, code, place.settings.seal_key, earlier)
        session.commit()
