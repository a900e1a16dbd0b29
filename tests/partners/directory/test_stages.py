"""How a partnership moves from stage to stage, who is told why, and what nobody may move."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from partners.audit import AuditEvent
from partners.database import EVERY_TENANT, reading, writing
from partners.directory import queries, relationship, services, stage_queries, stage_services
from partners.directory.models import Footing, Partnership, PartnershipMove, PartnershipStage, Retention
from partners.directory.policy import Actor
from partners.errors import Conflict, NotAllowed, NotFound
from tests.cast import Cast, build_cast
from tests.conftest import NOW

STAGE = PartnershipStage


def test_accepting_and_signing_move_it_by_themselves(session: Session, cast: Cast) -> None:
    partnership = _exploring(session, cast)
    services.mark_signed(session, partnership.id, NOW, cast.cedar.manager)

    page = queries.partnership_page(session, cast.alder.viewer, partnership.id)

    assert (page.footing, page.stage) == ("signed", "working")
    assert [(move.from_stage, move.to_stage, move.why, move.partner.name) for move in page.moves] == [
        ("awareness", "knowledge", "", "Cedar Stranger"),
        ("knowledge", "working", "", "Cedar Stranger"),
    ]


def test_a_move_by_hand_says_who_and_why_to_every_side(session: Session, cast: Cast) -> None:
    _move(session, cast.birch.manager, cast.partnership, STAGE.WORKING, STAGE.VALUE, "  Sales have begun ")

    page = queries.partnership_page(session, cast.alder.viewer, cast.partnership.id)

    (move,) = page.moves
    assert (page.stage, move.person, move.why) == ("value", "Birch Dairy manager", "Sales have begun")
    event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.before, event.after) == (
        "move_partnership", {"stage": "working"}, {"name": "Alder with Birch", "stage": "value"},
    )  # fmt: skip


def test_a_partnership_goes_back_as_far_as_its_footing(session: Session, cast: Cast) -> None:
    for stage, to_stage in ((STAGE.WORKING, STAGE.VALUE), (STAGE.VALUE, STAGE.STAYING), (STAGE.STAYING, STAGE.WORKING)):
        _move(session, cast.alder.manager, cast.partnership, stage, to_stage, "why")

    assert queries.partnership_page(session, cast.birch.manager, cast.partnership.id).open_stages == ("value",)
    with pytest.raises(relationship.StageClosed):
        _move(session, cast.alder.manager, cast.partnership, STAGE.WORKING, STAGE.SELECTION, "why")


def test_an_invitation_is_not_moved_by_hand(session: Session, cast: Cast) -> None:
    invited = services.invite_partners(session, cast.alder.manager, [cast.cedar.partner.id], "Name", "UTC", NOW)

    with pytest.raises(relationship.StageClosed):
        _move(session, cast.alder.manager, invited, STAGE.AWARENESS, STAGE.KNOWLEDGE, "why")


def test_what_another_side_has_moved_is_looked_at_again(session: Session, cast: Cast) -> None:
    _move(session, cast.birch.manager, cast.partnership, STAGE.WORKING, STAGE.VALUE, "why")

    with pytest.raises(stage_services.StageMoved):
        _move(session, cast.alder.manager, cast.partnership, STAGE.WORKING, STAGE.VALUE, "why")


def test_a_move_needs_a_reason(session: Session, cast: Cast) -> None:
    with pytest.raises(relationship.WhyMissing):
        _move(session, cast.alder.manager, cast.partnership, STAGE.WORKING, STAGE.VALUE, " ")
    with pytest.raises(relationship.WhyMissing):
        services.end_partnership(session, cast.alder.manager, cast.partnership.id, "", NOW)

    assert cast.partnership.footing == Footing.SIGNED


def test_whoever_ends_it_says_why(session: Session, cast: Cast) -> None:
    services.end_partnership(session, cast.birch.manager, cast.partnership.id, "We stop selling yogurt", NOW)

    page = queries.partnership_page(session, cast.alder.viewer, cast.partnership.id)

    assert (page.stage, page.open_stages) == ("exit", ())
    assert [(move.from_stage, move.to_stage, move.why) for move in page.moves] == [
        ("working", "exit", "We stop selling yogurt")
    ]
    with pytest.raises(stage_services.PartnershipOver):
        _move(session, cast.alder.manager, cast.partnership, STAGE.EXIT, STAGE.WORKING, "why")


def test_whoever_declines_says_why(session: Session, cast: Cast) -> None:
    invited = services.invite_partners(session, cast.alder.manager, [cast.cedar.partner.id], "Name", "UTC", NOW)
    services.decline_partnership(session, cast.cedar.manager, invited.id, "Not this year", NOW)

    page = queries.partnership_page(session, cast.alder.viewer, invited.id)

    assert (page.footing, page.stage, page.moves[-1].why) == ("ended", "exit", "Not this year")


@pytest.mark.parametrize("role", ["viewer", "finance", "admin"])
def test_only_managers_move_a_partnership(session: Session, cast: Cast, role: str) -> None:
    actor = getattr(cast.alder, role)

    with pytest.raises(NotAllowed):
        _move(session, actor, cast.partnership, STAGE.WORKING, STAGE.VALUE, "why")
    page = queries.partnership_page(session, actor, cast.partnership.id)
    assert (page.may_run, page.open_stages) == (False, ())


def test_a_stranger_moves_nothing(session: Session, cast: Cast) -> None:
    with pytest.raises(NotFound):
        _move(session, cast.cedar.manager, cast.partnership, STAGE.WORKING, STAGE.VALUE, "why")
    (shared,) = stage_queries.shared_things(session, cast.cedar.manager)
    assert shared.pages == {}


def test_tokens_are_kept_for_thirty_days_unless_the_brand_says_otherwise(session: Session, cast: Cast) -> None:
    session.add(Retention(partner_id=cast.birch.partner.id, audience_days=7, upload_days=7, sign_in_days=7))

    assert stage_queries.token_days(session, cast.alder.viewer) == 30
    assert stage_queries.token_days(session, cast.birch.viewer) == 7


def test_two_sides_that_move_it_at_once_move_it_once(engine: Engine) -> None:
    with writing(engine, EVERY_TENANT) as session:
        cast = build_cast(session, NOW)
        session.commit()

    def attempt(actor: Actor) -> type[Conflict] | None:
        with writing(engine, EVERY_TENANT) as session:
            try:
                _move(session, actor, cast.partnership, STAGE.WORKING, STAGE.VALUE, "why")
            except Conflict as refused:
                return type(refused)
            session.commit()
        return None

    with ThreadPoolExecutor(2) as pool:
        refused = list(pool.map(attempt, [cast.alder.manager, cast.birch.manager]))

    assert sorted(refused, key=str) == [stage_services.StageMoved, None]
    with reading(engine, EVERY_TENANT) as session:
        assert session.get_one(Partnership, cast.partnership.id).stage == STAGE.VALUE
        assert len(session.scalars(select(PartnershipMove)).all()) == 1


def _exploring(session: Session, cast: Cast) -> Partnership:
    invited = services.invite_partners(session, cast.alder.manager, [cast.cedar.partner.id], "Name", "UTC", NOW)
    return services.accept_partnership(session, cast.cedar.manager, invited.id, NOW)


def _move(
    session: Session, actor: Actor, partnership: Partnership, stage: STAGE, to_stage: STAGE, why: str
) -> Partnership:
    return stage_services.move_partnership(session, actor, partnership.id, stage, to_stage, why, NOW)
