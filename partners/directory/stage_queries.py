"""Reads of a partnership's stages: its moves, where it may go, and what other sides may be told of it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.directory import policy, relationship
from partners.directory.accounts.models import User
from partners.directory.cards import MoveCard, PartnerName, Shared
from partners.directory.models import (
    Partner,
    Partnership,
    PartnershipMove,
    PartnershipPartner,
    PartnershipStage,
    Retention,
)
from partners.directory.policy import Action, Actor
from partners.directory.retention_queries import DEFAULTS

TOLD = ("accept_partnership", "decline_partnership", "end_partnership", "mark_signed", "move_partnership")
"""What one side does to a partnership that the other sides are told."""

_ORDER = list(PartnershipStage)


def moves_of(session: Session, partnership_id: str) -> tuple[MoveCard, ...]:
    """Return every move of a partnership, oldest first. Not limited to an actor: the caller has fetched it for one."""
    rows = session.execute(
        select(PartnershipMove, Partner, User.name)
        .join(Partner, Partner.id == PartnershipMove.partner_id).join(User, User.id == PartnershipMove.user_id)
        .where(PartnershipMove.partnership_id == partnership_id)
    ).all()  # fmt: skip
    in_order = sorted(rows, key=lambda row: (row[0].at, _ORDER.index(row[0].from_stage)))
    return tuple(
        MoveCard(
            move.from_stage.value, move.to_stage.value, PartnerName(partner.id, partner.name, partner.name_zh), person,
            move.why, move.at,
        )
        for move, partner, person in in_order
    )  # fmt: skip


def open_stages(actor: Actor, partnership: Partnership) -> tuple[str, ...]:
    """Return where the actor may move one of its own partnerships now; nowhere in a role that may not."""
    if not policy.may(actor, Action.RUN_PARTNERSHIPS):
        return ()
    return tuple(stage.value for stage in relationship.open_stages(partnership.footing, partnership.stage))


def token_days(session: Session, actor: Actor) -> int:
    """Return for how many days the actor's partner keeps the tokens of an audience after it has ended."""
    policy.require(actor, Action.READ)
    kept = session.get(Retention, actor.partner_id)
    return kept.audience_days if kept else DEFAULTS.audience_days


def shared_things(session: Session, actor: Actor) -> list[Shared]:
    """Return the partnerships that the actor's side has accepted, for telling it what other sides did to them."""
    policy.require(actor, Action.READ)
    side = PartnershipPartner
    accepted = select(side.partnership_id).where(side.partner_id == actor.partner_id, side.accepted_at.is_not(None))
    return [Shared("partnership", "partnership", {found: found for found in session.scalars(accepted)}, TOLD)]
