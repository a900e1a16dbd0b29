"""What the directory and the audit log show, and to whom."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from partners import audit
from partners.audit import AuditFilter
from partners.directory import audit_queries, queries, services
from partners.directory.accounts import services as account_services
from partners.errors import NotFound
from tests.cast import Cast
from tests.conftest import NOW


def test_everybody_finds_every_partner_and_how_near_it_is(session: Session, cast: Cast) -> None:
    cards = queries.partners(session, cast.alder.viewer)

    assert [(card.name, card.footing, card.is_own) for card in cards] == [
        ("Alder Coffee", "", True),
        ("Birch Dairy", "signed", False),
        ("Cedar Stranger", "", False),
    ]


def test_a_profile_tells_a_stranger_nothing_of_partnerships(session: Session, cast: Cast) -> None:
    page = queries.partner_page(session, cast.cedar.manager, cast.alder.partner.id)

    assert page.card.name == "Alder Coffee"
    assert page.card.footing == ""
    assert page.partnerships == ()


def test_a_profile_lists_the_partnerships_with_it(session: Session, cast: Cast) -> None:
    page = queries.partner_page(session, cast.alder.viewer, cast.birch.partner.id)

    assert [card.id for card in page.partnerships] == [cast.partnership.id]
    assert queries.partner_page(session, cast.alder.viewer, cast.alder.partner.id).partnerships == ()


def test_no_profile_of_nobody(session: Session, cast: Cast) -> None:
    with pytest.raises(NotFound):
        queries.partner_page(session, cast.alder.manager, "nobody")


def test_the_furthest_stage_with_a_partner_counts(session: Session, cast: Cast) -> None:
    both = [cast.birch.partner.id, cast.cedar.partner.id]
    services.invite_partners(session, cast.alder.manager, both, "Breakfast", "UTC", NOW)

    stages = {card.name: card.footing for card in queries.partners(session, cast.alder.viewer)}

    assert stages["Birch Dairy"] == "signed"
    assert stages["Cedar Stranger"] == "invited"


def test_names_come_in_both_languages(session: Session, cast: Cast) -> None:
    names = queries.names_of(session, [cast.birch.partner.id, "nobody"])

    assert names == {cast.birch.partner.id: ("Birch Dairy", "白桦乳业")}


def test_each_partner_reads_its_own_log(session: Session, cast: Cast) -> None:
    services.set_floor(session, cast.alder.manager, cast.partnership.id, 60, NOW)
    services.set_floor(session, cast.birch.manager, cast.partnership.id, 70, NOW)

    log = audit_queries.audit_events(session, cast.birch.admin, AuditFilter(), 1)

    assert [(line.action, line.after["floor"], line.who) for line in log.lines] == [
        ("set_floor", 70, "Birch Dairy manager")
    ]
    assert audit_queries.audit_actions(session, cast.cedar.admin) == []
    assert audit_queries.recent_activity(session, cast.cedar.viewer, 10) == []


def test_the_log_is_filtered_and_paged(session: Session, cast: Cast) -> None:
    for number in range(120):
        at = NOW + timedelta(minutes=number)
        services.set_floor(session, cast.alder.manager, cast.partnership.id, 50 + number, at)
    account_services.change_password(session, cast.alder.viewer, "digest", NOW)
    admin = cast.alder.admin

    last = audit_queries.audit_events(session, admin, AuditFilter(action="set_floor"), 99)
    assert (last.total, last.page, last.pages, len(last.lines)) == (120, 3, 3, 20)

    window = AuditFilter(since=NOW + timedelta(minutes=10), until=NOW + timedelta(minutes=12))
    assert [line.after["floor"] for line in audit_queries.audit_events(session, admin, window, 1).lines] == [61, 60]

    by_viewer = AuditFilter(user_id=cast.alder.viewer.user_id)
    assert [line.action for line in audit_queries.every_audit_event(session, admin, by_viewer)] == ["change_password"]


def test_the_chain_of_all_services_holds(session: Session, cast: Cast) -> None:
    partnership = services.invite_partners(
        session, cast.alder.manager, [cast.cedar.partner.id], "Breakfast", "UTC", NOW
    )
    services.accept_partnership(session, cast.cedar.manager, partnership.id, NOW)
    services.end_partnership(session, cast.alder.manager, partnership.id, "Budgets are cut", NOW)

    assert audit.first_break(session) is None
    assert [line.action for line in audit_queries.recent_activity(session, cast.alder.viewer, 9)] == [
        "end_partnership",
        "invite_partners",
    ]
