"""Communities: who has which, who may see them, who may change them."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.audit import AuditEvent
from partners.communities import queries, services
from partners.communities.models import Community
from partners.directory import codes
from partners.directory import services as directory
from partners.directory.policy import Actor
from partners.errors import NotAllowed, NotFound
from tests.cast import Cast
from tests.conftest import NOW


def test_a_manager_opens_a_community(session: Session, cast: Cast) -> None:
    community = _open(session, cast.alder.manager)

    assert [card.code for card in queries.communities(session, cast.alder.viewer)] == ["alder-club", "alder-regulars"]
    event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.thing_id) == ("open_community", community.id)


def test_a_code_is_unique_across_partners(session: Session, cast: Cast) -> None:
    with pytest.raises(codes.CodeTaken):
        _open(session, cast.alder.manager, code="birch-club")
    with pytest.raises(codes.CodeUnusable):
        _open(session, cast.alder.manager, code="Birch Club")


def test_editing_writes_down_what_changed_and_nothing_else(session: Session, cast: Cast) -> None:
    _edit(session, cast.alder.manager, cast.alder.community, theme="coffee")

    event = session.scalars(select(AuditEvent)).one()
    assert event.before == {"theme": "breakfast"}
    assert event.after == {"name": "Alder Coffee club", "theme": "coffee"}


def test_editing_without_a_change_writes_nothing(session: Session, cast: Cast) -> None:
    _edit(session, cast.alder.manager, cast.alder.community, theme=" breakfast ")

    assert session.scalars(select(AuditEvent)).all() == []


def test_partners_see_each_others_communities_own_ones_first(session: Session, cast: Cast) -> None:
    cards = queries.visible_communities(session, cast.birch.viewer)

    assert [(card.code, card.is_own) for card in cards] == [("birch-club", True), ("alder-club", False)]
    page = queries.community_page(session, cast.birch.viewer, cast.alder.community.id)
    assert (page.partner_name, page.partner_name_zh) == ("Alder Coffee", "桤木咖啡")
    assert cards == queries.communities_in(session, cast.birch.viewer, cast.partnership.id)


def test_a_stranger_sees_and_changes_nothing(session: Session, cast: Cast) -> None:
    stranger = cast.cedar.manager

    assert [card.code for card in queries.visible_communities(session, stranger)] == ["cedar-club"]
    for attempt in (
        lambda: queries.community_page(session, stranger, cast.alder.community.id),
        lambda: queries.communities_in(session, stranger, cast.partnership.id),
        lambda: _edit(session, stranger, cast.alder.community, theme="mine"),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_an_invited_partner_is_still_a_stranger(session: Session, cast: Cast) -> None:
    directory.invite_partners(session, cast.cedar.manager, [cast.alder.partner.id], "Join us", "UTC", NOW)

    with pytest.raises(NotFound):
        queries.community_page(session, cast.cedar.manager, cast.alder.community.id)


def test_after_the_end_nothing_of_the_other_is_shown(session: Session, cast: Cast) -> None:
    directory.end_partnership(session, cast.alder.manager, cast.partnership.id, "Budgets are cut", NOW)

    with pytest.raises(NotFound):
        queries.community_page(session, cast.birch.manager, cast.alder.community.id)


def test_a_partner_may_look_and_not_change(session: Session, cast: Cast) -> None:
    with pytest.raises(NotFound):
        _edit(session, cast.birch.manager, cast.alder.community, theme="ours")


@pytest.mark.parametrize("role", ["viewer", "finance", "admin"])
def test_only_managers_run_communities(session: Session, cast: Cast, role: str) -> None:
    actor: Actor = getattr(cast.alder, role)

    with pytest.raises(NotAllowed):
        _open(session, actor)
    with pytest.raises(NotAllowed):
        _edit(session, actor, cast.alder.community, theme="coffee")


def _open(session: Session, actor: Actor, code: str = "alder-regulars") -> Community:
    return services.open_community(session, actor, code, "Regulars", "常客", "coffee", "store", "", NOW)


def _edit(session: Session, actor: Actor, community: Community, theme: str) -> Community:
    return services.edit_community(
        session, actor, community.id, name=community.name, name_zh=community.name_zh, theme=theme,
        channel=community.channel, about=community.about, now=NOW,
    )  # fmt: skip
