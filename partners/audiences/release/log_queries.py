"""Reads of the log of questions: who asked what of whose lists, how it was answered, what it cost; for both sides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from partners.audiences.models import Audience, Evaluation
from partners.communities.models import Community
from partners.directory import policy
from partners.directory import queries as directory
from partners.directory.models import Partner
from partners.directory.policy import Action, Actor


@dataclass(frozen=True, slots=True)
class EvaluationLine:
    """One question. The asker is the side whose list is newer; days are those of the lists, None where that is hidden.

    ``cost_milli``: thousandths of privacy loss taken from the asker's budget.
    """

    at: datetime
    asker_name: str
    asker_name_zh: str
    own_name: str
    own_name_zh: str
    own_as_of: date | None
    other_name: str
    other_name_zh: str
    other_as_of: date | None
    question: str
    answer: str
    cost_milli: int


def evaluations(session: Session, actor: Actor, partnership_id: str) -> list[EvaluationLine]:
    """Return every question to the lists of a partnership, the newest first; NotFound for a stranger.

    Each brand reads what was asked of its own lists and what it asked itself; what other sides asked of each other in
    a partnership of three is theirs.
    """
    policy.require(actor, Action.READ)
    directory.own_partnership(session, actor, partnership_id)
    own, other = aliased(Community), aliased(Community)
    own_list, other_list = aliased(Audience), aliased(Audience)
    rows = session.execute(
        select(Evaluation, Partner, own, other, own_list.as_of, other_list.as_of)
        .join(Partner, Partner.id == Evaluation.asker_id)
        .join(own, own.id == Evaluation.own_community_id).join(other, other.id == Evaluation.other_community_id)
        .outerjoin(own_list, own_list.id == Evaluation.own_audience_id)
        .outerjoin(other_list, other_list.id == Evaluation.other_audience_id)
        .where(Evaluation.partnership_id == partnership_id,
               (Evaluation.asker_id == actor.partner_id) | (Evaluation.other_id == actor.partner_id))
        .order_by(Evaluation.at.desc(), Evaluation.id.desc())
    )  # fmt: skip
    return [
        EvaluationLine(
            row.at, asker.name, asker.name_zh, of_own.name, of_own.name_zh, own_as_of, of_other.name, of_other.name_zh,
            other_as_of, row.question.value, row.answer.value, row.epsilon_milli,
        )
        for row, asker, of_own, of_other, own_as_of, other_as_of in rows
    ]  # fmt: skip
