"""For how long a brand keeps things: chosen by its admins, within limits; records of sign-ins go when they are due."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.audit import AuditEvent
from partners.directory import retention_queries, retention_services
from partners.directory.accounts.models import Factor, SignIn
from partners.directory.policy import Actor
from partners.directory.retention_queries import DEFAULTS, Days
from partners.directory.retention_services import DaysOutOfRange
from partners.errors import NotAllowed
from tests.cast import Cast
from tests.conftest import NOW


def test_a_brand_keeps_the_defaults_until_it_chooses(session: Session, cast: Cast) -> None:
    assert retention_queries.retention_of(session, cast.alder.admin) == DEFAULTS

    retention_services.set_retention(session, cast.alder.admin, Days(0, 365, 1), NOW)
    session.flush()
    retention_services.set_retention(session, cast.alder.admin, Days(7, 365, 1), NOW)
    session.flush()

    assert retention_queries.retention_of(session, cast.alder.admin) == Days(7, 365, 1)
    assert retention_queries.retention_of(session, cast.birch.admin) == DEFAULTS
    everybody = retention_queries.retention_of_all(session)
    assert (everybody[cast.alder.partner.id], everybody[cast.cedar.partner.id]) == (Days(7, 365, 1), DEFAULTS)


def test_a_choice_is_written_down(session: Session, cast: Cast) -> None:
    retention_services.set_retention(session, cast.alder.admin, Days(7, 90, 90), NOW)

    noted = session.scalars(select(AuditEvent).where(AuditEvent.action == "set_retention")).one()
    assert (noted.before["audience_days"], noted.after["audience_days"]) == (30, 7)


@pytest.mark.parametrize("days", [Days(31, 90, 90), Days(-1, 90, 90), Days(30, 0, 90), Days(30, 90, 366)])
def test_a_choice_lies_within_the_limits(session: Session, cast: Cast, days: Days) -> None:
    with pytest.raises(DaysOutOfRange):
        retention_services.set_retention(session, cast.alder.admin, days, NOW)


@pytest.mark.parametrize("role", ["manager", "viewer", "finance"])
def test_only_admins_choose(session: Session, cast: Cast, role: str) -> None:
    with pytest.raises(NotAllowed):
        retention_services.set_retention(session, getattr(cast.alder, role), DEFAULTS, NOW)
    with pytest.raises(NotAllowed):
        retention_queries.retention_of(session, getattr(cast.alder, role))


def test_sign_ins_go_some_days_after_they_ended(session: Session, cast: Cast) -> None:
    kept = _signed_in(session, cast.alder.viewer, ended_days=9), _signed_in(session, cast.birch.viewer, ended_days=99)
    gone = _signed_in(session, cast.alder.viewer, ended_days=10), _signed_in(session, cast.alder.admin, seen_days=11)
    assert retention_queries.count_sign_ins_due(session, cast.alder.admin, 10, NOW + timedelta(seconds=1)) == 2

    deleted = retention_services.delete_sign_ins(session, cast.alder.partner.id, 10, NOW + timedelta(seconds=1))

    assert deleted == 2
    assert set(session.scalars(select(SignIn.id))) == set(kept)
    assert not set(gone) & set(kept)


def test_a_sign_in_whose_seat_is_gone_goes_too(session: Session, cast: Cast) -> None:
    gone = Actor(cast.alder.viewer.user_id, "taken-away", cast.alder.partner.id, "viewer")
    _signed_in(session, gone, ended_days=90)
    _signed_in(session, cast.alder.viewer, ended_days=90)

    assert retention_services.delete_sign_ins(session, None, 89, NOW) == 1


def _signed_in(session: Session, actor: Actor, ended_days: int | None = None, seen_days: int = 0) -> str:
    began = NOW - timedelta(days=200)
    row = SignIn(
        user_id=actor.user_id, seat_id=actor.seat_id, factor=Factor.PASSWORD, began_at=began,
        seen_at=NOW - timedelta(days=seen_days), confirmed_at=began,
        ended_at=None if ended_days is None else NOW - timedelta(days=ended_days),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id
