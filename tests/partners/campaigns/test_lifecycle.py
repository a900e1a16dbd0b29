from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from partners.campaigns import lifecycle
from partners.campaigns.lifecycle import LADDER, Facts, GoalFacts, Stage, check_move, ladder, open_moves
from partners.errors import TandemError

READY = Facts(
    partner_id="birch", user_id="ben", today=date(2026, 9, 1), starts_on=date(2026, 9, 1), ends_on=date(2026, 11, 30),
    goals=(GoalFacts(date(2026, 12, 30), True),), are_terms_in_force=True, planned_by=("alder", "ana"),
    paused_by=("alder", "ana"), is_settled=True,
)  # fmt: skip

BY_HAND = {
    (Stage.SIGNED, Stage.PLANNED), (Stage.PLANNED, Stage.APPROVED), (Stage.APPROVED, Stage.LIVE),
    (Stage.LIVE, Stage.PAUSED), (Stage.PAUSED, Stage.LIVE), (Stage.LIVE, Stage.ENDED), (Stage.PAUSED, Stage.ENDED),
    (Stage.ENDED, Stage.SETTLED), (Stage.SETTLED, Stage.REVIEWED),
}  # fmt: skip
BEFORE_ENDED = (*LADDER[: LADDER.index(Stage.ENDED)], Stage.PAUSED)


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("to_stage", list(Stage))
def test_nothing_is_skipped(stage: Stage, to_stage: Stage) -> None:
    allowed = (stage, to_stage) in BY_HAND or (to_stage == Stage.CANCELLED and stage in BEFORE_ENDED)

    assert (to_stage in open_moves(stage, READY)) == allowed


@pytest.mark.parametrize(
    ("stage", "to_stage", "facts", "error"),
    [
        (Stage.SIGNED, Stage.PLANNED, {"goals": ()}, lifecycle.GoalsIncomplete),
        (Stage.SIGNED, Stage.PLANNED, {"goals": (GoalFacts(date(2026, 12, 31), True),)}, lifecycle.GoalsIncomplete),
        (Stage.SIGNED, Stage.PLANNED, {"goals": (GoalFacts(date(2026, 8, 31), True),)}, lifecycle.GoalsIncomplete),
        (Stage.SIGNED, Stage.PLANNED, {"goals": (GoalFacts(date(2026, 10, 1), False),)}, lifecycle.GoalsIncomplete),
        (Stage.PLANNED, Stage.APPROVED, {"partner_id": "alder"}, lifecycle.ApprovalFromOtherSide),
        (Stage.PLANNED, Stage.APPROVED, {"user_id": "ana"}, lifecycle.ApprovalFromOtherSide),
        (Stage.APPROVED, Stage.LIVE, {"today": date(2026, 8, 31)}, lifecycle.NotStarted),
        (Stage.APPROVED, Stage.LIVE, {"are_terms_in_force": False}, lifecycle.TermsNotInForce),
        (Stage.PAUSED, Stage.LIVE, {"partner_id": "alder"}, lifecycle.ResumeFromOtherSide),
        (Stage.ENDED, Stage.SETTLED, {"is_settled": False}, lifecycle.NotSettled),
    ],
)
def test_a_guard_names_what_is_missing(
    stage: Stage, to_stage: Stage, facts: dict[str, object], error: type[TandemError]
) -> None:
    with pytest.raises(error):
        check_move(stage, to_stage, replace(READY, **facts), "because")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("stage", "to_stage", "error"),
    [
        (Stage.LIVE, Stage.PAUSED, lifecycle.ReasonMissing), (Stage.IDEA, Stage.CANCELLED, lifecycle.ReasonMissing),
        (Stage.SETTLED, Stage.REVIEWED, lifecycle.LessonsMissing),
    ],
)  # fmt: skip
def test_some_steps_need_words(stage: Stage, to_stage: Stage, error: type[TandemError]) -> None:
    with pytest.raises(error):
        check_move(stage, to_stage, READY, "  ")


def test_what_hinders_the_next_step_is_told() -> None:
    early = replace(READY, today=date(2026, 8, 1))

    assert isinstance(lifecycle.hindrance(Stage.APPROVED, early), lifecycle.NotStarted)
    assert lifecycle.hindrance(Stage.APPROVED, READY) is None
    assert lifecycle.hindrance(Stage.REVIEWED, READY) is None


def test_a_paused_campaign_stands_where_live_is() -> None:
    rungs = ladder(Stage.PAUSED)

    assert [rung.state for rung in rungs] == ["done"] * 6 + ["now"] + ["ahead"] * 3
    assert rungs[6].stage == Stage.PAUSED


def test_a_cancelled_campaign_keeps_what_it_had_reached() -> None:
    rungs = ladder(Stage.CANCELLED, Stage.SIGNED)

    assert [rung.stage for rung in rungs] == [*LADDER[:4], Stage.CANCELLED]
    assert rungs[-1].state == "now"
