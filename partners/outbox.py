"""Events and jobs: what happens after a commit, written down in the same transaction as its cause.

A service emits an event; the application turns each event into jobs (``app/jobs.py`` shows which). The job table is the
truth: a queue carries only a job's id and may lose it, the reaper finds it again. Every write of a running job repeats
its attempt number, so a worker that was thought dead cannot write beside its successor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from partners.database import Base, BigInt, Id, Ref, Text40, Text400, one_of
from partners.errors import Conflict, NotFound

MAX_ATTEMPTS = 5
STALE_AFTER = timedelta(seconds=20)
"""A running job that has not beaten for so long is taken for dead; jobs beat at least every five seconds."""


DAY_BEGAN = "day.began"
"""The event of a day in UTC, whose ISO date is its subject; the database holds at most one for each day."""


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class OutboxEvent(Base):
    """Something that happened, waiting to be turned into jobs."""

    __tablename__ = "outbox_event"
    __table_args__ = (
        Index(
            "uq_outbox_event_day", "subject_id", unique=True,
            postgresql_where=text(f"kind = '{DAY_BEGAN}'"), sqlite_where=text(f"kind = '{DAY_BEGAN}'"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    kind: Mapped[Text40] = mapped_column(comment="noun.participle, such as period.closed")
    subject_id: Mapped[str] = mapped_column(comment="id of the row it happened to")
    partner_id: Mapped[Ref | None] = mapped_column(comment="whose users may watch the jobs")
    user_id: Mapped[Ref | None]
    at: Mapped[datetime]
    dispatched_at: Mapped[datetime | None] = mapped_column(index=True)


class Job(Base):
    """One piece of work in the background: its state, progress, heartbeat and attempts."""

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("event_id", "handler"),
        CheckConstraint("progress >= 0 AND progress <= total", "progress"),
        Index("ix_job_subject", "subject_id", "handler"),
    )

    id: Mapped[Id]
    event_id: Mapped[int] = mapped_column(BigInt, ForeignKey("outbox_event.id"))
    handler: Mapped[Text40]
    subject_id: Mapped[str]
    partner_id: Mapped[Ref | None] = mapped_column(index=True)
    state: Mapped[JobState] = mapped_column(one_of(JobState), index=True)
    progress: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=1)
    attempts: Mapped[int] = mapped_column(default=0)
    heartbeat_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    error: Mapped[Text400 | None]
    result: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class JobTaken(Conflict):
    """Another worker has taken over this job."""


@dataclass(frozen=True, slots=True)
class JobView:
    """What a page shows of a job. ``error`` is None unless an attempt failed; its fields are in ``result``."""

    id: str
    handler: str
    subject_id: str
    state: str
    progress: int
    total: int
    attempts: int
    error: str | None
    result: dict[str, Any]
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to write for a job, until another attempt begins."""

    job_id: str
    handler: str
    subject_id: str
    attempt: int


def emit(session: Session, kind: str, row: Any, actor: Any, now: datetime) -> None:
    """Write down that something happened to a row; its jobs start after the commit."""
    session.flush()
    session.add(
        OutboxEvent(
            kind=kind, subject_id=str(row.id), at=now,
            partner_id=actor.partner_id if actor else None, user_id=actor.user_id if actor else None,
        )
    )  # fmt: skip


def begin_day(session: Session, now: datetime) -> None:
    """Write down that a day began, once: further calls on that day do nothing, from however many workers they come."""
    day = now.astimezone(UTC).date().isoformat()
    begun = select(OutboxEvent.id).where(OutboxEvent.kind == DAY_BEGAN, OutboxEvent.subject_id == day)
    if session.scalar(begun) is not None:
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(insert(OutboxEvent).values(kind=DAY_BEGAN, subject_id=day, at=now).on_conflict_do_nothing())


def dispatch(session: Session, handlers: Mapping[str, Sequence[str]], now: datetime) -> list[str]:
    """Turn every waiting event into jobs, each (event, handler) once; return the ids of the new jobs."""
    waiting = session.scalars(
        select(OutboxEvent).where(OutboxEvent.dispatched_at.is_(None)).order_by(OutboxEvent.id)
        .limit(1000).with_for_update(skip_locked=True)
    )  # fmt: skip
    jobs = []
    for happened in waiting.all():
        happened.dispatched_at = now
        for handler in handlers.get(happened.kind, ()):
            jobs.append(
                Job(
                    event_id=happened.id, handler=handler, subject_id=happened.subject_id,
                    partner_id=happened.partner_id, state=JobState.QUEUED, created_at=now,
                )
            )  # fmt: skip
    session.add_all(jobs)
    session.flush()
    return [job.id for job in jobs]


def claim(session: Session, job_id: str, now: datetime) -> Claim | None:
    """Take a queued job, or return None where another worker has it or it is finished."""
    taken = session.execute(
        update(Job).where(Job.id == job_id, Job.state == JobState.QUEUED)
        .values(state=JobState.RUNNING, attempts=Job.attempts + 1, heartbeat_at=now)
        .returning(Job.id, Job.handler, Job.subject_id, Job.attempts)
    ).one_or_none()  # fmt: skip
    return Claim(*taken) if taken else None


def beat(session: Session, held: Claim, now: datetime, progress: int, total: int) -> None:
    """Say that the job lives and how far it is, inside the transaction that does the work.

    Raises:
        JobTaken: another attempt has begun; the transaction must be rolled back.
    """
    _write(session, held, heartbeat_at=now, progress=min(progress, total), total=max(total, 1))


def stay_alive(session: Session, held: Claim, now: datetime) -> None:
    """Say that the job lives, its progress unchanged; raises JobTaken like ``beat``."""
    _write(session, held, heartbeat_at=now)


def finish(session: Session, held: Claim, now: datetime, result: Mapping[str, Any] | None = None) -> None:
    """Mark the job done, in the transaction of its last write; raises JobTaken like ``beat``."""
    job = session.get_one(Job, held.job_id, populate_existing=True)
    _write(
        session, held, state=JobState.DONE, progress=job.total, finished_at=now, heartbeat_at=now,
        error=None, result=dict(result or {}),
    )  # fmt: skip


def fail(
    session: Session, held: Claim, now: datetime, reason: str, again: bool, fields: Mapping[str, Any] | None = None
) -> None:
    """Write down why an attempt failed; queue the job once more where that may help and attempts are left.

    Args:
        reason: the sentence for the user, with ``{field}`` for each of the fields, so that it can be translated.
    """
    retry = again and held.attempt < MAX_ATTEMPTS
    state = JobState.QUEUED if retry else JobState.FAILED
    _write(
        session, held, state=state, error=reason[:400], finished_at=None if retry else now,
        result={"fields": dict(fields or {})},
    )  # fmt: skip


def is_running(session: Session, held: Claim) -> bool:
    """Say whether this attempt still runs: neither finished nor failed nor taken over."""
    mine = (Job.id == held.job_id, Job.attempts == held.attempt, Job.state == JobState.RUNNING)
    return session.scalar(select(Job.id).where(*mine)) is not None


def requeue_stale(session: Session, now: datetime) -> list[str]:
    """Queue again what a dead worker left, fail what has died too often; return ids of all queued jobs."""
    stale = (Job.state == JobState.RUNNING, Job.heartbeat_at < now - STALE_AFTER)
    session.execute(
        update(Job).where(*stale, Job.attempts >= MAX_ATTEMPTS)
        .values(state=JobState.FAILED, error="The worker stopped five times while it did this.", finished_at=now)
    )  # fmt: skip
    session.execute(update(Job).where(*stale).values(state=JobState.QUEUED))
    return list(session.scalars(select(Job.id).where(Job.state == JobState.QUEUED).order_by(Job.created_at)))


def job_seen_by(session: Session, actor: Any, job_id: str) -> JobView:
    """Return a job that was started by the actor's brand; NotFound for every other."""
    job = session.scalar(select(Job).where(Job.id == job_id, Job.partner_id == actor.partner_id))
    if job is None:
        raise NotFound()
    return _job_view(job)


def newest_job(session: Session, actor: Any, subject_id: str, handler: str) -> JobView | None:
    """Return the newest job of that handler for a subject, started by the actor's brand; None before the first."""
    job = session.scalar(
        select(Job)
        .where(Job.subject_id == subject_id, Job.handler == handler, Job.partner_id == actor.partner_id)
        .order_by(Job.created_at.desc(), Job.event_id.desc()).limit(1)
    )  # fmt: skip
    return _job_view(job) if job else None


def _job_view(job: Job) -> JobView:
    return JobView(
        job.id, job.handler, job.subject_id, job.state.value, job.progress, job.total, job.attempts, job.error,
        job.result, job.created_at, job.finished_at,
    )  # fmt: skip


def _write(session: Session, held: Claim, **values: Any) -> None:
    mine = (Job.id == held.job_id, Job.attempts == held.attempt, Job.state == JobState.RUNNING)
    if session.execute(update(Job).where(*mine).values(**values).returning(Job.id)).one_or_none() is None:
        raise JobTaken()
