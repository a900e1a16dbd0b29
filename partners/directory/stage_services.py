"""Moves of a partnership between its stages: by hand here, by accepting, signing and ending in ``services``."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from partners import audit
from partners.database import locked
from partners.directory import policy, queries, relationship
from partners.directory.models import Footing, Partnership, PartnershipMove, PartnershipStage
from partners.directory.policy import Action, Actor
from partners.directory.relationship import PartnershipOver as PartnershipOver
from partners.errors import Conflict


class StageMoved(Conflict):
    """Another side has moved this partnership in the meantime. Please look at it again."""


def move_partnership(
    session: Session, actor: Actor, partnership_id: str, from_stage: PartnershipStage, to_stage: PartnershipStage,
    why: str, now: datetime,
) -> Partnership:  # fmt: skip
    """Move a partnership to another stage of its footing: one on, or any back.

    Args:
        from_stage: where the actor saw it; so that nobody moves what another side has just moved.
        why: for the other sides; 1 to 400 characters.

    Raises:
        PartnershipOver, StageMoved, StageClosed, WhyMissing, WhyTooLong.
    """
    partnership = held_partnership(session, actor, partnership_id)
    if partnership.footing == Footing.ENDED:
        raise PartnershipOver()
    if partnership.stage != from_stage:
        raise StageMoved()
    relationship.check_move(partnership.footing, from_stage, to_stage)
    take_step(session, actor, partnership, to_stage, relationship.checked_why(why), now)
    after = {"name": partnership.name, "stage": to_stage.value}
    audit.record(session, actor, "move_partnership", partnership, now, {"stage": from_stage.value}, after)
    return partnership


def held_partnership(session: Session, actor: Actor, partnership_id: str) -> Partnership:
    """Return a partnership that the actor may run, locked until commit, so that moves and answers queue up."""
    policy.require(actor, Action.RUN_PARTNERSHIPS)
    queries.own_partnership(session, actor, partnership_id)
    partnership: Partnership = locked(session)(Partnership, partnership_id)
    return partnership


def take_step(
    session: Session, actor: Actor, partnership: Partnership, to_stage: PartnershipStage, why: str, now: datetime
) -> None:
    """Write down one move and make it, without asking whether it is allowed; the audit event is the caller's."""
    session.add(
        PartnershipMove(
            partnership_id=partnership.id, from_stage=partnership.stage, to_stage=to_stage, why=why,
            partner_id=actor.partner_id, user_id=actor.user_id, at=now,
        )
    )  # fmt: skip
    partnership.stage = to_stage
