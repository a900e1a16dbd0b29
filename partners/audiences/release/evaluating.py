"""Whether a question to a partner's lists is counted, answered from what is known already, or not answered yet.

Pure. The guards of domain specification D4, in its order: noise alone is not enough, because whoever may ask the same
again averages it away, and whoever asks for two lists that differ by one person reads that person off. So a question
costs budget, the same lists get the same answer, lists that nearly are the same get none, and nobody asks every day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from partners.audiences.release.release import LEAST_LIST

SIMILAR_BELOW = 50
"""Members: two lists of a brand that differ in fewer, and in one at least, are too similar (D4, 4)."""

EVERY = timedelta(days=7)
"""Between two evaluations of a pair of communities (D4, 5)."""

MOST_A_YEAR = 12
"""Evaluations of a pair of communities within a year (D4, 5)."""

YEAR = timedelta(days=365)
"""For how long an evaluation counts against the budget and the number a year (D4, 2: an annual budget)."""

_EEA = frozenset(
    (
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU",
        "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "IS", "LI", "NO",
    )
)  # fmt: skip
"""European Economic Area: the GDPR holds in all of it (Decision of the EEA Joint Committee No 154/2018)."""


class Question(StrEnum):
    """What an evaluation asks for."""

    PAIR = "pair"
    SEGMENTS = "segments"
    REGIONS = "regions"
    BLIND = "blind"


class Answer(StrEnum):
    """How an evaluation was answered; only ``counted`` looked at tokens and costs budget."""

    COUNTED = "counted"
    SAME_LISTS = "same_lists"
    TOO_SIMILAR = "too_similar"
    TOO_SOON = "too_soon"
    BUDGET_USED = "budget_used"
    TOO_SMALL = "too_small"
    NO_ARRANGEMENT = "no_arrangement"


ANSWERED = (Answer.COUNTED, Answer.SAME_LISTS)
"""Answers that come with a number."""

_ALIKE = {
    Question.PAIR: (Question.PAIR, Question.BLIND), Question.BLIND: (Question.PAIR, Question.BLIND),
    Question.SEGMENTS: (Question.SEGMENTS,), Question.REGIONS: (Question.REGIONS,),
}  # fmt: skip
"""Question -> those that count as the same for how often a pair may be evaluated; the budget is one for all."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An evaluation of the same two communities that was counted; ``own_community_id`` is the asker's."""

    own_community_id: str
    question: Question
    epsilon_milli: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked of two communities now, by the side whose list is newer.

    ``smaller``: members of the smaller of both lists. ``is_known``: these lists were counted before. ``is_similar``:
    one of them nearly is an earlier list of its brand. ``may_cross``: both are of one legal region, or both sides
    recorded an arrangement.
    """

    question: Question
    own_community_id: str
    epsilon_milli: int
    smaller: int
    is_known: bool = False
    is_similar: bool = False
    may_cross: bool = True


def answer_to(asking: Asking, earlier: Sequence[Earlier], budget_milli: int, now: datetime) -> Answer:
    """Return how a question is answered.

    Args:
        earlier: counted evaluations of these two communities, whoever asked and in whichever partnership.
        budget_milli: thousandths a year for the asker's community to the other; the stricter side's.
    """
    if not asking.may_cross:
        return Answer.NO_ARRANGEMENT
    if asking.smaller < LEAST_LIST:
        return Answer.TOO_SMALL
    if asking.is_known:
        return Answer.SAME_LISTS
    if asking.is_similar:
        return Answer.TOO_SIMILAR
    if next_time(asking.question, earlier, now) > now:
        return Answer.TOO_SOON
    if spent_milli(asking.own_community_id, earlier, now) + asking.epsilon_milli > budget_milli:
        return Answer.BUDGET_USED
    return Answer.COUNTED


def is_similar(members: int, other_members: int, shared: int) -> bool:
    """Say whether two lists with other digests differ in so few members that two counts would speak of those few.

    No difference at all means that people withdrew from the earlier one since it was counted.

    >>> is_similar(1_000, 1_001, 1_000), is_similar(1_000, 1_000, 976), is_similar(1_000, 1_000, 975)
    (True, True, False)
    """
    return members + other_members - 2 * shared < SIMILAR_BELOW


def spent_milli(own_community_id: str, earlier: Iterable[Earlier], now: datetime) -> int:
    """Return how much of the budget of one direction was used within the last year, in thousandths."""
    return sum(
        one.epsilon_milli for one in earlier if one.own_community_id == own_community_id and one.at > now - YEAR
    )  # fmt: skip


def next_time(question: Question, earlier: Iterable[Earlier], now: datetime) -> datetime:
    """Return from when on a pair may be evaluated again; an instant that is over means now."""
    at = sorted(one.at for one in earlier if one.question in _ALIKE[question] and one.at > now - YEAR)
    if not at:
        return now
    again = at[-1] + EVERY
    return again if len(at) < MOST_A_YEAR else max(again, at[-MOST_A_YEAR] + YEAR)


def budget_back(
    own_community_id: str, earlier: Iterable[Earlier], cost_milli: int, budget_milli: int, now: datetime
) -> datetime | None:
    """Return when enough of what was spent is a year old that a question can be paid; None: never, it costs too much.

    An instant that is over means now.
    """
    mine = sorted(
        (one for one in earlier if one.own_community_id == own_community_id and one.at > now - YEAR),
        key=lambda one: one.at,
    )
    left = budget_milli - sum(one.epsilon_milli for one in mine)
    if left >= cost_milli:
        return now
    for one in mine:
        left += one.epsilon_milli
        if left >= cost_milli:
            return one.at + YEAR
    return None


def possible_from(
    answer: Answer, asking: Asking, earlier: Sequence[Earlier], budget_milli: int, now: datetime
) -> datetime | None:
    """Return when a question that was put off may be counted; None where waiting does not help."""
    if answer not in (Answer.TOO_SOON, Answer.BUDGET_USED):
        return None
    back = budget_back(asking.own_community_id, earlier, asking.epsilon_milli, budget_milli, now)
    return None if back is None else max(back, next_time(asking.question, earlier, now))


def legal_region(country: str) -> str:
    """Return the region whose law holds in a country: the European Economic Area is one, every other its own.

    >>> legal_region("NO") == legal_region("DE"), legal_region("GB"), legal_region("")
    (True, 'GB', '')
    """
    return "EEA" if country in _EEA else country
