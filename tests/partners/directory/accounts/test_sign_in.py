"""Sign-ins: who they stand for, whose they are, when they are over; and passwords that end them."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from partners.audit import AuditEvent
from partners.database import EVERY_TENANT, reading, writing
from partners.directory.accounts import queries as account_queries
from partners.directory.accounts import services as account_services
from partners.directory.accounts import sign_in_queries, sign_in_services
from partners.directory.accounts.models import Factor, Seat, SignIn, User
from partners.directory.accounts.sign_in_services import Browser
from partners.directory.models import Partner, Standing
from partners.directory.policy import Actor
from partners.errors import NotFound
from tests.cast import Cast, build_cast
from tests.conftest import NOW


def test_a_sign_in_stands_for_user_and_seat_without_a_tenant(engine: Engine) -> None:
    with writing(engine, EVERY_TENANT) as session:
        actor = build_cast(session, NOW).alder.manager
        sign_in = _begin(session, actor)
        session.commit()

    with reading(engine) as session:
        found = sign_in_queries.presence(session, sign_in.id, NOW)

    assert found is not None
    assert (found.seat.actor, found.sign_in_id, found.lacks_factor) == (actor, sign_in.id, False)


@pytest.mark.parametrize("why", ["ended", "user", "seat taken away", "seat suspended", "unknown"])
def test_a_sign_in_that_is_worth_nothing_stands_for_nobody(session: Session, cast: Cast, why: str) -> None:
    sign_in = _begin(session, cast.alder.viewer)
    seat = session.get_one(Seat, cast.alder.viewer.seat_id)
    if why == "ended":
        sign_in_services.end_sign_in(session, cast.alder.viewer, sign_in.id, NOW)
    elif why == "user":
        session.get_one(User, cast.alder.viewer.user_id).is_active = False
    elif why == "seat taken away":
        session.delete(seat)
    elif why == "seat suspended":
        seat.suspended_at = NOW
    session.flush()

    assert sign_in_queries.presence(session, "x" if why == "unknown" else sign_in.id, NOW) is None


def test_actor_has_the_standing_of_the_partner(session: Session, cast: Cast) -> None:
    partner = session.get_one(Partner, cast.alder.partner.id)
    partner.standing, partner.is_operator = Standing.SUSPENDED, True
    session.flush()

    actor = account_queries.seats_of(session, cast.alder.admin.user_id)[0].actor

    assert (actor.standing, actor.is_operator) == ("suspended", True)


def test_who_lacks_a_factor_that_is_required_is_known(session: Session, cast: Cast) -> None:
    session.get_one(Partner, cast.alder.partner.id).requires_second_factor = True
    sign_in = _begin(session, cast.alder.viewer)

    without = sign_in_queries.presence(session, sign_in.id, NOW)
    session.get_one(User, cast.alder.viewer.user_id).code_key_sealed = b"sealed"
    session.flush()
    with_codes = sign_in_queries.presence(session, sign_in.id, NOW)

    assert without is not None
    assert with_codes is not None
    assert (without.lacks_factor, with_codes.lacks_factor) == (True, False)


def test_own_sign_ins_are_listed_this_one_first_and_without_old_ones(session: Session, cast: Cast) -> None:
    viewer = cast.alder.viewer
    here, other = _begin(session, viewer), _begin(session, viewer)
    _begin(session, viewer).began_at = NOW - timedelta(days=20)
    _begin(session, cast.cedar.viewer)
    other.seen_at = NOW + timedelta(minutes=5)
    session.flush()

    cards = sign_in_queries.own_sign_ins(session, viewer, here.id, NOW)

    assert [(card.id, card.is_this) for card in cards] == [(here.id, True), (other.id, False)]


def test_ending_the_others_leaves_this_one(session: Session, cast: Cast) -> None:
    viewer = cast.alder.viewer
    here, _other, stranger = _begin(session, viewer), _begin(session, viewer), _begin(session, cast.cedar.viewer)

    assert sign_in_services.end_other_sign_ins(session, viewer, here.id, NOW) == 1

    assert [card.id for card in sign_in_queries.own_sign_ins(session, viewer, here.id, NOW)] == [here.id]
    assert stranger.ended_at is None


def test_a_sign_in_of_somebody_else_is_not_there(session: Session, cast: Cast) -> None:
    sign_in = _begin(session, cast.alder.viewer)

    for act in (
        lambda actor: sign_in_services.end_sign_in(session, actor, sign_in.id, NOW),
        lambda actor: sign_in_services.confirm_sign_in(session, actor, sign_in.id, NOW),
        lambda actor: sign_in_services.take_another_seat(session, actor, sign_in.id, actor.seat_id),
    ):
        with pytest.raises(NotFound):
            act(cast.cedar.admin)


def test_a_new_password_ends_every_other_sign_in(session: Session, cast: Cast) -> None:
    viewer = cast.alder.viewer
    here, other = _begin(session, viewer), _begin(session, viewer)

    account_services.change_password(session, viewer, "new digest", NOW, here.id)

    assert (here.ended_at, other.ended_at) == (None, NOW)
    assert account_queries.account_of(session, viewer).password_digest == "new digest"


def test_a_reset_password_ends_every_sign_in(session: Session, cast: Cast) -> None:
    here, other = _begin(session, cast.alder.viewer), _begin(session, cast.alder.viewer)

    account_services.reset_password(session, cast.alder.viewer.user_id, "new digest", NOW)

    assert (here.ended_at, other.ended_at) == (NOW, NOW)


def test_what_happens_to_sign_ins_is_in_the_log_without_secrets(session: Session, cast: Cast) -> None:
    sign_in = _begin(session, cast.alder.viewer)
    account_services.change_password(session, cast.alder.viewer, "new digest", NOW)

    events = session.scalars(select(AuditEvent)).all()

    assert [event.action for event in events] == ["sign_in", "change_password", "end_sign_in"]
    assert {event.seat_id for event in events} == {cast.alder.viewer.seat_id}
    assert events[0].after == {"factor": "password"}
    assert events[2].thing_id == sign_in.id
    assert "new digest" not in str([event.after for event in events])


def _begin(session: Session, actor: Actor) -> SignIn:
    seat = account_queries.seat_for_request(session, actor.user_id, actor.seat_id)
    assert seat is not None
    return sign_in_services.begin_sign_in(session, seat, Factor.PASSWORD, Browser("Firefox · Linux", "192.0.2.1"), NOW)
