"""The directory on SQLite and on PostgreSQL, and two hands at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from partners.audit import AuditFilter
from partners.database import reading, writing
from partners.directory import audit_queries, queries, seat_queries, seat_services, services
from partners.directory.accounts.models import Role, Seat, User
from partners.directory.models import Footing, Partnership
from partners.directory.policy import Actor
from partners.errors import Invalid
from partners.outbox import OutboxEvent
from tests.cast import Cast, build_cast
from tests.conftest import NOW


def test_reads_answer_alike(engine: Engine) -> None:
    cast = _committed(engine)

    with reading(engine) as session:
        assert [card.footing for card in queries.partners(session, cast.birch.viewer)] == ["signed", "", ""]
        assert queries.floor_of(session, cast.partnership.id) == 50
        assert len(seat_queries.seats(session, cast.birch.admin)) == 5
        log = audit_queries.audit_events(session, cast.birch.admin, AuditFilter(since=NOW, until=NOW), 1)
        assert (log.total, log.pages) == (0, 1)


def test_two_sides_that_accept_at_once_begin_it_once(engine: Engine) -> None:
    cast = _committed(engine)
    both = [cast.birch.partner.id, cast.cedar.partner.id]
    with writing(engine) as session:
        invited = services.invite_partners(session, cast.alder.manager, both, "Breakfast", "UTC", NOW)
        session.commit()

    _at_once(
        engine,
        lambda session: services.accept_partnership(session, cast.birch.manager, invited.id, NOW),
        lambda session: services.accept_partnership(session, cast.cedar.manager, invited.id, NOW),
    )

    with reading(engine) as session:
        assert session.get_one(Partnership, invited.id).footing == Footing.EXPLORING
        begun = select(OutboxEvent).where(OutboxEvent.kind == "partnership.accepted")
        assert len(session.scalars(begun).all()) == 1


def test_two_admins_cannot_take_each_others_seats(engine: Engine) -> None:
    cast = _committed(engine)
    first = cast.alder.admin
    with writing(engine) as session:
        user = session.get_one(User, cast.alder.viewer.user_id)
        seat = seat_services.give_seat(session, first, user, cast.alder.partner, Role.ADMIN, NOW)
        second = Actor(user.id, seat.id, cast.alder.partner.id, "admin")
        session.commit()

    refused = _at_once(
        engine,
        lambda session: seat_services.take_seat(session, first, second.seat_id, NOW),
        lambda session: seat_services.take_seat(session, second, first.seat_id, NOW),
    )

    assert [type(error) for error in refused] == [seat_services.LastAdmin]
    with reading(engine) as session:
        own_admins = select(Seat.id).where(Seat.partner_id == cast.alder.partner.id, Seat.role == Role.ADMIN)
        assert len(session.scalars(own_admins).all()) == 1


def _committed(engine: Engine) -> Cast:
    with writing(engine) as session:
        cast = build_cast(session, NOW)
        session.commit()
    return cast


def _at_once(engine: Engine, *acts: Callable[[Session], object]) -> list[Invalid]:
    def attempt(act: Callable[[Session], object]) -> Invalid | None:
        with writing(engine) as session:
            try:
                act(session)
            except Invalid as refused:
                return refused
            session.commit()
        return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return [error for error in pool.map(attempt, acts) if error is not None]
