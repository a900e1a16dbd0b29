"""A lost password: a link for an hour, that works once."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.audit import AuditEvent
from partners.directory import mail_queries
from partners.directory.accounts import reset_services
from partners.directory.accounts.models import User
from partners.outbox import OutboxEvent
from tests.cast import Cast
from tests.conftest import NOW


def test_only_who_signs_in_is_sent_a_link(session: Session, cast: Cast) -> None:
    session.get_one(User, cast.birch.viewer.user_id).is_active = False
    for email in (" Viewer@Alder.example ", "viewer@birch.example", "nobody@alder.example"):
        reset_services.ask_for_reset(session, email, NOW)

    events = session.scalars(select(OutboxEvent)).all()

    assert [(event.kind, event.subject_id) for event in events] == [("password_reset.asked", cast.alder.viewer.user_id)]


def test_a_link_sets_one_password_and_no_second(session: Session, cast: Cast) -> None:
    to, stamp = mail_queries.reset_facts(session, cast.alder.viewer.user_id)
    assert to.email == "viewer@alder.example"

    reset_services.reset_by_link(session, cast.alder.viewer.user_id, stamp, "new digest", NOW)

    assert session.get_one(User, cast.alder.viewer.user_id).password_digest == "new digest"
    with pytest.raises(reset_services.ResetOver):
        reset_services.reset_by_link(session, cast.alder.viewer.user_id, stamp, "another", NOW)
    assert all("digest" not in str(event.after) for event in session.scalars(select(AuditEvent)))


def test_a_link_is_for_one_user(session: Session, cast: Cast) -> None:
    _, stamp = mail_queries.reset_facts(session, cast.alder.viewer.user_id)
    session.get_one(User, cast.alder.manager.user_id).password_digest = "of the manager"

    with pytest.raises(reset_services.ResetOver):
        reset_services.reset_by_link(session, cast.alder.manager.user_id, stamp, "another", NOW)
