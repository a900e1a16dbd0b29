"""Reads of brand fit, each within what the actor's side may see of the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from partners.directory import policy
from partners.directory.accounts.models import User
from partners.directory.cards import PartnerName
from partners.directory.models import Partnership, PartnershipPartner
from partners.directory.policy import Action, Actor
from partners.directory.queries import names_of, own_partnership, partner_ids_in
from partners.directory.relationship import OPEN_FOOTINGS
from partners.fit import score
from partners.fit.cards import (
    Declaration,
    FitPage,
    GateCard,
    GateState,
    Missing,
    PaymentGate,
    Round,
    Segments,
    SegmentSide,
    WeightsCard,
)
from partners.fit.models import FitGate, FitSegment, FitWeights, Gate
from partners.fit.rating_queries import open_rounds, rating_state
from partners.fit.score import DEFAULT_WEIGHTS, Dimension, Weights
from partners.revenue.arrears import is_default
from partners.revenue.arrears_queries import debts

_STRICTEST = (GateState.CLOSED, GateState.UNDECLARED, GateState.CLEAR)


def fit_page(session: Session, actor: Actor, partnership_id: str, now: datetime, to: Action = Action.READ) -> FitPage:
    """Return the fit of a partnership as the actor's side sees it; NotFound for who is not in it.

    Args:
        to: what the actor is about to do there; NotAllowed where its role does not allow it.
    """
    policy.require(actor, to)
    partnership = own_partnership(session, actor, partnership_id)
    names = _names(session, partnership_id)
    rounds = open_rounds(session, partnership_id, names)
    segments = _segments(session, actor, partnership_id, names)
    gates = _gates(session, actor, partnership_id, names)
    payment = _payment(session, actor, partnership, now)
    versions = _versions(session, partnership_id)
    newest = rounds[0] if rounds else None
    is_running = partnership.footing in OPEN_FOOTINGS
    missing = _missing([*(gate.state for gate in gates), payment.state], newest, segments)
    return FitPage(
        partnership_id=partnership.id, name=partnership.name, footing=partnership.footing.value,
        may_rate=is_running and policy.may(actor, Action.RATE_FIT),
        may_run=is_running and policy.may(actor, Action.RUN_PARTNERSHIPS),
        score=None if missing else _score(newest, segments.score, versions[0].weights), missing=missing,
        state=rating_state(session, actor, partnership_id, names), round=newest, older=tuple(rounds[1:]),
        segments=segments, gates=gates, payment=payment, versions=versions,
    )  # fmt: skip


def labels_of(session: Session, partnership_id: str) -> list[str]:
    """Return the labels of the segments that are agreed or proposed, in a fixed order."""
    labels = select(FitSegment.label).where(FitSegment.partnership_id == partnership_id).distinct()
    return sorted(session.scalars(labels))


def newest_weights(session: Session, partnership_id: str) -> WeightsCard:
    """Return the version of the weights that counts."""
    return _versions(session, partnership_id)[0]


def _names(session: Session, partnership_id: str) -> dict[str, PartnerName]:
    """Return the sides by id, in the order of their names."""
    found = names_of(session, partner_ids_in(session, partnership_id))
    return {side: PartnerName(side, *both) for side, both in sorted(found.items(), key=lambda item: item[1])}


def _missing(gates: list[str], newest: Round | None, segments: Segments) -> tuple[str, ...]:
    reasons = {
        Missing.GATE_CLOSED: GateState.CLOSED in gates,
        Missing.GATE_UNDECLARED: GateState.UNDECLARED in gates,
        Missing.RATINGS: newest is None,
        Missing.SEGMENTS: segments.score is None,
    }
    return tuple(reason.value for reason, holds in reasons.items() if holds)


def _score(newest: Round | None, audience: Fraction | None, weights: Weights) -> score.Score | None:
    if newest is None or audience is None:
        return None
    scores = {Dimension(each.dimension): each.found.score for each in newest.dimensions}
    return score.fit({**scores, Dimension.AUDIENCE: audience}, weights)


def _segments(session: Session, actor: Actor, partnership_id: str, names: Mapping[str, PartnerName]) -> Segments:
    given: dict[str, dict[str, int]] = defaultdict(dict)
    for row in session.scalars(select(FitSegment).where(FitSegment.partnership_id == partnership_id)):
        given[row.partner_id][row.label] = row.members
    labels = tuple(labels_of(session, partnership_id))
    is_agreed = bool(labels) and all(side in given for side in names)
    shares = {
        side: score.shares([members[label] for label in labels]) for side, members in given.items()
    }  # fmt: skip
    sides = tuple(
        SegmentSide(
            name, side == actor.partner_id, side in given,
            shares=shares.get(side) if is_agreed or side == actor.partner_id else None,
            members=tuple(given[side][label] for label in labels)
            if side == actor.partner_id and side in given else None,
        )
        for side, name in names.items()
    )  # fmt: skip
    return Segments(labels, sides, score.audience([shares[side] for side in names]) if is_agreed else None)


def _gates(
    session: Session, actor: Actor, partnership_id: str, names: Mapping[str, PartnerName]
) -> tuple[GateCard, ...]:
    rows = session.scalars(select(FitGate).where(FitGate.partnership_id == partnership_id))
    declared = {(row.gate, row.partner_id): row for row in rows}
    cards = []
    for gate in Gate:
        declarations = tuple(
            _declaration(name, side == actor.partner_id, declared.get((gate, side))) for side, name in names.items()
        )
        states = {each.state for each in declarations}
        cards.append(GateCard(gate.value, next(state.value for state in _STRICTEST if state in states), declarations))
    return tuple(cards)


def _declaration(name: PartnerName, is_own: bool, row: FitGate | None) -> Declaration:
    if row is None:
        return Declaration(name, is_own, GateState.UNDECLARED.value, "", None)
    state = GateState.CLEAR if row.is_clear else GateState.CLOSED
    return Declaration(name, is_own, state.value, row.why, row.declared_at)


def _payment(session: Session, actor: Actor, partnership: Partnership, now: datetime) -> PaymentGate:
    """Return whether a statement between the sides is in default; only its two parties learn which.

    Statements of every partnership count that all sides of this one are in, so that the gate tells nobody of another.
    """
    sides = partner_ids_in(session, partnership.id)
    today = now.astimezone(ZoneInfo(partnership.timezone)).date()
    member = PartnershipPartner
    within = (
        select(member.partnership_id).where(member.partner_id.in_(sides))
        .group_by(member.partnership_id).having(func.count() == len(sides))
    )  # fmt: skip
    found = debts(session, list(session.scalars(within)), sides)
    late = [debt for debt in found if is_default(debt.due_on, debt.covered_on, today)]
    own = tuple((d.statement_id, d.number) for d in late if actor.partner_id in (d.payer_id, d.payee_id))
    return PaymentGate((GateState.CLOSED if late else GateState.CLEAR).value, own)


def _versions(session: Session, partnership_id: str) -> tuple[WeightsCard, ...]:
    """Return every version of the weights, newest first; the defaults are the last."""
    rows = session.execute(
        select(FitWeights, User.name).join(User, User.id == FitWeights.set_by)
        .where(FitWeights.partnership_id == partnership_id).order_by(FitWeights.version.desc())
    )  # fmt: skip
    found = [
        WeightsCard(
            row.version, Weights(row.brand_values, row.positioning, row.audience, row.tone), by=name, at=row.set_at
        )
        for row, name in rows
    ]
    return (*found, WeightsCard(0, DEFAULT_WEIGHTS, "", None))
