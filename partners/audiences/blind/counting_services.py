"""Declaring a list that stays at home, and writing what a blind count brought: with noise, like every count."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from partners import audit
from partners.audiences.blind.ending_services import close_blind_count, name_of
from partners.audiences.blind.queries import pairing_of, similar_to
from partners.audiences.counting.services import WHOLE, Counted, record_answers
from partners.audiences.ground import Ground, require_ground
from partners.audiences.models import Audience, BlindCount, BlindStep, CountMethod, Overlap
from partners.audiences.release.evaluating import Question
from partners.audiences.release.evaluation_queries import rules_of
from partners.audiences.release.noise import noise
from partners.communities import queries as communities
from partners.database import locked, new_id
from partners.directory import policy
from partners.directory.policy import Action, Actor
from partners.errors import Invalid

MOST_MEMBERS = 5_000_000
"""Of a list that is counted blindly: one core blinds as many in about half an hour."""


class MembersOutOfRange(Invalid):
    """A list that is counted blindly has between 1 and {most} members."""


def declare_audience(
    session: Session, actor: Actor, community_id: str, ground: Ground, members: int, now: datetime
) -> Audience:
    """Register a list of which only the number of members is told; it can be counted blindly and in no other way.

    Raises:
        MembersOutOfRange, and the errors of ``ground``.
    """
    policy.require(actor, Action.REGISTER_AUDIENCES)
    require_ground(ground, now)
    if not 0 < members <= MOST_MEMBERS:
        raise MembersOutOfRange(most=MOST_MEMBERS)
    community = communities.own_community(session, actor, community_id)
    declared_id = new_id()
    audience = Audience(
        id=declared_id, community_id=community.id, partner_id=community.partner_id, **ground.columns,
        method=CountMethod.BLIND, source_name="",
        source_digest=hashlib.sha256(b"declared " + declared_id.encode()).hexdigest(), accepted=members, duplicates=0,
        rejected=0, reasons={}, created_by=actor.user_id, created_at=now, confirmed_at=now,
    )  # fmt: skip
    session.add(audience)
    after: dict[str, object] = {
        "name": community.name, "as_of": ground.as_of.isoformat(), "declared": members,
    }  # fmt: skip
    audit.record(session, actor, "declare_audience", audience, now, after=after)
    return audience


def record_blind_count(
    session: Session, blind_count_id: str, common: int, now: datetime, drawn: Callable[[int], int] = noise
) -> bool:
    """Write what was counted, with noise, and end the count; say whether there is a result.

    The guards are asked again: since both sides joined, budget may have been used, or a list taken back.

    Args:
        common: the exact number of equal points; it goes no further than this function.
        drawn: noise for a privacy loss in thousandths; another one in tests only.
    """
    row: BlindCount = locked(session)(BlindCount, blind_count_id)
    if row.step != BlindStep.COUNTING:
        return row.step == BlindStep.DONE
    one = session.get_one(Audience, row.audience_a_id)
    other = session.get_one(Audience, row.audience_b_id)
    pairing = pairing_of(row.partnership_id, one, other)
    epsilon = rules_of(session, [row.partnership_id])[row.partnership_id].settings.epsilon_milli
    counted = Counted({WHOLE: common + drawn(epsilon)}, epsilon, CountMethod.BLIND)
    record_answers(session, [pairing], {(pairing, Question.BLIND): counted}, similar_to(one, other), now)
    is_kept = session.scalar(_overlap_of(row)) is not None
    close_blind_count(row, BlindStep.DONE if is_kept else BlindStep.STOPPED, now)
    action = "count_blindly" if is_kept else "refuse_blind_count"
    audit.record(session, None, action, row, now, after={"name": name_of(session, row)})
    return is_kept


def refuse_blind_count(session: Session, blind_count_id: str, now: datetime) -> bool:
    """Stop a count whose points cannot be used; say whether it had a result all the same, from an earlier attempt."""
    row: BlindCount = locked(session)(BlindCount, blind_count_id)
    if row.step == BlindStep.COUNTING:
        close_blind_count(row, BlindStep.STOPPED, now)
        audit.record(session, None, "refuse_blind_count", row, now, after={"name": name_of(session, row)})
    return row.step == BlindStep.DONE


def _overlap_of(row: BlindCount) -> Select[str]:
    first, second = sorted((row.audience_a_id, str(row.audience_b_id)))
    return select(Overlap.id).where(
        Overlap.partnership_id == row.partnership_id, Overlap.audience_a_id == first,
        Overlap.audience_b_id == second, Overlap.segment_a == "",
    )  # fmt: skip
