"""Invitations to a seat and onto the platform, and brands that register by themselves."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from partners.database import EVERY_TENANT, writing
from partners.directory import codes, invitation_queries, invitation_services, queries, seat_services
from partners.directory.accounts.credentials import LanguageUnknown
from partners.directory.accounts.models import Invitation, Role, Seat, User
from partners.directory.accounts.throttle_services import REGISTERING, may_pass
from partners.directory.invitation_queries import InvitationOver
from partners.directory.invitation_services import Registration
from partners.directory.models import Partner, PartnerType, Standing
from partners.directory.policy import Actor
from partners.errors import NotAllowed, NotFound, TandemError
from partners.outbox import OutboxEvent
from tests.cast import Cast, build_cast
from tests.conftest import NOW

LATER = NOW + timedelta(days=7)

SAID = Registration(
    "Dogwood Tea", "山茱萸茶", PartnerType.BRAND, "tea", "DE", "Tea from Bremen.", "Dora", "dora@dogwood.example", "en"
)


def test_a_newcomer_takes_the_seat_of_an_invitation(session: Session, cast: Cast) -> None:
    row = _invite(session, cast.alder.admin)

    seat = invitation_services.accept_as_newcomer(session, row.id, "Nora", "digest", "zh", NOW)

    user = session.get_one(User, seat.user_id)
    assert (user.email, user.name, user.locale, seat.role) == ("nora@alder.example", "Nora", "zh", Role.VIEWER)
    assert seat.partner_id == cast.alder.partner.id
    assert [event.kind for event in session.scalars(select(OutboxEvent))] == ["invitation.sent"]


def test_who_signs_in_already_takes_the_seat_as_who_it_is(session: Session, cast: Cast) -> None:
    row = _invite(session, cast.alder.admin, "viewer@birch.example")

    with pytest.raises(invitation_services.SignsInAlready):
        invitation_services.accept_as_newcomer(session, row.id, "Else", "digest", "en", NOW)
    with pytest.raises(InvitationOver):
        invitation_services.accept_as_user(session, row.id, cast.cedar.viewer.user_id, NOW)
    seat = invitation_services.accept_as_user(session, row.id, cast.birch.viewer.user_id, NOW)

    assert (seat.user_id, seat.partner_id) == (cast.birch.viewer.user_id, cast.alder.partner.id)


def test_an_invitation_works_once_within_seven_days_and_until_withdrawn(session: Session, cast: Cast) -> None:
    used, over, withdrawn = (_invite(session, cast.alder.admin, f"{name}@alder.example") for name in "xyz")
    invitation_services.accept_as_newcomer(session, used.id, "X", "digest", "en", NOW)
    invitation_services.withdraw_invitation(session, cast.alder.admin, withdrawn.id, NOW)

    for row, at in ((used, NOW), (over, LATER), (withdrawn, NOW)):
        with pytest.raises(InvitationOver):
            invitation_services.accept_as_newcomer(session, row.id, "X", "digest", "en", at)
        with pytest.raises(InvitationOver):
            invitation_queries.invited(session, row.id, at)


def test_an_invitation_that_is_over_is_sent_again(session: Session, cast: Cast) -> None:
    row = _invite(session, cast.alder.admin)

    invitation_services.send_again(session, cast.alder.admin, row.id, LATER)

    assert invitation_queries.invited(session, row.id, LATER).name == "Nora"
    assert [card.is_over for card in invitation_queries.seat_invitations(session, cast.alder.admin, LATER)] == [False]


def test_what_is_settled_is_not_sent_again(session: Session, cast: Cast) -> None:
    row = _invite(session, cast.alder.admin)
    invitation_services.withdraw_invitation(session, cast.alder.admin, row.id, NOW)

    for again in (invitation_services.send_again, invitation_services.withdraw_invitation):
        with pytest.raises(invitation_services.InvitationSettled):
            again(session, cast.alder.admin, row.id, NOW)


@pytest.mark.parametrize(
    ("email", "locale", "error"),
    [
        ("viewer@alder.example", "en", seat_services.SeatTaken),
        ("nora@alder.example", "en", invitation_services.InvitationOpen),
        ("nobody", "en", codes.EmailUnusable),
        ("other@alder.example", "xx", LanguageUnknown),
    ],
)
def test_an_invitation_is_checked(
    session: Session, cast: Cast, email: str, locale: str, error: type[TandemError]
) -> None:
    _invite(session, cast.alder.admin)

    with pytest.raises(error):
        invitation_services.invite_to_seat(session, cast.alder.admin, email, "N", Role.VIEWER, locale, NOW)


def test_a_suspended_brand_lets_nobody_in(session: Session, cast: Cast) -> None:
    row = _invite(session, cast.alder.admin)
    cast.alder.partner.standing = Standing.SUSPENDED
    session.flush()

    with pytest.raises(InvitationOver):
        invitation_services.accept_as_newcomer(session, row.id, "Nora", "digest", "en", NOW)


def test_a_registered_brand_is_pending_asks_a_second_factor_and_is_in_no_list(session: Session, cast: Cast) -> None:
    row = invitation_services.register_brand(session, SAID, NOW)
    seat = invitation_services.accept_as_newcomer(session, row.id, "Dora", "digest", "en", NOW)

    partner = session.get_one(Partner, row.partner_id)
    assert (partner.code, partner.standing, partner.requires_second_factor) == ("dogwood-tea", Standing.PENDING, True)
    assert "Dogwood Tea" not in {card.name for card in queries.partners(session, cast.alder.manager)}
    dora = Actor(seat.user_id, seat.id, partner.id, "admin", "pending")
    assert [card.name for card in queries.partners(session, dora)] == ["Dogwood Tea"]
    assert [event.kind for event in session.scalars(select(OutboxEvent))] == ["invitation.sent", "partner.registered"]


def test_the_same_registration_sends_the_same_invitation_again(session: Session, cast: Cast) -> None:
    first = invitation_services.register_brand(session, SAID, NOW)

    assert invitation_services.register_brand(session, SAID, NOW).id == first.id
    other = invitation_services.register_brand(session, replace(SAID, email="other@dogwood.example"), NOW)
    assert session.get_one(Partner, other.partner_id).code == "dogwood-tea-2"


def test_who_invited_a_brand_sees_how_far_it_is(session: Session, cast: Cast) -> None:
    manager = cast.alder.manager
    row = invitation_services.invite_brand(session, manager, "Dogwood", "d@dogwood.example", "zh", "Asia/Shanghai", NOW)
    late = invitation_services.invite_brand(session, manager, "Elm", "e@elm.example", "en", "UTC", NOW)
    late.expires_at = NOW
    invitation_services.register_brand(session, SAID, NOW, row.id)

    states = {card.name: card.state for card in invitation_queries.brand_invitations(session, manager, NOW)}

    assert states == {"Dogwood": "registered", "Elm": "expired"}
    with pytest.raises(InvitationOver):
        invitation_services.register_brand(session, replace(SAID, name="Again"), NOW, row.id)


def test_no_seat_comes_of_the_invitation_of_a_brand_and_no_brand_of_that_to_a_seat(
    session: Session, cast: Cast
) -> None:
    brand = invitation_services.invite_brand(session, cast.alder.manager, "Elm", "e@elm.example", "en", "UTC", NOW)
    seat = _invite(session, cast.alder.admin)

    with pytest.raises(InvitationOver):
        invitation_services.accept_as_newcomer(session, brand.id, "E", "digest", "en", NOW)
    with pytest.raises(InvitationOver):
        invitation_services.register_brand(session, SAID, NOW, seat.id)


def test_each_role_invites_what_is_its_to_invite(session: Session, cast: Cast) -> None:
    for actor in (cast.alder.manager, cast.alder.viewer, cast.alder.finance):
        with pytest.raises(NotAllowed):
            _invite(session, actor)
        with pytest.raises(NotAllowed):
            invitation_queries.seat_invitations(session, actor, NOW)
    for actor in (cast.alder.admin, cast.alder.viewer, replace(cast.alder.manager, standing="suspended")):
        with pytest.raises(NotAllowed):
            invitation_services.invite_brand(session, actor, "Elm", "e@elm.example", "en", "UTC", NOW)


def test_a_stranger_finds_no_invitation(session: Session, cast: Cast) -> None:
    to_seat = _invite(session, cast.alder.admin)
    to_brand = invitation_services.invite_brand(session, cast.alder.manager, "Elm", "e@elm.example", "en", "UTC", NOW)

    for row, actor in ((to_seat, cast.cedar.admin), (to_brand, cast.cedar.manager), (to_brand, cast.alder.admin)):
        for change in (invitation_services.send_again, invitation_services.withdraw_invitation):
            with pytest.raises(NotFound):
                change(session, actor, row.id, NOW)
    assert invitation_queries.seat_invitations(session, cast.cedar.admin, NOW) == []
    assert invitation_queries.brand_invitations(session, cast.cedar.manager, NOW) == []


def test_a_link_that_is_used_twice_at_once_works_once(engine: Engine) -> None:
    with writing(engine, EVERY_TENANT) as session:
        row = _invite(session, build_cast(session, NOW).alder.admin)
        session.commit()

    def accept() -> bool:
        with writing(engine, EVERY_TENANT) as session:
            try:
                invitation_services.accept_as_newcomer(session, row.id, "Nora", "digest", "en", NOW)
            except TandemError:
                return False
            session.commit()
            return True

    assert sorted(_at_once(accept, accept)) == [False, True]
    with writing(engine, EVERY_TENANT) as session:
        assert len(session.scalars(select(Seat).join(User).where(User.email == "nora@alder.example")).all()) == 1


def test_a_sixth_brand_within_an_hour_is_held_back(engine: Engine) -> None:
    with writing(engine, EVERY_TENANT) as session:
        answers = [may_pass(session, REGISTERING, "203.0.113.9", NOW) for _ in range(6)]

        assert answers == [True] * 5 + [False]
        assert may_pass(session, REGISTERING, "203.0.113.10", NOW)
        assert may_pass(session, REGISTERING, "203.0.113.9", NOW + timedelta(hours=1))


def _invite(session: Session, actor: Actor, email: str = "nora@alder.example") -> Invitation:
    return invitation_services.invite_to_seat(session, actor, email, "Nora", Role.VIEWER, "en", NOW)


def _at_once(*acts: Callable[[], bool]) -> list[bool]:
    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(lambda act: act(), acts))
