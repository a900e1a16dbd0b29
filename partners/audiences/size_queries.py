"""How large a brand is, for those who may know no more than that: the discovery row of specification D5."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.audiences.file_queries import members_now
from partners.audiences.models import Audience
from partners.audiences.queries import newest_audiences
from partners.audiences.release.release import SizeBand, size_band
from partners.database import beyond_tenant
from partners.directory import policy
from partners.directory.policy import Action, Actor


def members_band(session: Session, actor: Actor, partner_id: str, now: datetime) -> SizeBand | None:
    """Return the band of a brand's members, the newest valid audience of each community added up; None without any.

    Every brand may know it of every other (D5, discovery), so this reaches beyond the actor's own audiences; the exact
    sum never leaves it.
    """
    policy.require(actor, Action.READ)
    with beyond_tenant(session):
        communities = select(Audience.community_id).where(Audience.partner_id == partner_id).distinct()
        newest = newest_audiences(session, list(session.scalars(communities)), now.date())
        members = members_now(session, [audience.id for audience in newest])
    return size_band(sum(members.get(audience.id, audience.accepted) for audience in newest)) if newest else None
