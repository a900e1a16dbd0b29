"""``kill -9`` of the worker in the middle of a job: after a restart the job finishes once, and no number is missing."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from sqlalchemy import Engine, func, select

from partners.database import open_engine, reading, writing
from partners.outbox import Job, JobState
from partners.referrals import services
from partners.referrals.models import Evidence, Import
from partners.store import FolderStore
from tests.sample_world import SampleWorld
from tests.survival.processes import forget_waiting_jobs, kill, running, until

ROWS = 60_000


def test_an_import_goes_on_where_the_dead_worker_stopped(sample_world: SampleWorld, tmp_path: Path) -> None:
    world = sample_world.copied(tmp_path / "var")
    engine = open_engine(world.settings().database_url)
    forget_waiting_jobs(engine)
    before = _count(engine, Evidence)
    import_id = _receive(world, engine)

    with running(world.var, "worker") as worker:
        until(lambda: 0 < _read(engine, import_id) < ROWS or _is_done(engine, import_id), "the worker begins")
        kill(worker)
    stopped_at = _read(engine, import_id)
    with running(world.var, "worker"):
        until(lambda: _is_done(engine, import_id), "the next worker finishes")

    with reading(engine) as session:
        job = session.scalars(select(Job).where(Job.subject_id == import_id)).one()
        numbers = session.execute(
            select(func.count(), func.max(Evidence.seq), Evidence.partnership_id).group_by(Evidence.partnership_id)
        ).all()
    assert 0 < stopped_at < ROWS
    assert job.attempts == 2
    assert _count(engine, Evidence) == before + ROWS
    assert all(count == highest for count, highest, _ in numbers)
    engine.dispose()


def _receive(world: SampleWorld, engine: Engine) -> str:
    """Send a long file of conversions for the campaign that is live."""
    lines = ["order_id,line_no,occurred_at,campaign,currency,gross,tax,shipping"]
    lines += [f"LONG-{n},1,2026-03-05T10:00:00+01:00,breakfast-together,EUR,10.00,0.65,0.00" for n in range(ROWS)]
    store = FolderStore(world.settings().store_folder)
    actor = world.actor("finance@morgenrot.example")
    with writing(engine) as session:
        from tests.sample_world import LOADED_AT

        stream = BytesIO("\n".join(lines).encode())
        received = services.receive_import(session, actor, store, "long.csv", stream, LOADED_AT, b"t" * 32)
        session.commit()
        return received.id


def _read(engine: Engine, import_id: str) -> int:
    with reading(engine) as session:
        return session.get_one(Import, import_id).rows_read


def _is_done(engine: Engine, import_id: str) -> bool:
    with reading(engine) as session:
        states = session.scalars(select(Job.state).where(Job.subject_id == import_id)).all()
    return list(states) == [JobState.DONE]


def _count(engine: Engine, table: type) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0
