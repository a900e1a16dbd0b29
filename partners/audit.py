"""The audit log: every state change, in one chain of digests, append-only from day one.

Each event's digest covers the digest before it, so one changed byte breaks every later link. The newest digest (the
head) is printed on statements.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Select, String, cast, func, select, type_coerce
from sqlalchemy.orm import Mapped, Session, mapped_column

from partners.database import Base, BigInt, Digest, Ref, Text40
from partners.digest import GENESIS, chained


class AuditEvent(Base):
    """One state change: who, in which seat, when, what was before and after. Never updated, never deleted."""

    __tablename__ = "audit_event"

    seq: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False, comment="1, 2, 3 … without a gap")
    at: Mapped[datetime]
    user_id: Mapped[Ref | None] = mapped_column(comment="None where the platform itself acted")
    seat_id: Mapped[Ref | None]
    partner_id: Mapped[Ref | None] = mapped_column(index=True, comment="the brand the actor acted for")
    action: Mapped[Text40] = mapped_column(comment="verb_noun of the service")
    thing: Mapped[Text40] = mapped_column(comment="table of what changed")
    thing_id: Mapped[str] = mapped_column(index=True)
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[Digest]


class AuditHead(Base):
    """The end of the chain: one row, locked while the next event is appended."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[Digest]


@dataclass(frozen=True, slots=True)
class Platform:
    """Who acts where no person does, but with what is one brand's: the event stands in that brand's log."""

    partner_id: str
    user_id: None = None
    seat_id: None = None


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold: the number of the first event that does not match its digest."""

    seq: int
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which audit events: empty or None means any. ``since`` is inclusive, ``until`` exclusive; ``without`` names
    actions to leave out.
    """

    action: str = ""
    thing: str = ""
    user_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    without: frozenset[str] = frozenset()


def record(
    session: Session, actor: Any, action: str, row: Any, now: datetime,
    before: dict[str, Any] | None = None, after: dict[str, Any] | None = None,
) -> AuditEvent:  # fmt: skip
    """Append one event to the chain.

    Args:
        actor: a ``directory.policy.Actor``; where the platform itself acts, a ``Platform``, or None for no brand.
        row: the row that changed; its table and ``id`` are written down.
        before, after: only what changed, as strings, integers, booleans and None.
    """
    session.flush()  # the row must have its id
    head = session.get(AuditHead, 1, with_for_update=True, populate_existing=True)
    if head is None:
        head = AuditHead(id=1, seq=0, digest=GENESIS)
        session.add(head)
    event = AuditEvent(
        seq=head.seq + 1, at=now, action=action, thing=row.__tablename__, thing_id=str(row.id),
        user_id=actor.user_id if actor else None, seat_id=actor.seat_id if actor else None,
        partner_id=actor.partner_id if actor else None, before=before or {}, after=after or {},
    )  # fmt: skip
    event.digest = chained(head.digest, _content(event))
    head.seq, head.digest = event.seq, event.digest
    session.add(event)
    return event


def head_of(session: Session) -> tuple[int, str]:
    """Return the number and digest of the newest event; (0, 64 zeros) for an empty log."""
    head = session.get(AuditHead, 1)
    return (head.seq, head.digest) if head else (0, GENESIS)


def first_break(session: Session) -> Break | None:
    """Recompute the whole chain; None means that every event is as it was written and none is missing.

    It is read as it is stored, byte by byte: another blank in a JSON column means the same, and was changed.
    """
    seq, digest = 0, GENESIS
    with closing(session.execute(_as_stored(session).execution_options(yield_per=1000))) as rows:
        for row in rows:
            seq += 1
            content = _content_as_stored(row)
            digest = chained(digest, content) if content else "unreadable"
            if row.seq != seq or row.digest != digest:
                return Break(seq, digest, str(row.digest))
    head_seq, head_digest = head_of(session)
    if (head_seq, head_digest) != (seq, digest):
        return Break(seq + 1, head_digest, digest)
    return None


def events_of(
    session: Session, partner_id: str, wanted: AuditFilter, limit: int | None = None, offset: int = 0
) -> Iterator[AuditEvent]:
    """Yield what the users of one partner did, newest first; ``limit`` None means all of it."""
    chosen = _narrowed(select(AuditEvent), partner_id, wanted).order_by(AuditEvent.seq.desc())
    yield from session.scalars(chosen.limit(limit).offset(offset).execution_options(yield_per=1000))


def count_events(session: Session, partner_id: str, wanted: AuditFilter) -> int:
    """Return how many events ``events_of`` would yield without a limit."""
    return int(session.scalars(_narrowed(select(func.count(AuditEvent.seq)), partner_id, wanted)).one())


def actions_of(session: Session, partner_id: str) -> list[str]:
    """Return the actions that occur in one partner's events, in alphabetical order."""
    mine = select(AuditEvent.action).where(AuditEvent.partner_id == partner_id)
    return list(session.scalars(mine.distinct().order_by(AuditEvent.action)))


def things_of(session: Session, partner_id: str) -> list[str]:
    """Return the kinds of things that occur in one partner's events, in alphabetical order."""
    mine = select(AuditEvent.thing).where(AuditEvent.partner_id == partner_id)
    return list(session.scalars(mine.distinct().order_by(AuditEvent.thing)))


def _narrowed(query: Select[Any], partner_id: str, wanted: AuditFilter) -> Select[Any]:
    query = query.where(AuditEvent.partner_id == partner_id)
    for column in ("action", "thing", "user_id"):
        if value := getattr(wanted, column):
            query = query.where(getattr(AuditEvent, column) == value)
    if wanted.without:
        query = query.where(AuditEvent.action.not_in(sorted(wanted.without)))
    if wanted.since is not None:
        query = query.where(AuditEvent.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEvent.at < wanted.until)
    return query


def _as_stored(session: Session) -> Select[Any]:
    """Select the chain with what could be written in several ways as the text that is stored."""
    table = AuditEvent.__table__.c
    is_text = session.get_bind().dialect.name == "sqlite"
    at = type_coerce(table.at, String) if is_text else table.at
    same = (table.seq, table.user_id, table.seat_id, table.partner_id, table.action, table.thing, table.thing_id)
    texts = (cast(table.before, String).label("before"), cast(table.after, String).label("after"))
    return select(*same, table.digest, at.label("at"), *texts).order_by(table.seq)


def _content_as_stored(row: Any) -> dict[str, Any] | None:
    """Return what the digest of a stored event covers; None where it could not have been written like that."""
    try:
        at = row.at if isinstance(row.at, datetime) else _instant(row.at)
        before, after = _json(row.before), _json(row.after)
    except (ValueError, TypeError):
        return None
    plain = {"user": row.user_id, "seat": row.seat_id, "partner": row.partner_id, "action": row.action}
    return plain | {
        "seq": row.seq, "at": at.isoformat(), "thing": row.thing, "thing_id": row.thing_id, "before": before,
        "after": after,
    }  # fmt: skip


def _instant(stored: str) -> datetime:
    """Return the instant that SQLite keeps as text; ValueError unless it is the text that we write."""
    found = datetime.strptime(stored, "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=UTC)
    if found.strftime("%Y-%m-%d %H:%M:%S.%f") != stored:
        raise ValueError(stored)
    return found


def _json(stored: str) -> Any:
    """Return what a JSON column holds; ValueError unless it is the text that we write."""
    found = json.loads(stored)
    if json.dumps(found) != stored:
        raise ValueError(stored)
    return found


def _content(event: AuditEvent) -> dict[str, Any]:
    return {
        "seq": event.seq, "at": event.at.isoformat(), "user": event.user_id, "seat": event.seat_id,
        "partner": event.partner_id, "action": event.action, "thing": event.thing, "thing_id": event.thing_id,
        "before": event.before, "after": event.after,
    }  # fmt: skip
