"""For how long a brand keeps what may be deleted, and the deletion of records of sign-ins.

The other deletions stand where their things live: ``audiences.deletion_services``, ``referrals.deletion_services``.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from partners import audit
from partners.directory import policy
from partners.directory.accounts.models import SignIn
from partners.directory.models import Partner, Retention
from partners.directory.policy import Action, Actor
from partners.directory.retention_queries import DEFAULTS, LIMITS, Days, sign_ins_due
from partners.errors import Invalid


class DaysOutOfRange(Invalid):
    """Choose between {least} and {most} days."""


def set_retention(session: Session, actor: Actor, days: Days, now: datetime) -> None:
    """Keep for how many days the actor's brand wants its things kept."""
    policy.require(actor, Action.ADMINISTER)
    chosen = {name: getattr(days, name) for name in LIMITS}
    for name, (least, most) in LIMITS.items():
        if not least <= chosen[name] <= most:
            raise DaysOutOfRange(least=least, most=most)
    partner = session.get_one(Partner, actor.partner_id, with_for_update=True)
    row = session.get(Retention, actor.partner_id)
    before = {name: getattr(row or DEFAULTS, name) for name in LIMITS}
    if row is None:
        session.add(Retention(partner_id=actor.partner_id, **chosen))
    else:
        for name, value in chosen.items():
            setattr(row, name, value)
    audit.record(session, actor, "set_retention", partner, now, before, chosen)


def delete_sign_ins(session: Session, partner_id: str | None, days: int, now: datetime) -> int:
    """Delete the records of sign-ins to a brand that ended so many days ago; return how many.

    Args:
        partner_id: None means the sign-ins whose seat was taken away.
    """
    due = sign_ins_due(partner_id, now - timedelta(days=days))
    return len(session.scalars(delete(SignIn).where(SignIn.id.in_(due)).returning(SignIn.id)).all())
