"""Reads of retention: how long each brand keeps things, and which records of sign-ins are due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from partners.directory import policy
from partners.directory.accounts.models import Seat, SignIn
from partners.directory.models import Partner, Retention
from partners.directory.policy import Action, Actor


@dataclass(frozen=True, slots=True)
class Days:
    """For how many days a brand keeps what may be deleted."""

    audience_days: int = 30
    upload_days: int = 90
    sign_in_days: int = 90


DEFAULTS = Days()

LIMITS = {"audience_days": (0, 30), "upload_days": (1, 365), "sign_in_days": (1, 365)}
"""Fewest and most days. Tokens go thirty days after their end at the latest (domain specification D5)."""


def retention_of(session: Session, actor: Actor) -> Days:
    """Return how long the actor's brand keeps things; for admins."""
    policy.require(actor, Action.ADMINISTER)
    return _days(session.get(Retention, actor.partner_id))


def retention_of_all(session: Session) -> dict[str, Days]:
    """Return how long each brand keeps things, by its id; for the job that deletes."""
    rows = session.execute(select(Partner.id, Retention).outerjoin(Retention, Retention.partner_id == Partner.id))
    return {partner_id: _days(row) for partner_id, row in rows}


def count_sign_ins_due(session: Session, actor: Actor, days: int, now: datetime) -> int:
    """Return how many records of sign-ins to the actor's brand would be deleted now; for admins."""
    policy.require(actor, Action.ADMINISTER)
    due = sign_ins_due(actor.partner_id, now - timedelta(days=days)).subquery()
    return session.scalar(select(func.count()).select_from(due)) or 0


def sign_ins_due(partner_id: str | None, before: datetime) -> Select[Any]:
    """Return the ids of sign-ins to a brand that ended before an instant; one never ended has ended at its last use.

    A session lasts some hours and what is kept is kept for days, so no sign-in that still works is among them.

    Args:
        partner_id: None means the sign-ins whose seat was taken away, so that no brand can be told from them.
    """
    ended = func.coalesce(SignIn.ended_at, SignIn.seen_at)
    seats = select(Seat.id)
    of_brand = SignIn.seat_id.not_in(seats)
    if partner_id is not None:
        of_brand = SignIn.seat_id.in_(seats.where(Seat.partner_id == partner_id))
    return select(SignIn.id).where(of_brand, ended < before)


def _days(row: Retention | None) -> Days:
    return Days(row.audience_days, row.upload_days, row.sign_in_days) if row else DEFAULTS
