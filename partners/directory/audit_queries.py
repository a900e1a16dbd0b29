"""Reads of the audit log, of what users of the own brand did."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners import audit
from partners.audit import AuditEvent, AuditFilter
from partners.directory import policy
from partners.directory.account_models import User
from partners.directory.cards import (
    AuditLine,
    AuditPage,
)
from partners.directory.policy import Action, Actor

AUDIT_PAGE = 50
"""Audit events on a page."""


def audit_events(session: Session, actor: Actor, wanted: AuditFilter, page: int) -> AuditPage:
    """Return one page of what users of the actor's partner did, newest first; for admins."""
    policy.require(actor, Action.ADMINISTER)
    total = audit.count_events(session, actor.partner_id, wanted)
    pages = max(1, -(-total // AUDIT_PAGE))
    page = min(max(page, 1), pages)
    found = list(audit.events_of(session, actor.partner_id, wanted, AUDIT_PAGE, (page - 1) * AUDIT_PAGE))
    return AuditPage(tuple(_audit_lines(session, found)), total, page, pages)


def every_audit_event(session: Session, actor: Actor, wanted: AuditFilter) -> list[AuditLine]:
    """Return all that ``audit_events`` would page through, for a file; for admins."""
    policy.require(actor, Action.ADMINISTER)
    return _audit_lines(session, list(audit.events_of(session, actor.partner_id, wanted)))


def audit_actions(session: Session, actor: Actor) -> list[str]:
    """Return the actions that occur in the own audit log, to choose from; for admins."""
    policy.require(actor, Action.ADMINISTER)
    return audit.actions_of(session, actor.partner_id)


def recent_activity(session: Session, actor: Actor, limit: int) -> list[AuditLine]:
    """Return the newest things that users of the actor's partner did; every role of the partner may read them."""
    policy.require(actor, Action.READ)
    return _audit_lines(session, list(audit.events_of(session, actor.partner_id, AuditFilter(), limit)))


def _audit_lines(session: Session, events: list[AuditEvent]) -> list[AuditLine]:
    user_ids = {event.user_id for event in events}
    users = session.execute(select(User.id, User.name).where(User.id.in_(user_ids)))
    names = {user.id: user.name for user in users}
    return [
        AuditLine(
            e.seq, e.at, names.get(e.user_id or "", ""), e.action, e.thing, e.thing_id, e.before, e.after, e.digest
        )
        for e in events
    ]
