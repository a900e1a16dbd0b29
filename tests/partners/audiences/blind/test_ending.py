"""Blind counts that end without a result: stopped by a side, by a budget, by time; and nothing of them stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from partners.audiences.blind import ending_services, queries, services
from partners.audiences.blind.queries import Turn
from partners.audiences.models import Answer, Audience, BlindStep, Evaluation, Overlap, Question
from partners.audit import AuditEvent
from partners.database import EVERY_TENANT, reading, writing
from partners.directory.models import Footing, Partnership
from tests.conftest import NOW
from tests.partners.audiences.blind.world import Play, compared, count, done_by_both, row_is, row_of


def test_a_budget_that_was_used_meanwhile_stops_the_count(play: Play) -> None:
    done_by_both(play)
    with writing(play.engine, EVERY_TENANT) as session:
        lists = {one.partner_id: one for one in session.scalars(select(Audience))}
        own, other = lists[play.b.actor.partner_id], lists[play.a.actor.partner_id]
        for asker, asked in ((own, other), (other, own)):
            session.add(
                Evaluation(
                    partnership_id=row_of(session, play).partnership_id, asker_id=asker.partner_id,
                    other_id=asked.partner_id, own_community_id=asker.community_id,
                    other_community_id=asked.community_id, own_audience_id=asker.id, other_audience_id=asked.id,
                    question=Question.REGIONS, answer=Answer.COUNTED, epsilon_milli=1_900, at=NOW,
                )
            )  # fmt: skip
        session.commit()

    assert not count(play, compared(play))

    with reading(play.engine, EVERY_TENANT) as session:
        card = queries.blind_count(session, play.a.actor, play.count_id)
        assert (card.turn, card.refusal) == (Turn.STOPPED, "budget_used")
        assert session.scalars(select(Overlap)).all() == []


def test_either_side_stops_it_and_nothing_stays(play: Play) -> None:
    play.step(play.a)
    play.step(play.b)

    with writing(play.engine, play.b.actor.partner_id) as session:
        services.stop_blind_count(session, play.b.actor, play.store, play.count_id, NOW)
        session.commit()

    assert list(play.store.path(f"blind/{play.count_id}").iterdir()) == []
    with pytest.raises(services.NotYourTurn):
        play.send(play.a, bytes(32), "twice")
    with reading(play.engine, EVERY_TENANT) as session:
        assert row_of(session, play).step == BlindStep.STOPPED
        actions = set(session.scalars(select(AuditEvent.action)))
    assert {"propose_blind_count", "join_blind_count", "blind_own_list", "stop_blind_count"} <= actions


def test_a_list_that_was_taken_back_ends_the_count(play: Play) -> None:
    play.step(play.a)
    with writing(play.engine, EVERY_TENANT) as session:
        audience_id = row_of(session, play).audience_a_id
        assert ending_services.stop_counts_of(session, play.store, [audience_id], NOW) == 1
        session.commit()

    assert row_is(play, BlindStep.STOPPED)


def test_a_list_that_expired_is_not_blinded_any_more(play: Play) -> None:
    with pytest.raises(services.ListNotUsable):
        play.step(play.a, NOW + timedelta(days=400))


@pytest.mark.parametrize(("days", "footing", "stopped"), [(13, "signed", 0), (15, "signed", 1), (1, "ended", 1)])
def test_what_takes_too_long_or_has_no_partnership_is_stopped(
    play: Play, days: int, footing: str, stopped: int
) -> None:
    play.step(play.a)
    with writing(play.engine, EVERY_TENANT) as session:
        partnership = session.get_one(Partnership, row_of(session, play).partnership_id)
        partnership.footing = Footing(footing)
        session.flush()
        assert ending_services.stop_unfinished(session, play.store, NOW + timedelta(days=days)) == stopped
        session.commit()

    assert row_is(play, BlindStep.STOPPED) == bool(stopped)
