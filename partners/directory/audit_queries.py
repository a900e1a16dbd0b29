"""Reads of the audit log, of what users of the own brand did."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners import audit
from partners.audit import AuditEvent, AuditFilter
from partners.directory import policy
from partners.directory.accounts.models import ApiToken, Seat
from partners.directory.accounts.queries import names_of_users
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


def audit_things(session: Session, actor: Actor) -> list[str]:
    """Return the kinds of things that occur in the own audit log, to choose from; for admins."""
    policy.require(actor, Action.ADMINISTER)
    return audit.things_of(session, actor.partner_id)


def recent_activity(session: Session, actor: Actor, limit: int, quiet: frozenset[str] = frozenset()) -> list[AuditLine]:
    """Return the newest things that users of the actor's partner did but for quiet ones; every role may read them."""
    policy.require(actor, Action.READ)
    return _audit_lines(session, list(audit.events_of(session, actor.partner_id, AuditFilter(without=quiet), limit)))


def _audit_lines(session: Session, events: list[AuditEvent]) -> list[AuditLine]:
    names = names_of_users(session, {event.user_id for event in events if event.user_id})
    seats = _seats(session, {event.seat_id for event in events if event.seat_id})
    return [
        AuditLine(
            e.seq, e.at, names.get(e.user_id or "", ""), seats.get(e.seat_id or "", ""), e.action, e.thing, e.thing_id,
            e.before, e.after, e.digest,
        )
        for e in events
    ]  # fmt: skip


def _seats(session: Session, seat_ids: set[str]) -> dict[str, str]:
    """Return roles of seats, and names of the API tokens that stand in for one; a seat that is gone has none."""
    roles = session.execute(select(Seat.id, Seat.role).where(Seat.id.in_(seat_ids)))
    tokens = session.execute(select(ApiToken.id, ApiToken.name).where(ApiToken.id.in_(seat_ids)))
    return {seat_id: role.value for seat_id, role in roles} | dict(tokens.all())
