"""Coming in as a stranger meets it: register, accept an invitation, lose a password; each from mail to sign-in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.installation import Installation
from app.worker import reap, run_job
from partners.database import reading, writing
from partners.directory import invitation_services
from partners.directory.accounts.models import Role, User
from partners.directory.models import Partner
from partners.directory.policy import Actor
from tests.cast import PASSWORD, Cast
from tests.conftest import NOW

ClientFor = Callable[[Actor], FlaskClient]

BRAND = {
    "name": "Dogwood Tea", "partner_type": "brand", "industry": "tea", "region": "DE", "person": "Dora",
    "email": "dora@dogwood.example", "locale": "en",
}  # fmt: skip
SECRET = "nine herbs at dusk"


class Clock:
    """A clock that a test sets forward."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> object:
        return self.at


@pytest.fixture
def now() -> Clock:
    return Clock()


@pytest.fixture
def mails(place: Installation) -> Callable[[], list[EmailMessage]]:
    """Do all background work, then give the mails that were sent so far, in the order of their jobs' files."""

    def sent() -> list[EmailMessage]:
        while waiting := reap(place):
            for job_id in waiting:
                run_job(place, job_id)
        files = sorted((place.settings.var / "mail").glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]

    return sent


def link_in(mail: EmailMessage) -> str:
    found = re.search(r"http://localhost(/\S+)", mail.get_content())
    assert found
    return found[1]


def test_a_brand_registers_proves_its_address_and_waits(
    app: Flask, place: Installation, world: Cast, mails: Callable[[], list[EmailMessage]]
) -> None:
    client = app.test_client()

    assert client.post("/session/register", data=BRAND).location == "/session/mailed"
    (mail,) = mails()
    assert (mail["To"], mail["Subject"]) == ("dora@dogwood.example", "Go on with Dogwood Tea on Tandem")
    form = {"name": "Dora", "new": SECRET, "again": SECRET, "locale": "en"}
    page = client.get(link_in(mail))
    assert "Dogwood Tea" in page.text
    assert client.post(link_in(mail), data=form).status_code == 303

    led = client.get("/")  # to a second factor, which its brand asks for
    assert led.status_code == 303
    _no_longer_asked(place)
    assert "waits for approval" in client.get("/").text
    assert client.post(link_in(mail), data=form).status_code == 404


def test_the_answer_is_the_same_whoever_knows_the_address(app: Flask, place: Installation, world: Cast) -> None:
    known = app.test_client().post("/session/register", data=BRAND | {"email": "viewer@alder.example"})
    unknown = app.test_client().post("/session/register", data=BRAND)

    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)


def test_a_form_that_lacks_something_says_what(app: Flask, world: Cast) -> None:
    refused = app.test_client().post("/session/register", data=BRAND | {"region": "", "email": "nobody"})

    assert refused.status_code == 422
    assert "Country" in refused.text


def test_a_network_address_registers_five_brands_an_hour(app: Flask, world: Cast) -> None:
    def attempt(number: int) -> int:
        data = BRAND | {"name": f"Tea {number}", "email": f"tea{number}@dogwood.example"}
        return app.test_client().post(
            "/session/register", data=data, environ_overrides={"REMOTE_ADDR": "203.0.113.7"}
        ).status_code  # fmt: skip

    assert [attempt(number) for number in range(6)] == [303] * 5 + [429]


def test_no_form_fills_somebodys_mailbox(
    app: Flask, world: Cast, mails: Callable[[], list[EmailMessage]]
) -> None:
    for _ in range(5):
        assert app.test_client().post("/session/reset", data={"email": "viewer@alder.example"}).status_code == 303

    assert len(mails()) == 3


def test_a_newcomer_accepts_a_seat_and_is_signed_in(
    app: Flask, place: Installation, world: Cast, mails: Callable[[], list[EmailMessage]]
) -> None:
    _invite(place, world, "nora@alder.example")
    (mail,) = mails()
    client = app.test_client()

    page = client.get(link_in(mail)).text
    assert "Alder Coffee admin invites nora@alder.example" in page
    weak = client.post(link_in(mail), data={"name": "Nora", "new": "x" * 12, "again": "x" * 12, "locale": "en"})
    assert weak.status_code == 422
    assert client.post(
        link_in(mail), data={"name": "Nora", "new": SECRET, "again": SECRET, "locale": "zh"}
    ).location == "/"  # fmt: skip
    assert "Nora" in client.get("/nowhere").text


def test_somebody_known_accepts_with_the_own_password(
    app: Flask, place: Installation, world: Cast, mails: Callable[[], list[EmailMessage]]
) -> None:
    _invite(place, world, "viewer@birch.example")
    (mail,) = mails()
    client = app.test_client()

    assert "You keep your other seats" in client.get(link_in(mail)).text
    assert client.post(link_in(mail), data={"password": "something else"}).status_code == 422
    assert client.post(link_in(mail), data={"password": PASSWORD}).location == "/"
    assert "Change seat" in client.get("/nowhere").text


def test_somebody_with_a_second_factor_goes_on_to_it(
    app: Flask, place: Installation, world: Cast, mails: Callable[[], list[EmailMessage]]
) -> None:
    _invite(place, world, "viewer@birch.example")
    with writing(place.engine) as session:
        session.get_one(User, world.birch.viewer.user_id).code_key_sealed = b"sealed"
        session.commit()

    answer = app.test_client().post(link_in(mails()[0]), data={"password": PASSWORD})

    assert answer.location == "/session/code"


def test_an_invitation_is_over_after_seven_days_and_a_changed_link_is_no_link(
    app: Flask, place: Installation, world: Cast, mails: Callable[[], list[EmailMessage]], now: Clock
) -> None:
    _invite(place, world, "nora@alder.example")
    link = link_in(mails()[0])

    assert app.test_client().get(link[:-2]).status_code == 404
    assert app.test_client().get(link.replace("invitation", "register")).status_code == 404
    now.at = NOW + timedelta(days=7)
    assert "no longer open" in app.test_client().get(link).text


def test_a_lost_password_is_replaced_once_within_an_hour(
    app: Flask, world: Cast, mails: Callable[[], list[EmailMessage]], client_for: ClientFor, now: Clock
) -> None:
    elsewhere = client_for(world.alder.viewer)
    client = app.test_client()
    client.post("/session/reset", data={"email": "Viewer@alder.example"})
    (mail,) = mails()
    form = {"new": SECRET, "again": SECRET}

    assert client.post(link_in(mail), data={"new": SECRET, "again": "else"}).status_code == 422
    assert client.post(link_in(mail), data=form).location == "/session/sign-in"

    assert client.post(link_in(mail), data=form).status_code == 404
    assert elsewhere.get("/").status_code == 303
    signed = client.post("/session/sign-in", data={"email": "viewer@alder.example", "password": SECRET})
    assert signed.location == "/"


def test_a_link_to_another_password_is_over_after_an_hour(
    app: Flask, world: Cast, mails: Callable[[], list[EmailMessage]], now: Clock
) -> None:
    app.test_client().post("/session/reset", data={"email": "viewer@alder.example"})
    link = link_in(mails()[0])
    now.at = NOW + timedelta(hours=1, seconds=1)

    assert app.test_client().get(link).status_code == 404


def test_who_does_not_sign_in_here_gets_no_mail_and_the_same_answer(
    app: Flask, world: Cast, mails: Callable[[], list[EmailMessage]]
) -> None:
    answer = app.test_client().post("/session/reset", data={"email": "nobody@alder.example"})

    assert answer.location == "/session/mailed"
    assert mails() == []


def test_an_invited_brand_registers_by_its_link(
    app: Flask, place: Installation, world: Cast, client_for: ClientFor, mails: Callable[[], list[EmailMessage]]
) -> None:
    manager = client_for(world.alder.manager)
    asked = {"name": "Dogwood Tea", "email": "dora@dogwood.example", "locale": "zh", "timezone": "Asia/Shanghai"}
    assert manager.post("/partners/invite/brand", data=asked).status_code == 303
    assert "/session/register/" in manager.get("/partners/invite/brand").text
    assert "/session/register/" not in manager.get("/partners/invite/brand").text
    (mail,) = mails()
    assert mail["Content-Language"] == "zh-Hans"
    client = app.test_client()

    page = client.get(link_in(mail)).text
    assert 'value="Dogwood Tea"' in page
    assert client.post(link_in(mail), data=BRAND).location == "/session/mailed"

    assert "registered" in manager.get("/partners/invite/brand").text
    with reading(place.engine) as session:
        assert {row.name for row in session.query(Partner)} >= {"Dogwood Tea"}


def _invite(place: Installation, world: Cast, email: str) -> None:
    with writing(place.engine) as session:
        invitation_services.invite_to_seat(session, world.alder.admin, email, "Nora", Role.VIEWER, "en", NOW)
        session.commit()


def _no_longer_asked(place: Installation) -> None:
    with writing(place.engine) as session:
        for partner in session.query(Partner):
            partner.requires_second_factor = False
        session.commit()
