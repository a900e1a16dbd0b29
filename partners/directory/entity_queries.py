"""Reads of legal entities, of the own brand only."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.directory import policy
from partners.directory.cards import EntityCard
from partners.directory.models import LegalEntity
from partners.directory.policy import Action, Actor


def own_legal_entities(session: Session, actor: Actor, to: Action = Action.READ) -> list[EntityCard]:
    """Return the companies of the actor's partner, by code.

    Args:
        to: what the actor is about to do with them; NotAllowed where its role does not allow it.
    """
    policy.require(actor, Action.READ)
    policy.require(actor, to)
    rows = session.scalars(
        select(LegalEntity).where(LegalEntity.partner_id == actor.partner_id).order_by(LegalEntity.code)
    )
    return [
        EntityCard(
            e.id, e.code, e.name, e.name_zh, e.address, e.country, e.registration_number, e.tax_number, e.currency
        )
        for e in rows
    ]
