"""Mail: into a folder or to a mail server, once, in the reader's language, to the right people."""

from __future__ import annotations

import logging
import ssl
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select

from app import mail
from app.installation import Installation
from app.worker import reap, run_job
from config import Settings
from partners.database import reading, writing
from partners.directory import bank_services, invitation_services, services, standing_services
from partners.directory.accounts.models import Role, User
from partners.directory.mail_queries import Recipient
from partners.directory.policy import Actor
from partners.outbox import Job, JobState
from tests.app.post_office import post_office
from tests.cast import Cast
from tests.conftest import NOW

LETTER = mail.Letter(Recipient("Ana", "ana@alder.example", "en"), "Hello", "http://localhost/session/reset/secret\n")


def test_without_a_mail_server_each_mail_is_one_file_however_often(settings: Settings) -> None:
    for _ in range(2):
        mail.send(settings, "job1", [LETTER, replace(LETTER, subject="Other")], NOW)

    files = sorted((settings.var / "mail").iterdir())
    assert [file.name for file in files] == ["job1-1.eml", "job1-2.eml"]
    first = _read(files[0].read_bytes())
    assert (first["To"], first["Message-ID"]) == ("Ana <ana@alder.example>", "<job1-1@localhost>")
    assert (settings.var / "mail").stat().st_mode & 0o077 == 0


def test_the_log_names_subject_and_reader_and_never_the_link(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        mail.send(settings, "job1", [LETTER], NOW)

    assert "mail “Hello” to ana@alder.example" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize("scheme", ["smtps", "smtp"])
def test_a_mail_server_gets_it_encrypted_and_signed_in(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    with post_office(tmp_path, begins_encrypted=scheme == "smtps") as office:
        trusting = ssl.create_default_context(cafile=str(office.certificate))
        monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)
        url = f"{scheme}://tandem:pass%40word@127.0.0.1:{office.port}"

        mail.send(replace(settings, smtp_url=url), "job1", [LETTER], NOW)

    assert [_read(each)["Subject"] for each in office.mails] == ["Hello"]
    words = [line.split()[0].upper() for line in office.said]
    assert words.index("AUTH") > (words.index("STARTTLS") if scheme == "smtp" else -1)
    assert not (settings.var / "mail").exists()


def test_a_mail_server_whose_certificate_nobody_trusts_gets_nothing(settings: Settings, tmp_path: Path) -> None:
    with post_office(tmp_path, begins_encrypted=True) as office:
        url = f"smtps://tandem:word@127.0.0.1:{office.port}"
        with pytest.raises(mail.MailServerUnreachable):
            mail.send(replace(settings, smtp_url=url), "job1", [LETTER], NOW)

    assert office.mails == []


def test_a_mail_that_could_not_be_sent_is_tried_again_and_says_so(place: Installation, world: Cast) -> None:
    deaf = replace(place, settings=replace(place.settings, smtp_url="smtp://127.0.0.1:1"))
    _invite(place, world)

    for _ in range(5):
        for job_id in reap(deaf):
            run_job(deaf, job_id)

    with reading(place.engine) as session:
        job = session.scalars(select(Job)).one()
    assert (job.state, job.attempts) == (JobState.FAILED, 5)
    assert job.error == "The mail server did not take the mail ({kind})."


def test_a_name_cannot_write_a_header(settings: Settings) -> None:
    to = Recipient("Ana\r\nBcc: all@alder.example", "ana@alder.example", "en")

    mail.send(settings, "job1", [mail.written("reset", to, link="http://localhost/x")], NOW)

    (file,) = (settings.var / "mail").iterdir()
    assert _read(file.read_bytes())["Bcc"] is None


def test_each_event_tells_the_right_people_in_their_language(place: Installation, world: Cast) -> None:
    operator = _operator(place)
    with writing(place.engine) as session:
        session.get_one(User, world.cedar.manager.user_id).locale = "zh"
        services.invite_partners(session, world.alder.manager, [world.cedar.partner.id], "Us three", "UTC", NOW)
        standing_services.suspend_partner(session, operator, world.birch.partner.id, "Unpaid fees.", NOW)
        bank_services.propose_account(
            session, world.alder.finance, place.settings.seal_key, entity_id=world.alder.entity.id, holder="Alder",
            number="DE89370400440532013000", currency="EUR", now=NOW,
        )  # fmt: skip
        session.commit()

    mails = {mail["To"].addresses[0].addr_spec: mail for mail in _mails(place)}

    assert mails["manager@cedar.example"]["Content-Language"] == "zh-Hans"
    assert "Us three" in mails["manager@cedar.example"].get_content()
    assert "Unpaid fees." in mails["admin@birch.example"].get_content()
    for reader in ("finance", "finance2", "admin"):
        text = mails[f"{reader}@alder.example"].get_content()
        assert "ends in 3000" in text
        assert "0532" not in text
    assert not any("viewer@" in reader for reader in mails)


def test_the_operator_learns_of_a_brand_and_the_brand_of_its_approval(place: Installation, world: Cast) -> None:
    operator = _operator(place)
    from tests.partners.directory.test_invitations import SAID

    with writing(place.engine) as session:
        row = invitation_services.register_brand(session, SAID, NOW)
        invitation_services.accept_as_newcomer(session, row.id, "Dora", "digest", "en", NOW)
        standing_services.approve_partner(session, operator, row.partner_id, NOW)
        session.commit()

    subjects = {mail["To"].addresses[0].addr_spec: mail["Subject"] for mail in _mails(place)}

    assert subjects["op@tandem.example"] == "Dogwood Tea would like to join"
    assert subjects["dora@dogwood.example"] == "Dogwood Tea is on Tandem"


def test_an_invitation_that_was_settled_meanwhile_is_not_sent(place: Installation, world: Cast) -> None:
    with writing(place.engine) as session:
        row = invitation_services.invite_to_seat(
            session, world.alder.admin, "nora@alder.example", "Nora", Role.VIEWER, "en", NOW
        )
        invitation_services.withdraw_invitation(session, world.alder.admin, row.id, NOW)
        session.commit()

    assert _mails(place) == []


def _operator(place: Installation) -> Actor:
    with writing(place.engine) as session:
        row = standing_services.set_up_operator(session, "Tandem", "op@tandem.example", "Olga", "en", NOW)
        seat = invitation_services.accept_as_newcomer(session, row.id, "Olga", "digest", "en", NOW)
        session.commit()
        return Actor(seat.user_id, seat.id, seat.partner_id, "admin", is_operator=True)


def _invite(place: Installation, world: Cast) -> None:
    with writing(place.engine) as session:
        invitation_services.invite_to_seat(
            session, world.alder.admin, "nora@alder.example", "Nora", Role.VIEWER, "en", NOW
        )
        session.commit()


def _mails(place: Installation) -> list[EmailMessage]:
    for job_id in reap(place):
        run_job(place, job_id)
    return [_read(file.read_bytes()) for file in sorted((place.settings.var / "mail").glob("*.eml"))]


def _read(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)
