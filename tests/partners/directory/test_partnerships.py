"""How partnerships begin, what each side may set, and how they end."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.audit import AuditEvent, first_break
from partners.directory import codes, queries, services
from partners.directory.models import Footing, Partnership
from partners.directory.queries import WaitingKind
from partners.errors import Invalid, NotAllowed, NotFound
from partners.outbox import OutboxEvent
from tests.cast import Cast
from tests.conftest import NOW


def test_the_last_side_to_accept_begins_the_partnership(session: Session, cast: Cast) -> None:
    partnership = _invite(session, cast, cast.birch.partner.id, cast.cedar.partner.id)

    services.accept_partnership(session, cast.birch.manager, partnership.id, NOW)
    assert partnership.footing == Footing.INVITED
    services.accept_partnership(session, cast.cedar.manager, partnership.id, NOW)

    assert partnership.footing == Footing.EXPLORING
    emitted = session.scalars(select(OutboxEvent).where(OutboxEvent.kind == "partnership.accepted")).one()
    assert (emitted.kind, emitted.subject_id) == ("partnership.accepted", partnership.id)


def test_inviting_writes_down_who_when_and_whom(session: Session, cast: Cast) -> None:
    partnership = _invite(session, cast, cast.cedar.partner.id)

    event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.thing_id, event.user_id) == (
        "invite_partners",
        partnership.id,
        cast.alder.manager.user_id,
    )
    assert event.after["partners"] == cast.cedar.partner.id
    assert first_break(session) is None


def test_an_invitation_waits_for_the_invited_manager_only(session: Session, cast: Cast) -> None:
    partnership = _invite(session, cast, cast.cedar.partner.id)

    waiting = queries.invitations_waiting(session, cast.cedar.manager)

    assert [(w.kind, w.with_names, w.thing_id) for w in waiting] == [
        (WaitingKind.ACCEPT_PARTNERSHIP, ("Alder Coffee",), partnership.id)
    ]
    assert queries.invitations_waiting(session, cast.alder.manager) == []
    assert queries.invitations_waiting(session, cast.cedar.viewer) == []


def test_an_invitation_is_answered_once(session: Session, cast: Cast) -> None:
    partnership = _invite(session, cast, cast.cedar.partner.id)
    services.accept_partnership(session, cast.cedar.manager, partnership.id, NOW)

    with pytest.raises(services.InvitationSettled):
        services.accept_partnership(session, cast.cedar.manager, partnership.id, NOW)
    with pytest.raises(services.InvitationSettled):
        services.decline_partnership(session, cast.cedar.manager, partnership.id, "Budgets are cut", NOW)


def test_declining_ends_the_invitation_for_all(session: Session, cast: Cast) -> None:
    partnership = _invite(session, cast, cast.birch.partner.id, cast.cedar.partner.id)

    services.decline_partnership(session, cast.cedar.manager, partnership.id, "Budgets are cut", NOW)

    page = queries.partnership_page(session, cast.birch.manager, partnership.id)
    assert page.footing == "ended"
    assert page.ended_by is not None
    assert page.ended_by.name == "Cedar Stranger"
    assert not page.was_accepted
    assert queries.invitations_waiting(session, cast.birch.manager) == []


def test_either_side_ends_a_partnership_and_only_once(session: Session, cast: Cast) -> None:
    services.end_partnership(session, cast.birch.manager, cast.partnership.id, "Budgets are cut", NOW)

    assert cast.partnership.footing == Footing.ENDED
    assert queries.accepted_partnership_ids(session, cast.alder.partner.id) == []
    with pytest.raises(services.PartnershipOver):
        services.end_partnership(session, cast.alder.manager, cast.partnership.id, "Budgets are cut", NOW)


def test_an_open_invitation_is_declined_not_ended(session: Session, cast: Cast) -> None:
    partnership = _invite(session, cast, cast.cedar.partner.id)

    with pytest.raises(services.InvitationSettled):
        services.end_partnership(session, cast.alder.manager, partnership.id, "Budgets are cut", NOW)


def test_the_same_partners_are_not_invited_twice(session: Session, cast: Cast) -> None:
    with pytest.raises(services.PartnershipExists):
        _invite(session, cast, cast.birch.partner.id)

    services.end_partnership(session, cast.alder.manager, cast.partnership.id, "Budgets are cut", NOW)
    assert _invite(session, cast, cast.birch.partner.id).id != cast.partnership.id


def test_a_larger_circle_is_another_partnership(session: Session, cast: Cast) -> None:
    partnership = _invite(session, cast, cast.birch.partner.id, cast.cedar.partner.id)

    assert len(queries.partner_ids_in(session, partnership.id)) == 3


@pytest.mark.parametrize(
    ("ids", "timezone", "error"),
    [
        ([], "Europe/Berlin", services.NobodyInvited),
        (["own"], "Europe/Berlin", services.NobodyInvited),
        (["nobody"], "Europe/Berlin", services.PartnerUnknown),
        (["cedar"], "Middle/Earth", codes.TimezoneUnknown),
    ],
)
def test_an_invitation_names_partners_and_a_time_zone(
    session: Session, cast: Cast, ids: list[str], timezone: str, error: type[Invalid]
) -> None:
    known = {"own": cast.alder.partner.id, "cedar": cast.cedar.partner.id}

    with pytest.raises(error):
        services.invite_partners(session, cast.alder.manager, [known.get(i, i) for i in ids], "Name", timezone, NOW)


def test_the_larger_floor_counts(session: Session, cast: Cast) -> None:
    services.set_floor(session, cast.alder.manager, cast.partnership.id, 60, NOW)
    services.set_floor(session, cast.birch.manager, cast.partnership.id, 80, NOW)

    assert queries.floor_of(session, cast.partnership.id) == 80
    page = queries.partnership_page(session, cast.alder.viewer, cast.partnership.id)
    assert (page.floor, page.own.floor) == (80, 60)


@pytest.mark.parametrize("floor", [-1, 0, 49, 1_000_001])
def test_no_floor_below_fifty(session: Session, cast: Cast, floor: int) -> None:
    with pytest.raises(codes.FloorOutOfRange):
        services.set_floor(session, cast.alder.manager, cast.partnership.id, floor, NOW)


def test_the_first_agreement_makes_an_exploring_partnership_signed(session: Session, cast: Cast) -> None:
    partnership = _invite(session, cast, cast.cedar.partner.id)
    services.accept_partnership(session, cast.cedar.manager, partnership.id, NOW)

    services.mark_signed(session, partnership.id, NOW, cast.cedar.manager)
    services.mark_signed(session, partnership.id, NOW, cast.alder.manager)

    assert partnership.footing == Footing.SIGNED
    actions = list(session.scalars(select(AuditEvent.action)))
    assert actions.count("mark_signed") == 1


def test_a_stranger_finds_no_partnership(session: Session, cast: Cast) -> None:
    stranger, thing = cast.cedar.manager, cast.partnership.id

    assert queries.partnerships(session, stranger) == []
    for attempt in (
        lambda: queries.partnership_page(session, stranger, thing),
        lambda: services.accept_partnership(session, stranger, thing, NOW),
        lambda: services.decline_partnership(session, stranger, thing, "Budgets are cut", NOW),
        lambda: services.end_partnership(session, stranger, thing, "Budgets are cut", NOW),
        lambda: services.set_floor(session, stranger, thing, 20, NOW),
        lambda: services.mark_signed(session, thing, NOW, stranger),
    ):
        with pytest.raises(NotFound):
            attempt()


@pytest.mark.parametrize("role", ["viewer", "finance", "admin"])
def test_only_managers_run_partnerships(session: Session, cast: Cast, role: str) -> None:
    actor, thing = getattr(cast.alder, role), cast.partnership.id

    for attempt in (
        lambda: services.invite_partners(session, actor, [cast.cedar.partner.id], "Name", "UTC", NOW),
        lambda: services.accept_partnership(session, actor, thing, NOW),
        lambda: services.end_partnership(session, actor, thing, "Budgets are cut", NOW),
        lambda: services.set_floor(session, actor, thing, 20, NOW),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_the_list_says_whom_it_waits_for(session: Session, cast: Cast) -> None:
    _invite(session, cast, cast.birch.partner.id, cast.cedar.partner.id)

    cards = {card.footing: card for card in queries.partnerships(session, cast.birch.viewer)}

    assert [other.name for other in cards["invited"].waits_for] == ["Birch Dairy", "Cedar Stranger"]
    assert cards["invited"].waits_for_me
    assert [other.name for other in cards["signed"].others] == ["Alder Coffee"]
    assert not cards["signed"].waits_for_me


def _invite(session: Session, cast: Cast, *partner_ids: str) -> Partnership:
    return services.invite_partners(session, cast.alder.manager, partner_ids, "Breakfast", "Europe/Berlin", NOW)
