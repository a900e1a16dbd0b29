"""Seats: another role, suspended and resumed, notes, and the second factor that a brand asks for."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.audit import AuditEvent
from partners.directory import seat_queries, seat_services
from partners.directory.accounts import queries as account_queries
from partners.directory.accounts.models import Factor, Role, Seat, SignIn, User
from partners.directory.models import Partner
from partners.directory.policy import Actor
from partners.errors import NotAllowed, NotFound
from tests.cast import Cast
from tests.conftest import NOW


def test_another_role_is_another_seat(session: Session, cast: Cast) -> None:
    seat_services.note_seat(session, cast.alder.admin, cast.alder.viewer.seat_id, "until May", NOW)

    seat = seat_services.change_role(session, cast.alder.admin, cast.alder.viewer.seat_id, Role.FINANCE, NOW)
    session.flush()

    assert (seat.role, seat.user_id, seat.note) == (Role.FINANCE, cast.alder.viewer.user_id, "until May")
    assert session.get(Seat, cast.alder.viewer.seat_id) is None


def test_the_last_admin_stays_an_admin(session: Session, cast: Cast) -> None:
    with pytest.raises(seat_services.LastAdmin):
        seat_services.change_role(session, cast.alder.admin, cast.alder.admin.seat_id, Role.VIEWER, NOW)
    with pytest.raises(seat_services.LastAdmin):
        seat_services.suspend_seat(session, cast.alder.admin, cast.alder.admin.seat_id, NOW)


def test_a_suspended_admin_does_not_count(session: Session, cast: Cast) -> None:
    second = seat_services.change_role(session, cast.alder.admin, cast.alder.viewer.seat_id, Role.ADMIN, NOW)
    seat_services.suspend_seat(session, cast.alder.admin, second.id, NOW)

    with pytest.raises(seat_services.LastAdmin):
        seat_services.take_seat(session, cast.alder.admin, cast.alder.admin.seat_id, NOW)
    seat_services.take_seat(session, cast.alder.admin, second.id, NOW)


def test_a_role_that_somebody_has_is_not_given_again(session: Session, cast: Cast) -> None:
    with pytest.raises(seat_services.SeatTaken):
        seat_services.change_role(session, cast.alder.admin, cast.alder.viewer.seat_id, Role.VIEWER, NOW)


def test_a_suspended_seat_opens_nothing_until_it_is_resumed(session: Session, cast: Cast) -> None:
    seat_id = cast.alder.viewer.seat_id

    seat_services.suspend_seat(session, cast.alder.admin, seat_id, NOW)
    assert account_queries.seats_of(session, cast.alder.viewer.user_id) == []
    with pytest.raises(seat_services.SeatSuspended):
        seat_services.suspend_seat(session, cast.alder.admin, seat_id, NOW)

    seat_services.resume_seat(session, cast.alder.admin, seat_id, NOW)
    assert [seat.seat_id for seat in account_queries.seats_of(session, cast.alder.viewer.user_id)] == [seat_id]
    with pytest.raises(seat_services.SeatInUse):
        seat_services.resume_seat(session, cast.alder.admin, seat_id, NOW)


def test_a_note_is_kept_and_the_log_does_not_say_it(session: Session, cast: Cast) -> None:
    for _ in range(2):
        seat_services.note_seat(session, cast.alder.admin, cast.alder.viewer.seat_id, " leaves in May ", NOW)

    assert seat_queries.seat_page(session, cast.alder.admin, cast.alder.viewer.seat_id).note == "leaves in May"
    events = session.scalars(select(AuditEvent).where(AuditEvent.action == "note_seat")).all()
    assert ["May" in str(event.after) for event in events] == [False]


def test_the_newest_sign_in_of_a_seat_is_shown(session: Session, cast: Cast) -> None:
    viewer = cast.alder.viewer
    for hours in (1, 3, 2):
        at = NOW - timedelta(hours=hours)
        session.add(
            SignIn(user_id=viewer.user_id, seat_id=viewer.seat_id, factor=Factor.PASSWORD, began_at=at, seen_at=at,
                   confirmed_at=at)
        )  # fmt: skip
    session.flush()

    found = {card.id: card.signed_in_at for card in seat_queries.seats(session, cast.alder.admin)}

    assert found[viewer.seat_id] == NOW - timedelta(hours=1)
    assert found[cast.alder.admin.seat_id] is None


def test_only_who_has_a_second_factor_asks_it_of_all(session: Session, cast: Cast) -> None:
    with pytest.raises(seat_services.SecondFactorFirst):
        seat_services.require_second_factor(session, cast.alder.admin, True, NOW)
    session.get_one(User, cast.alder.admin.user_id).code_key_sealed = b"sealed"

    seat_services.require_second_factor(session, cast.alder.admin, True, NOW)
    assert session.get_one(Partner, cast.alder.partner.id).requires_second_factor

    seat_services.require_second_factor(session, cast.alder.admin, False, NOW)
    assert not seat_queries.requires_second_factor(session, cast.alder.admin)


def test_who_is_no_admin_changes_no_seat(session: Session, cast: Cast) -> None:
    for actor in (cast.alder.manager, cast.alder.viewer, cast.alder.finance):
        for attempt in _attempts(session, actor, cast.alder.viewer.seat_id):
            with pytest.raises(NotAllowed):
                attempt()


def test_an_admin_elsewhere_finds_no_seat(session: Session, cast: Cast) -> None:
    for attempt in _attempts(session, cast.cedar.admin, cast.alder.viewer.seat_id):
        with pytest.raises(NotFound):
            attempt()


def _attempts(session: Session, actor: Actor, seat_id: str) -> list[Callable[[], object]]:
    return [
        lambda: seat_services.take_seat(session, actor, seat_id, NOW),
        lambda: seat_services.change_role(session, actor, seat_id, Role.ADMIN, NOW),
        lambda: seat_services.suspend_seat(session, actor, seat_id, NOW),
        lambda: seat_services.resume_seat(session, actor, seat_id, NOW),
        lambda: seat_services.note_seat(session, actor, seat_id, "seen", NOW),
        lambda: seat_queries.seat_page(session, actor, seat_id),
    ]
