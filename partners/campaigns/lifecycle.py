"""The stages of a campaign: which step follows which, and what must be true before it. Pure; knows no table, no clock.

    idea -> exploring -> negotiated -> signed -> planned -> approved -> live <-> paused -> ended -> settled -> reviewed

Nothing is skipped; cancelled is reached from any stage before ended (domain specification F3). Three steps are taken by
what they mean and not by hand: sharing an idea, proposing terms, and the last signature.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from partners.errors import Conflict, Invalid


class Stage(StrEnum):
    IDEA = "idea"
    EXPLORING = "exploring"
    NEGOTIATED = "negotiated"
    SIGNED = "signed"
    PLANNED = "planned"
    APPROVED = "approved"
    LIVE = "live"
    PAUSED = "paused"
    ENDED = "ended"
    SETTLED = "settled"
    REVIEWED = "reviewed"
    CANCELLED = "cancelled"


LADDER = (
    Stage.IDEA, Stage.EXPLORING, Stage.NEGOTIATED, Stage.SIGNED, Stage.PLANNED, Stage.APPROVED, Stage.LIVE,
    Stage.ENDED, Stage.SETTLED, Stage.REVIEWED,
)  # fmt: skip

LAG = timedelta(days=30)
"""How long after the last day a goal may still be due: the review comes within 30 days (domain specification F3)."""

_NEXT: dict[Stage, tuple[Stage, ...]] = {
    Stage.IDEA: (Stage.CANCELLED,),
    Stage.EXPLORING: (Stage.CANCELLED,),
    Stage.NEGOTIATED: (Stage.CANCELLED,),
    Stage.SIGNED: (Stage.PLANNED, Stage.CANCELLED),
    Stage.PLANNED: (Stage.APPROVED, Stage.CANCELLED),
    Stage.APPROVED: (Stage.LIVE, Stage.CANCELLED),
    Stage.LIVE: (Stage.PAUSED, Stage.ENDED, Stage.CANCELLED),
    Stage.PAUSED: (Stage.LIVE, Stage.ENDED, Stage.CANCELLED),
    Stage.ENDED: (Stage.SETTLED,),
    Stage.SETTLED: (Stage.REVIEWED,),
}
"""Steps taken by hand."""


class StepNotAllowed(Conflict):
    """A campaign that is {stage} cannot become {to_stage} now. Please look at the page again."""


class ReasonMissing(Invalid):
    """Say why, so that the other side can understand it."""


class GoalsIncomplete(Invalid):
    """A plan needs at least one goal, and each goal an owner and a due date at most 30 days after the campaign."""


class ApprovalFromOtherSide(Conflict):
    """You made this plan. Another partner's manager approves it."""


class TermsNotInForce(Conflict):
    """The terms are not signed by every party yet."""


class NotStarted(Conflict):
    """The campaign begins on {starts_on}. It can go live on that day."""


class ResumeFromOtherSide(Conflict):
    """You paused this campaign. Another partner's manager lets it go on."""


class NotSettled(Conflict):
    """A period of this campaign has not been issued yet. Close its periods and issue the statements first."""


class LessonsMissing(Invalid):
    """Write what both sides learned, what to do again and what not."""


class TermsClosed(Conflict):
    """Terms cannot be changed any more: the campaign is {stage}."""


class PlanClosed(Conflict):
    """Goals are agreed with the plan and stay as they are: the campaign is {stage}."""


@dataclass(frozen=True, slots=True)
class GoalFacts:
    """What makes a goal complete besides its number, unit and baseline, which it cannot be without."""

    due_on: date
    has_owner: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What a step depends on, as of now.

    ``today`` is the date in the partnership's time zone. ``planned_by`` and ``paused_by`` hold the partner and the user
    of the newest step to planned or paused, empty where there was none. ``is_settled`` says that every period up to the
    campaign's end has been issued.
    """

    partner_id: str
    user_id: str
    today: date
    starts_on: date
    ends_on: date
    goals: Sequence[GoalFacts]
    are_terms_in_force: bool
    planned_by: tuple[str, ...]
    paused_by: tuple[str, ...]
    is_settled: bool


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the status ladder: a stage and whether it is ``done``, ``now`` or ``ahead``."""

    stage: Stage
    state: str


def check_move(stage: Stage, to_stage: Stage, facts: Facts, reason: str) -> None:
    """Raise the rule that forbids this step now; return where it is allowed.

    Args:
        reason: why; needed for a pause and a cancellation. For the review: the lessons.
    """
    if to_stage not in _NEXT.get(stage, ()):
        raise StepNotAllowed(stage=stage, to_stage=to_stage)
    if to_stage in (Stage.PAUSED, Stage.CANCELLED) and not reason.strip():
        raise ReasonMissing()
    if to_stage == Stage.REVIEWED and not reason.strip():
        raise LessonsMissing()
    if to_stage == Stage.LIVE:
        _check_live(stage, facts)
    elif to_stage == Stage.PLANNED:
        _check_goals(facts)
    elif to_stage == Stage.APPROVED and _is_one_of(facts, facts.planned_by):
        raise ApprovalFromOtherSide()
    elif to_stage == Stage.SETTLED and not facts.is_settled:
        raise NotSettled()


def open_moves(stage: Stage, facts: Facts) -> tuple[Stage, ...]:
    """Return the stages that the actor could take the campaign to now, given a reason."""
    return tuple(to_stage for to_stage in _NEXT.get(stage, ()) if _is_open(stage, to_stage, facts))


def hindrance(stage: Stage, facts: Facts) -> Invalid | Conflict | None:
    """Return why the next step on the ladder is not open to the actor; None where it is, or where none follows."""
    for to_stage in _NEXT.get(stage, ())[:1]:
        try:
            check_move(stage, to_stage, facts, "-")
        except (Invalid, Conflict) as error:
            return error
    return None


def is_negotiable(stage: str) -> bool:
    """Say whether versions of terms may be proposed and signed at this stage."""
    return stage in (Stage.NEGOTIATED, Stage.SIGNED, Stage.PLANNED, Stage.APPROVED, Stage.LIVE, Stage.PAUSED)


def is_plannable(stage: str) -> bool:
    """Say whether goals may still be set: they are approved with the plan."""
    return stage in LADDER[: LADDER.index(Stage.APPROVED)]


def is_over(stage: str) -> bool:
    """Say whether nothing is added to the campaign any more."""
    return stage in (Stage.ENDED, Stage.SETTLED, Stage.REVIEWED, Stage.CANCELLED)


def ladder(stage: Stage, cancelled_from: Stage | None = None) -> tuple[Rung, ...]:
    """Return the status ladder. A paused campaign stands at live; a cancelled one keeps what it had reached.

    Args:
        cancelled_from: the stage that a cancelled campaign was in, None for any other.
    """
    if stage == Stage.CANCELLED:
        reached = _position(cancelled_from or Stage.IDEA)
        return (*(Rung(each, "done") for each in LADDER[: reached + 1]), Rung(Stage.CANCELLED, "now"))
    now = _position(stage)
    rungs = [Rung(each, "done" if i < now else "ahead") for i, each in enumerate(LADDER)]
    rungs[now] = Rung(stage, "now")
    return tuple(rungs)


def _position(stage: Stage) -> int:
    return LADDER.index(Stage.LIVE if stage == Stage.PAUSED else stage)


def _is_open(stage: Stage, to_stage: Stage, facts: Facts) -> bool:
    try:
        check_move(stage, to_stage, facts, "-")
    except (Invalid, Conflict):
        return False
    return True


def _check_live(stage: Stage, facts: Facts) -> None:
    if not facts.are_terms_in_force:
        raise TermsNotInForce()
    if facts.today < facts.starts_on:
        raise NotStarted(starts_on=facts.starts_on)
    if stage == Stage.PAUSED and _is_one_of(facts, facts.paused_by):
        raise ResumeFromOtherSide()


def _check_goals(facts: Facts) -> None:
    latest = facts.ends_on + LAG
    complete = [goal.has_owner and facts.starts_on <= goal.due_on <= latest for goal in facts.goals]
    if not complete or not all(complete):
        raise GoalsIncomplete()


def _is_one_of(facts: Facts, who: Sequence[str]) -> bool:
    return facts.partner_id in who or facts.user_id in who
