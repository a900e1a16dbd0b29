"""Writing down that something was asked of two communities, and letting one question after the other be decided."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.audiences.counting.queries import Pairing
from partners.audiences.models import Evaluation
from partners.audiences.release.evaluating import Answer, Question
from partners.communities.models import Community


def lock_communities(session: Session, community_ids: Collection[str]) -> None:
    """Lock communities in the order of their ids, so that nobody spends the same budget at once."""
    rows = select(Community).where(Community.id.in_(community_ids)).order_by(Community.id)
    session.scalars(rows.with_for_update().execution_options(populate_existing=True)).all()


def record_evaluation(
    session: Session, pairing: Pairing, question: Question, answer: Answer, cost_milli: int, now: datetime
) -> None:
    """Write how a question about two lists was answered, and what it cost in thousandths of budget."""
    own, other = pairing.own, pairing.other
    session.add(
        Evaluation(
            partnership_id=pairing.partnership_id, asker_id=own.partner_id, other_id=other.partner_id,
            own_community_id=own.community_id, other_community_id=other.community_id, own_audience_id=own.audience_id,
            other_audience_id=other.audience_id, question=question, answer=answer, epsilon_milli=cost_milli, at=now,
        )
    )  # fmt: skip
