"""Partners, legal entities, users and seats."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.audit import AuditEvent, AuditFilter
from partners.directory import (
    audit_queries,
    codes,
    entity_queries,
    entity_services,
    seat_queries,
    seat_services,
    services,
)
from partners.directory.accounts import services as account_services
from partners.directory.accounts.models import Role, User
from partners.directory.models import LegalEntity, Partner, PartnerType
from partners.directory.policy import Action, Actor
from partners.errors import NotAllowed, NotFound
from partners.money import UnknownCurrency
from tests.cast import Cast
from tests.conftest import NOW


def test_a_brand_with_its_first_admin_is_set_up_without_anybody_signed_in(session: Session) -> None:
    partner = _partner(session, "dogwood")
    user = seat_services.add_user(session, " Dora@Dogwood.example", "Dora", "digest", "zh", NOW)
    seat = seat_services.give_seat(session, None, user, partner, Role.ADMIN, NOW)

    actor = Actor(user.id, seat.id, partner.id, seat.role.value)
    assert [card.email for card in seat_queries.seats(session, actor)] == ["dora@dogwood.example"]
    assert {event.partner_id for event in session.scalars(select(AuditEvent))} == {None}


@pytest.mark.parametrize("code", ["", "a", "Upper", "-dash", "with space", "x" * 40])
def test_a_code_is_short_and_plain(session: Session, code: str) -> None:
    with pytest.raises(codes.CodeUnusable):
        _partner(session, code)


def test_a_code_is_given_once(session: Session, cast: Cast) -> None:
    with pytest.raises(codes.CodeTaken):
        _partner(session, "alder")


def test_an_admin_adds_a_legal_entity(session: Session, cast: Cast) -> None:
    _entity(session, cast.alder.admin)

    assert [(card.code, card.country) for card in entity_queries.own_legal_entities(session, cast.alder.viewer)] == [
        ("ALD", "DE"),
        ("ALDCN", "CN"),
    ]


def test_a_legal_entity_stays_with_its_partner(session: Session, cast: Cast) -> None:
    _entity(session, cast.alder.admin)

    assert [card.code for card in entity_queries.own_legal_entities(session, cast.cedar.admin)] == ["CED"]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code": "ald"}, codes.SeriesUnusable),
        ({"code": "BIR"}, codes.CodeTaken),
        ({"country": "Deutschland"}, codes.CountryUnusable),
        ({"currency": "XAU"}, UnknownCurrency),
    ],
)
def test_a_legal_entity_is_checked(session: Session, cast: Cast, change: dict[str, str], error: type) -> None:
    with pytest.raises(error):
        _entity(session, cast.alder.admin, **change)


def test_an_address_signs_in_one_person(session: Session, cast: Cast) -> None:
    with pytest.raises(seat_services.EmailTaken):
        seat_services.add_user(session, "MANAGER@alder.example", "Again", "digest", "en", NOW)
    with pytest.raises(codes.EmailUnusable):
        seat_services.add_user(session, "nobody", "Nobody", "digest", "en", NOW)


def test_an_admin_gives_and_takes_a_seat(session: Session, cast: Cast) -> None:
    user = session.get_one(User, cast.alder.viewer.user_id)

    seat = seat_services.give_seat(session, cast.alder.admin, user, cast.alder.partner, Role.FINANCE, NOW)
    seat_services.take_seat(session, cast.alder.admin, seat.id, NOW)

    left = seat_queries.seats(session, cast.alder.admin)
    assert [card.role for card in left if card.user_id == user.id] == ["viewer"]
    log = audit_queries.audit_events(session, cast.alder.admin, AuditFilter(), 1)
    assert [line.action for line in log.lines] == ["take_seat", "give_seat"]


def test_a_seat_is_given_once(session: Session, cast: Cast) -> None:
    user = session.get_one(User, cast.alder.viewer.user_id)

    with pytest.raises(seat_services.SeatTaken):
        seat_services.give_seat(session, cast.alder.admin, user, cast.alder.partner, Role.VIEWER, NOW)


def test_the_last_admin_stays(session: Session, cast: Cast) -> None:
    with pytest.raises(seat_services.LastAdmin):
        seat_services.take_seat(session, cast.alder.admin, cast.alder.admin.seat_id, NOW)

    user = session.get_one(User, cast.alder.viewer.user_id)
    seat_services.give_seat(session, cast.alder.admin, user, cast.alder.partner, Role.ADMIN, NOW)
    seat_services.take_seat(session, cast.alder.admin, cast.alder.admin.seat_id, NOW)


def test_an_admin_rules_its_own_partner_only(session: Session, cast: Cast) -> None:
    user = session.get_one(User, cast.cedar.viewer.user_id)

    with pytest.raises(NotFound):
        seat_services.give_seat(session, cast.cedar.admin, user, cast.alder.partner, Role.ADMIN, NOW)
    with pytest.raises(NotFound):
        seat_services.take_seat(session, cast.cedar.admin, cast.alder.viewer.seat_id, NOW)
    assert all("cedar" in card.email for card in seat_queries.seats(session, cast.cedar.admin))


@pytest.mark.parametrize("role", ["manager", "viewer", "finance"])
def test_only_admins_administer(session: Session, cast: Cast, role: str) -> None:
    actor: Actor = getattr(cast.alder, role)
    user = session.get_one(User, cast.alder.viewer.user_id)

    for attempt in (
        lambda: _entity(session, actor),
        lambda: seat_services.add_user(session, "new@alder.example", "New", "digest", "en", NOW, actor),
        lambda: seat_services.give_seat(session, actor, user, cast.alder.partner, Role.ADMIN, NOW),
        lambda: seat_services.take_seat(session, actor, cast.alder.viewer.seat_id, NOW),
        lambda: seat_queries.seats(session, actor),
        lambda: audit_queries.audit_events(session, actor, AuditFilter(), 1),
        lambda: audit_queries.every_audit_event(session, actor, AuditFilter()),
        lambda: audit_queries.audit_actions(session, actor),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_a_new_password_leaves_no_digest_in_the_log(session: Session, cast: Cast) -> None:
    account_services.change_password(session, cast.alder.viewer, "new digest", NOW)

    assert session.get_one(User, cast.alder.viewer.user_id).password_digest == "new digest"
    event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.before, event.after) == ("change_password", {}, {})


def test_every_role_allows_reading_and_no_role_everything(cast: Cast) -> None:
    from partners.directory.policy import may

    actors = [cast.alder.manager, cast.alder.viewer, cast.alder.finance, cast.alder.admin]

    assert all(may(actor, Action.READ) for actor in actors)
    assert not any(all(may(actor, action) for action in Action) for actor in actors)


def _partner(session: Session, code: str) -> Partner:
    return services.register_partner(session, "Dogwood", "山茱萸", code, PartnerType.BRAND, "food", "DE", "", NOW)


def _entity(session: Session, actor: Actor, **change: str) -> LegalEntity:
    facts = {
        "code": "ALDCN", "name": "Alder China Ltd", "address": "1 Nanjing Road, Shanghai", "country": "CN",
        "currency": "CNY",
    } | change  # fmt: skip
    return entity_services.add_legal_entity(session, actor, now=NOW, **facts)  # type: ignore[arg-type]
