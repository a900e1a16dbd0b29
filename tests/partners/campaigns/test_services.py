from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from partners import audit
from partners.campaigns import lifecycle, proposal, queries, services, steps
from partners.campaigns.lifecycle import Stage
from partners.campaigns.proposal import CampaignType, GoalKpi
from partners.database import writing
from partners.directory.models import Footing
from partners.errors import NotAllowed, NotFound
from partners.outbox import OutboxEvent
from tests.cast import Cast, build_cast
from tests.conftest import NOW
from tests.partners.campaigns.making import goal_of, live, offer_of, plan_of, proposed, signed


def test_a_campaign_goes_its_whole_way(engine: Engine) -> None:
    with writing(engine) as session:
        cast = build_cast(session, NOW)
        campaign = live(session, cast, NOW)
        alder, birch = cast.alder.manager, cast.birch.manager

        services.move_campaign(session, alder, campaign.id, Stage.PAUSED, "Wrong price on a poster", NOW)
        services.move_campaign(session, birch, campaign.id, Stage.LIVE, "", NOW)
        services.move_campaign(session, birch, campaign.id, Stage.ENDED, "", NOW)
        services.move_campaign(session, birch, campaign.id, Stage.SETTLED, "", NOW, is_settled=True)
        services.move_campaign(session, alder, campaign.id, Stage.REVIEWED, "Start a week earlier.", NOW)
        session.commit()

        page = queries.campaign_page(session, cast.birch.viewer, campaign.id, NOW)
        assert (page.stage, page.lessons) == ("reviewed", "Start a week earlier.")
        assert [event.kind for event in session.scalars(select(OutboxEvent))] == ["campaign.ended"]
        assert audit.first_break(session) is None


def test_only_its_own_brand_sees_an_idea(session: Session, cast: Cast) -> None:
    campaign = services.draft_campaign(session, cast.alder.manager, plan_of(cast), NOW)

    assert [card.id for card in queries.campaigns(session, cast.alder.viewer)] == [campaign.id]
    assert queries.campaigns(session, cast.birch.manager) == []
    with pytest.raises(NotFound):
        queries.campaign_page(session, cast.birch.manager, campaign.id, NOW)


def test_a_shared_idea_is_seen_by_the_partnership(session: Session, cast: Cast) -> None:
    campaign = services.draft_campaign(session, cast.alder.manager, plan_of(cast), NOW)

    services.share_idea(session, cast.alder.manager, campaign.id, NOW)

    page = queries.campaign_page(session, cast.birch.manager, campaign.id, NOW)
    assert (page.stage, page.terms, page.permits.may_propose) == ("exploring", (), True)


def test_the_other_side_may_propose_terms_for_a_shared_idea(session: Session, cast: Cast) -> None:
    campaign = services.draft_campaign(session, cast.alder.manager, plan_of(cast), NOW)
    services.share_idea(session, cast.alder.manager, campaign.id, NOW)

    services.propose_terms(session, cast.birch.manager, campaign.id, offer_of(cast), NOW)

    page = queries.campaign_page(session, cast.alder.manager, campaign.id, NOW)
    assert (page.stage, page.permits.may_sign) == ("negotiated", True)


def test_a_name_without_latin_letters_gets_a_code_from_the_type(session: Session, cast: Cast) -> None:
    codes = [
        services.draft_campaign(session, cast.alder.manager, plan_of(cast, "秋日早餐 2026"), NOW).code for _ in range(2)
    ]

    assert codes == ["joint-promotion-1", "joint-promotion-2"]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"name": "  "}, proposal.NameMissing), ({"name": "x" * 121}, proposal.NameMissing),
        ({"objective": ""}, proposal.ObjectiveMissing),
        ({"ends_on": date(2026, 8, 31)}, proposal.CampaignDatesReversed),
    ],
)  # fmt: skip
def test_a_plan_that_says_too_little_is_refused(
    session: Session, cast: Cast, wrong: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        services.draft_campaign(session, cast.alder.manager, replace(plan_of(cast), **wrong), NOW)


def test_nothing_new_is_agreed_once_the_partnership_has_ended(session: Session, cast: Cast) -> None:
    cast.partnership.footing = Footing.ENDED

    with pytest.raises(steps.PartnershipNotRunning):
        proposed(session, cast, NOW)


def test_a_plan_needs_a_goal_and_the_other_sides_approval(session: Session, cast: Cast) -> None:
    campaign = services.draft_campaign(session, cast.alder.manager, plan_of(cast), NOW)
    services.propose_terms(session, cast.alder.manager, campaign.id, offer_of(cast), NOW)
    page = queries.campaign_page(session, cast.birch.manager, campaign.id, NOW)
    services.countersign_terms(session, cast.birch.manager, campaign.id, page.terms[0].digest, NOW)
    alder, birch = cast.alder.manager, cast.birch.manager

    with pytest.raises(lifecycle.GoalsIncomplete):
        services.move_campaign(session, alder, campaign.id, Stage.PLANNED, "", NOW)
    services.set_goal(session, alder, campaign.id, goal_of(cast), NOW)
    services.move_campaign(session, alder, campaign.id, Stage.PLANNED, "", NOW)
    with pytest.raises(lifecycle.ApprovalFromOtherSide):
        services.move_campaign(session, alder, campaign.id, Stage.APPROVED, "", NOW)
    assert services.move_campaign(session, birch, campaign.id, Stage.APPROVED, "", NOW).stage == Stage.APPROVED


def test_a_campaign_begins_on_its_first_day_in_its_own_time_zone(session: Session, cast: Cast) -> None:
    campaign = signed(session, cast, NOW)
    services.move_campaign(session, cast.alder.manager, campaign.id, Stage.PLANNED, "", NOW)
    services.move_campaign(session, cast.birch.manager, campaign.id, Stage.APPROVED, "", NOW)
    evening = datetime(2026, 8, 31, 21, 59, tzinfo=UTC)  # Berlin is two hours ahead

    with pytest.raises(lifecycle.NotStarted):
        services.move_campaign(session, cast.alder.manager, campaign.id, Stage.LIVE, "", evening)
    midnight = datetime(2026, 8, 31, 22, 0, tzinfo=UTC)
    assert services.move_campaign(session, cast.alder.manager, campaign.id, Stage.LIVE, "", midnight).stage == "live"


def test_who_paused_does_not_resume(session: Session, cast: Cast) -> None:
    campaign = live(session, cast, NOW)
    services.move_campaign(session, cast.birch.manager, campaign.id, Stage.PAUSED, "Recall", NOW)

    with pytest.raises(lifecycle.ResumeFromOtherSide):
        services.move_campaign(session, cast.birch.manager, campaign.id, Stage.LIVE, "", NOW)


def test_a_goal_for_the_same_figure_is_replaced_until_approval(session: Session, cast: Cast) -> None:
    campaign = proposed(session, cast, NOW)
    higher = replace(goal_of(cast), target=500)

    services.set_goal(session, cast.birch.manager, campaign.id, higher, NOW)

    goals = queries.campaign_page(session, cast.alder.manager, campaign.id, NOW).goals
    assert [(goal.kpi, goal.target) for goal in goals] == [("orders", 500)]


def test_goals_stay_once_the_plan_is_approved(session: Session, cast: Cast) -> None:
    campaign = live(session, cast, NOW)

    with pytest.raises(lifecycle.PlanClosed):
        services.set_goal(session, cast.alder.manager, campaign.id, goal_of(cast), NOW)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"target": 100}, proposal.GoalUnusable), ({"baseline": -1}, proposal.GoalUnusable),
        ({"target": 10**16}, proposal.GoalUnusable), ({"due_on": date(2026, 12, 31)}, proposal.GoalTooLate),
        ({"due_on": date(2026, 8, 31)}, proposal.GoalTooLate), ({"owner_id": "nobody"}, proposal.GoalOwnerUnknown),
    ],
)  # fmt: skip
def test_a_goal_that_cannot_be_checked_is_refused(
    session: Session, cast: Cast, wrong: dict[str, object], error: type[Exception]
) -> None:
    campaign = proposed(session, cast, NOW)
    goal = replace(goal_of(cast), kpi=GoalKpi.REVENUE, **wrong)  # type: ignore[arg-type]

    with pytest.raises(error):
        services.set_goal(session, cast.alder.manager, campaign.id, goal, NOW)


def test_each_partner_adds_its_own_communities(session: Session, cast: Cast) -> None:
    campaign = services.draft_campaign(session, cast.alder.manager, plan_of(cast), NOW)
    own, other = cast.alder.community.id, cast.birch.community.id

    services.add_communities(session, cast.alder.manager, campaign.id, [own, own], NOW)
    services.add_communities(session, cast.alder.manager, campaign.id, [own], NOW)

    with pytest.raises(NotFound):
        services.add_communities(session, cast.alder.manager, campaign.id, [other], NOW)
    page = queries.campaign_page(session, cast.alder.manager, campaign.id, NOW)
    assert [line.id for line in page.communities] == [own]


@pytest.mark.parametrize("role", ["viewer", "finance", "admin"])
def test_a_role_that_reads_does_not_run(session: Session, cast: Cast, role: str) -> None:
    campaign = proposed(session, cast, NOW)
    actor = getattr(cast.alder, role)

    for attempt in (
        lambda: services.draft_campaign(session, actor, plan_of(cast), NOW),
        lambda: services.set_goal(session, actor, campaign.id, goal_of(cast), NOW),
        lambda: services.add_communities(session, actor, campaign.id, [cast.alder.community.id], NOW),
        lambda: services.move_campaign(session, actor, campaign.id, Stage.CANCELLED, "no", NOW),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert queries.campaign_page(session, actor, campaign.id, NOW).permits.moves == ()


def test_a_stranger_finds_no_campaign(session: Session, cast: Cast) -> None:
    campaign, cedar = live(session, cast, NOW), cast.cedar.manager

    for attempt in (
        lambda: queries.campaign_page(session, cedar, campaign.id, NOW),
        lambda: services.share_idea(session, cedar, campaign.id, NOW),
        lambda: services.set_goal(session, cedar, campaign.id, goal_of(cast), NOW),
        lambda: services.add_communities(session, cedar, campaign.id, [cast.cedar.community.id], NOW),
        lambda: services.move_campaign(session, cedar, campaign.id, Stage.ENDED, "", NOW),
        lambda: services.draft_campaign(session, cedar, plan_of(cast), NOW),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert queries.campaigns(session, cedar) == []
    assert queries.campaigns_of_partnership(session, cedar, cast.partnership.id) == []
    assert queries.waiting_for(session, cedar) == []
    assert queries.campaign_for_intake(session, cast.cedar.partner.id, campaign.code) is None


def test_what_waits_is_for_the_side_that_can_do_it(session: Session, cast: Cast) -> None:
    campaign = proposed(session, cast, NOW)
    alder, birch = cast.alder.manager, cast.birch.manager
    to_sign = [(each.kind, each.thing_id) for each in queries.waiting_for(session, birch)]
    page = queries.campaign_page(session, birch, campaign.id, NOW)
    services.countersign_terms(session, birch, campaign.id, page.terms[0].digest, NOW)
    services.move_campaign(session, alder, campaign.id, Stage.PLANNED, "", NOW)

    assert to_sign == [("sign_terms", campaign.id)]
    assert queries.waiting_for(session, alder) == []
    assert [each.kind for each in queries.waiting_for(session, birch)] == ["move_campaign"]
    assert queries.waiting_for(session, cast.birch.viewer) == []


def test_intake_reads_signed_terms_and_communities_of_a_merchant(session: Session, cast: Cast) -> None:
    campaign = live(session, cast, NOW)

    found = queries.campaign_for_intake(session, cast.alder.partner.id, campaign.code)

    assert found is not None
    assert (found.has_begun, found.timezone, [each.version for each in found.versions]) == (True, "Europe/Berlin", [1])
    assert set(found.communities) == {"alder-club", "birch-club"}
    assert queries.campaign_for_intake(session, cast.birch.partner.id, campaign.code) is None
    assert queries.campaign_for_intake(session, cast.alder.partner.id, "nothing") is None


def test_a_statement_can_quote_terms_with_signatures_and_author(session: Session, cast: Cast) -> None:
    campaign = signed(session, cast, NOW)
    version = queries.signed_versions(session, campaign.id)[0]

    record = queries.terms_records(session, [version.id])[version.id]

    assert (record.campaign_code, record.author_id) == ("autumn-breakfast", cast.alder.manager.user_id)
    assert {person for _, person, _ in record.signatures} == {"Alder Coffee manager", "Birch Dairy manager"}
    assert record.terms.document.digest == version.digest


def test_the_number_of_statements_does_not_grow_with_the_rows(session: Session, cast: Cast) -> None:
    def count(read: object) -> int:
        seen: list[str] = []
        session.flush()
        session.expire_all()
        listen = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(session.get_bind(), "before_cursor_execute", listen)
        read()  # type: ignore[operator]
        event.remove(session.get_bind(), "before_cursor_execute", listen)
        return len(seen)

    actor = cast.birch.manager
    campaign = proposed(session, cast, NOW)
    reads = (
        lambda: queries.campaigns(session, actor),
        lambda: queries.waiting_for(session, actor),
        lambda: queries.campaign_page(session, actor, campaign.id, NOW),
    )
    before = [count(read) for read in reads]
    for number in range(3):
        signed(session, cast, NOW, f"Another {number}")
        services.draft_campaign(session, actor, replace(plan_of(cast), campaign_type=CampaignType.EVENT), NOW)
    digest = queries.campaign_page(session, actor, campaign.id, NOW).terms[0].digest
    services.counter_terms(session, actor, campaign.id, offer_of(cast, (1, 1)), digest, NOW)

    assert [count(read) for read in reads] == before
