"""Verbs of brand fit: rate, agree on segments, declare gates, weigh. None of them accepts or refuses anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from partners import audit
from partners.database import locked
from partners.directory import policy
from partners.directory.models import Partnership
from partners.directory.policy import Action, Actor
from partners.directory.queries import own_partnership, partner_ids_in
from partners.directory.relationship import OPEN_FOOTINGS
from partners.errors import Conflict, Invalid
from partners.fit.models import FitGate, FitRating, FitSegment, FitWeights, Gate
from partners.fit.queries import labels_of, newest_weights
from partners.fit.rating_queries import own_rating, round_to_rate
from partners.fit.score import Dimension, Weights, checked_ratings, checked_segments, checked_weights


class NotRunning(Conflict):
    """Fit is rated while a partnership is explored or signed. This one is not."""


class RoundChanged(Conflict):
    """This round is open to all sides by now and no longer changes. Look at it; you may begin another."""


class RatedForAnother(Conflict):
    """You have rated in this round for another side. Somebody else rates for this one."""


class SegmentsChanged(Conflict):
    """Another side has changed the segments in the meantime. Look at them, then give your numbers."""


class WeightsChanged(Conflict):
    """Another side has set new weights in the meantime. Look at them, then set yours."""


class WhyMissing(Invalid):
    """Say why the gate “{gate}” is closed, so that the other sides can do something about it."""


def rate_fit(
    session: Session, actor: Actor, partnership_id: str, number: int, ratings: Mapping[Dimension, int], now: datetime
) -> FitRating:
    """Give or change the own rating in a round that is not open yet; the first one in a new round begins it.

    Args:
        number: the round that the actor has seen.

    Raises:
        RoundChanged: the round has opened, so its ratings are frozen.
    """
    partnership = _running(session, actor, partnership_id, Action.RATE_FIT)
    given = {dimension.value: value for dimension, value in checked_ratings(ratings).items()}
    if number != round_to_rate(session, partnership.id, partner_ids_in(session, partnership.id)):
        raise RoundChanged()
    row = own_rating(session, partnership.id, number, actor.user_id)
    if row is None:
        row = FitRating(partnership_id=partnership.id, round=number, partner_id=actor.partner_id, user_id=actor.user_id)
        session.add(row)
    elif row.partner_id != actor.partner_id:
        raise RatedForAnother()
    for name, value in given.items():
        setattr(row, name, value)
    row.rated_at = now
    audit.record(session, actor, "rate_fit", partnership, now, after={"name": partnership.name, "round": number})
    return row


def set_segments(
    session: Session, actor: Actor, partnership_id: str, segments: Sequence[tuple[str, int]], seen: Sequence[str],
    now: datetime,
) -> None:  # fmt: skip
    """Give the own side's members of each segment. Other labels than the agreed ones clear what all sides gave.

    Args:
        segments: label and members.
        seen: the labels that the actor has seen.

    Raises:
        SegmentsChanged: the labels are no longer those.
    """
    partnership = _running(session, actor, partnership_id, Action.RUN_PARTNERSHIPS)
    given = checked_segments(segments)
    before = labels_of(session, partnership.id)
    if sorted(seen) != before:
        raise SegmentsChanged()
    cleared = delete(FitSegment).where(FitSegment.partnership_id == partnership.id)
    if sorted(given) == before:
        cleared = cleared.where(FitSegment.partner_id == actor.partner_id)
    session.execute(cleared)
    session.add_all(
        FitSegment(
            partnership_id=partnership.id, partner_id=actor.partner_id, label=label, members=members,
            set_by=actor.user_id, set_at=now,
        )
        for label, members in given.items()
    )  # fmt: skip
    told = {"name": partnership.name, "segments": ", ".join(sorted(given))}
    audit.record(session, actor, "set_fit_segments", partnership, now, {"segments": ", ".join(before)}, told)


def declare_gates(
    session: Session, actor: Actor, partnership_id: str, declared: Mapping[Gate, tuple[bool, str]], now: datetime
) -> None:
    """Declare gates for the actor's side: clear, or closed and why. Gates that are not given stay as they are."""
    partnership = _running(session, actor, partnership_id, Action.RUN_PARTNERSHIPS)
    for gate, (is_clear, why) in declared.items():
        if not is_clear and not why.strip():
            raise WhyMissing(gate=gate)
    mine = (FitGate.partnership_id == partnership.id, FitGate.partner_id == actor.partner_id)
    rows = {row.gate: row for row in session.scalars(select(FitGate).where(*mine))}
    before = {gate.value: _told(rows[gate].is_clear) for gate in declared if gate in rows}
    for gate, (is_clear, why) in declared.items():
        row = rows.get(gate)
        if row is None:
            row = FitGate(partnership_id=partnership.id, partner_id=actor.partner_id, gate=gate)
            session.add(row)
        elif (row.is_clear, row.why) == (is_clear, why.strip()):
            continue
        row.is_clear, row.why, row.declared_by, row.declared_at = is_clear, why.strip(), actor.user_id, now
    after = {gate.value: _told(is_clear) for gate, (is_clear, _) in declared.items()}
    audit.record(session, actor, "declare_fit_gates", partnership, now, before, {"name": partnership.name, **after})


def set_weights(
    session: Session, actor: Actor, partnership_id: str, weights: Weights, seen: int, now: datetime
) -> FitWeights:
    """Set new weights for all sides as the next version; older versions stay.

    Args:
        seen: the version that the actor has seen.
    """
    partnership = _running(session, actor, partnership_id, Action.RUN_PARTNERSHIPS)
    checked_weights(weights)
    before = newest_weights(session, partnership.id)
    if before.version != seen:
        raise WeightsChanged()
    given = {dimension.value: weights.of(dimension) for dimension in Dimension}
    row = FitWeights(
        partnership_id=partnership.id, version=seen + 1, set_by=actor.user_id, set_at=now, **given
    )  # fmt: skip
    session.add(row)
    told = {"name": partnership.name, "version": row.version, **given}
    was = {dimension.value: before.weights.of(dimension) for dimension in Dimension}
    audit.record(session, actor, "set_fit_weights", partnership, now, {"version": seen, **was}, told)
    return row


def _running(session: Session, actor: Actor, partnership_id: str, action: Action) -> Partnership:
    """Return the actor's partnership, locked, so that a round opens once and labels change once."""
    policy.require(actor, action)
    own_partnership(session, actor, partnership_id)
    partnership: Partnership = locked(session)(Partnership, partnership_id)
    if partnership.footing not in OPEN_FOOTINGS:
        raise NotRunning()
    return partnership


def _told(is_clear: bool) -> str:
    return "clear" if is_clear else "closed"
