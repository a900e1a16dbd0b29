"""What partners did lately to things that the actor shares with them: read from the audit log, without inner facts."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from partners.audit import AuditEvent
from partners.directory import policy, queries
from partners.directory.cards import PartnerName, Shared, SharedLine
from partners.directory.policy import Action, Actor


def partners_activity(session: Session, actor: Actor, shared: Iterable[Shared], limit: int) -> list[SharedLine]:
    """Return the newest things that users of other partners did to the things given, newest first.

    Only the partner, the action, the thing's name and the stage it was moved to leave this query: no person, no amount,
    no number, and nothing of an action that the room of the thing has not named.

    Args:
        shared: what the rooms say that the actor may see (``shared_things`` of each).
    """
    policy.require(actor, Action.READ)
    told = {each.thing: each for each in shared if each.pages}
    about = [
        and_(AuditEvent.thing == each.thing, AuditEvent.action.in_(each.actions), AuditEvent.thing_id.in_(each.pages))
        for each in told.values()
    ]
    if not about:
        return []
    events = session.scalars(
        select(AuditEvent).where(AuditEvent.partner_id != actor.partner_id, or_(*about))
        .order_by(AuditEvent.at.desc(), AuditEvent.seq.desc()).limit(limit)
    ).all()  # fmt: skip
    names = queries.names_of(session, {event.partner_id or "" for event in events})
    return [_line(event, told[event.thing], names) for event in events]


def _line(event: AuditEvent, shared: Shared, names: dict[str, tuple[str, str]]) -> SharedLine:
    partner_id = event.partner_id or ""
    after = event.after
    return SharedLine(
        event.at, PartnerName(partner_id, *names[partner_id]), event.action, str(after.get("name", "")),
        str(after.get("stage", "")), shared.word, shared.pages[event.thing_id],
    )  # fmt: skip
