"""How a partner stands to the platform: approved, refused, suspended, resumed, left; and who decides."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.audiences.counting.queries import pairings_of_partnership
from partners.directory import (
    invitation_queries,
    invitation_services,
    policy,
    queries,
    services,
    standing_queries,
    standing_services,
)
from partners.directory.accounts import token_services
from partners.directory.accounts.models import ApiToken, Invitation, Role, Seat, User
from partners.directory.models import Footing, Partner, Partnership, Standing
from partners.directory.policy import Action, Actor
from partners.directory.relationship import WhyMissing
from partners.errors import NotAllowed, NotFound
from partners.outbox import OutboxEvent
from tests.cast import Cast
from tests.conftest import NOW
from tests.partners.directory.test_invitations import SAID


@pytest.fixture
def operator(session: Session) -> Actor:
    row = standing_services.set_up_operator(session, "Tandem", "op@tandem.example", "Olga", "en", NOW)
    seat = invitation_services.accept_as_newcomer(session, row.id, "Olga", "digest", "en", NOW)
    return Actor(seat.user_id, seat.id, seat.partner_id, "admin", is_operator=True)


def test_the_operator_is_set_up_once_and_is_in_no_list(session: Session, cast: Cast, operator: Actor) -> None:
    assert "Tandem" not in {card.name for card in queries.partners(session, cast.alder.manager)}
    assert operator.partner_id not in {card.id for card in standing_queries.platform_partners(session, operator)}
    with pytest.raises(services.PartnerUnknown):
        services.invite_partners(session, cast.alder.manager, [operator.partner_id], "Us", "UTC", NOW)
    with pytest.raises(NotFound):
        queries.partner_page(session, cast.alder.manager, operator.partner_id)
    with pytest.raises(standing_services.OperatorExists):
        standing_services.set_up_operator(session, "Other", "x@tandem.example", "X", "en", NOW)


def test_an_approved_brand_is_found_and_gets_the_partnership_it_was_promised(
    session: Session, cast: Cast, operator: Actor
) -> None:
    invited = invitation_services.invite_brand(
        session, cast.alder.manager, "Dogwood", "d@dogwood.example", "en", "Asia/Tokyo", NOW
    )
    partner_id = _registered(session, invited.id)

    standing_services.approve_partner(session, operator, partner_id, NOW)

    bond = session.scalars(select(Partnership).where(Partnership.footing == Footing.INVITED)).one()
    assert (bond.name, bond.timezone) == ("Alder Coffee & Dogwood Tea", "Asia/Tokyo")
    dora = _admin_of(session, partner_id)
    assert [card.waits_for_me for card in queries.partnerships(session, dora)] == [True]
    card = invitation_queries.brand_invitations(session, cast.alder.manager, NOW)[0]
    assert (card.state, card.partner_id) == ("approved", partner_id)


@pytest.mark.parametrize("loss", ["seat", "standing"])
def test_who_may_no_longer_invite_gets_no_partnership(session: Session, cast: Cast, operator: Actor, loss: str) -> None:
    invited = invitation_services.invite_brand(
        session, cast.alder.manager, "Dogwood", "d@dogwood.example", "en", "UTC", NOW
    )
    partner_id = _registered(session, invited.id)
    if loss == "seat":
        session.get_one(Seat, cast.alder.manager.seat_id).role = Role.VIEWER
    else:
        cast.alder.partner.standing = Standing.SUSPENDED

    standing_services.approve_partner(session, operator, partner_id, NOW)

    assert session.scalars(select(Partnership).where(Partnership.footing == Footing.INVITED)).all() == []


def test_a_brand_is_approved_only_once_somebody_has_proven_its_address(
    session: Session, cast: Cast, operator: Actor
) -> None:
    row = invitation_services.register_brand(session, SAID, NOW)

    assert standing_queries.registrations_waiting(session, operator) == []
    with pytest.raises(standing_services.NobodyThere):
        standing_services.approve_partner(session, operator, row.partner_id, NOW)
    invitation_services.accept_as_newcomer(session, row.id, "Dora", "digest", "en", NOW)
    assert [each.name for each in standing_queries.registrations_waiting(session, operator)] == ["Dogwood Tea"]


def test_a_refused_brand_learns_why(session: Session, cast: Cast, operator: Actor) -> None:
    partner_id = _registered(session)

    with pytest.raises(WhyMissing):
        standing_services.refuse_partner(session, operator, partner_id, " ", NOW)
    standing_services.refuse_partner(session, operator, partner_id, "No such company.", NOW)

    found = standing_queries.own_standing(session, _admin_of(session, partner_id))
    assert (found.standing, found.why) == ("left", "No such company.")


def test_a_suspended_brand_is_known_to_its_partners_only(session: Session, cast: Cast, operator: Actor) -> None:
    standing_services.suspend_partner(session, operator, cast.alder.partner.id, "Unpaid.", NOW)

    seen = {card.name: card.standing for card in queries.partners(session, cast.birch.viewer)}
    assert seen["Alder Coffee"] == "suspended"
    assert "Alder Coffee" not in {card.name for card in queries.partners(session, cast.cedar.viewer)}
    with pytest.raises(services.PartnerUnknown):
        services.invite_partners(session, cast.cedar.manager, [cast.alder.partner.id], "Us", "UTC", NOW)
    assert pairings_of_partnership(session, cast.partnership.id, NOW.date()) == []


def test_a_resumed_brand_is_counted_again(session: Session, cast: Cast, operator: Actor) -> None:
    standing_services.suspend_partner(session, operator, cast.alder.partner.id, "Unpaid.", NOW)

    standing_services.resume_partner(session, operator, cast.alder.partner.id, NOW)

    events = session.scalars(select(OutboxEvent).order_by(OutboxEvent.id)).all()
    assert [(event.kind, event.subject_id) for event in events][-1] == ("partnership.resumed", cast.partnership.id)


@pytest.mark.parametrize("standing", ["suspended", "left"])
@pytest.mark.parametrize("role", ["manager", "viewer", "finance", "admin"])
def test_who_is_suspended_or_has_left_only_reads(standing: str, role: str) -> None:
    actor = Actor("u", "s", "p", role, standing)

    assert [action for action in Action if policy.may(actor, action)] == [Action.READ]


def test_standings_are_taken_in_order(session: Session, cast: Cast, operator: Actor) -> None:
    alder = cast.alder.partner.id

    for attempt in (
        lambda: standing_services.approve_partner(session, operator, alder, NOW),
        lambda: standing_services.refuse_partner(session, operator, alder, "why", NOW),
        lambda: standing_services.resume_partner(session, operator, alder, NOW),
    ):
        with pytest.raises(standing_services.StandingMoved):
            attempt()
    with pytest.raises(NotFound):
        standing_services.suspend_partner(session, operator, operator.partner_id, "why", NOW)


def test_nobody_but_the_operators_admins_operates(session: Session, cast: Cast, operator: Actor) -> None:
    for actor in (cast.alder.admin, cast.alder.manager, replace(operator, role="viewer")):
        for attempt in (
            lambda actor=actor: standing_services.approve_partner(session, actor, cast.alder.partner.id, NOW),
            lambda actor=actor: standing_services.suspend_partner(session, actor, cast.alder.partner.id, "why", NOW),
            lambda actor=actor: standing_queries.platform_partners(session, actor),
            lambda actor=actor: standing_queries.platform_partner(session, actor, cast.alder.partner.id),
        ):
            with pytest.raises(NotAllowed):
                attempt()


def test_leaving_ends_everything_that_goes_on(session: Session, cast: Cast) -> None:
    token = token_services.make_token(session, cast.alder.admin, "shop", ["read"], 30, NOW)
    open_seat = invitation_services.invite_to_seat(
        session, cast.alder.admin, "n@alder.example", "N", Role.VIEWER, "en", NOW
    )
    asked = services.invite_partners(session, cast.alder.manager, [cast.cedar.partner.id], "Us", "UTC", NOW)

    standing_services.leave_platform(session, cast.alder.admin, "ALDER", "The shop closes.", NOW)

    assert session.get_one(Partner, cast.alder.partner.id).standing == Standing.LEFT
    footings = {session.get_one(Partnership, each).footing for each in (cast.partnership.id, asked.id)}
    assert footings == {Footing.ENDED}
    assert session.get_one(ApiToken, token.id).revoked_at == NOW
    assert session.get_one(Invitation, open_seat.id).withdrawn_at == NOW


def test_leaving_asks_for_the_code_and_an_admin(session: Session, cast: Cast, operator: Actor) -> None:
    with pytest.raises(standing_services.CodeMistyped):
        standing_services.leave_platform(session, cast.alder.admin, "birch", "why", NOW)
    with pytest.raises(NotAllowed):
        standing_services.leave_platform(session, cast.alder.manager, "alder", "why", NOW)
    with pytest.raises(standing_services.OperatorStays):
        standing_services.leave_platform(session, operator, "tandem", "why", NOW)
    assert session.get_one(Partnership, cast.partnership.id).footing == Footing.SIGNED


def test_the_operator_reads_nothing_of_what_partners_share(session: Session, cast: Cast, operator: Actor) -> None:
    for attempt in (
        lambda: queries.partners(session, operator),
        lambda: queries.partnerships(session, operator),
        lambda: queries.partnership_page(session, operator, cast.partnership.id),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def _registered(session: Session, invitation_id: str = "") -> str:
    row = invitation_services.register_brand(session, SAID, NOW, invitation_id)
    invitation_services.accept_as_newcomer(session, row.id, "Dora", "digest", "en", NOW)
    return row.partner_id


def _admin_of(session: Session, partner_id: str) -> Actor:
    seat = session.scalars(select(Seat).join(User).where(Seat.partner_id == partner_id)).one()
    return Actor(seat.user_id, seat.id, partner_id, seat.role.value)
