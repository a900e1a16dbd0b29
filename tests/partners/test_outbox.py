"""Events become jobs once; a job has one owner at a time; what a dead worker left is taken up again."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from partners import outbox
from partners.database import writing
from partners.outbox import Job, JobState, JobTaken
from tests.cast import Cast, build_cast
from tests.conftest import NOW

HANDLERS = {"partner.renamed": ["tell_partners", "redraw_map"]}


def test_an_event_becomes_one_job_per_handler_and_only_once(session: Session, cast: Cast) -> None:
    outbox.emit(session, "partner.renamed", cast.alder.partner, cast.alder.manager, NOW)

    first = outbox.dispatch(session, HANDLERS, NOW)
    second = outbox.dispatch(session, HANDLERS, NOW)

    assert len(first) == 2
    assert second == []


def test_a_job_is_claimed_by_one_worker(session: Session, cast: Cast) -> None:
    job_id = _queued(session, cast)

    first = outbox.claim(session, job_id, NOW)
    second = outbox.claim(session, job_id, NOW)

    assert first is not None
    assert first.attempt == 1
    assert second is None


def test_a_worker_thought_dead_cannot_write_beside_its_successor(session: Session, cast: Cast) -> None:
    job_id = _queued(session, cast)
    dead = outbox.claim(session, job_id, NOW)
    later = NOW + outbox.STALE_AFTER + timedelta(seconds=1)
    assert job_id in outbox.requeue_stale(session, later)
    alive = outbox.claim(session, job_id, later)
    assert dead is not None
    assert alive is not None

    with pytest.raises(JobTaken):
        outbox.beat(session, dead, later, 1, 2)
    with pytest.raises(JobTaken):
        outbox.finish(session, dead, later)
    outbox.finish(session, alive, later, {"rows": 3})

    job = session.get_one(Job, job_id, populate_existing=True)
    assert (job.state, job.attempts, job.result) == (JobState.DONE, 2, {"rows": 3})


def test_a_job_that_beats_is_left_alone(session: Session, cast: Cast) -> None:
    job_id = _queued(session, cast)
    held = outbox.claim(session, job_id, NOW)
    assert held is not None
    later = NOW + outbox.STALE_AFTER
    outbox.beat(session, held, later, 1, 2)

    assert outbox.requeue_stale(session, later + timedelta(seconds=5)) == []


def test_an_error_that_may_pass_is_tried_five_times(session: Session, cast: Cast) -> None:
    job_id = _queued(session, cast)

    for _ in range(outbox.MAX_ATTEMPTS):
        held = outbox.claim(session, job_id, NOW)
        assert held is not None
        outbox.fail(session, held, NOW, "the disk is full", again=True)

    assert session.get_one(Job, job_id, populate_existing=True).state == JobState.FAILED
    assert outbox.claim(session, job_id, NOW) is None


def test_an_event_rolled_back_leaves_no_job(engine: Engine) -> None:
    with writing(engine) as session:
        cast = build_cast(session, NOW)
        session.commit()
        outbox.emit(session, "partner.renamed", cast.alder.partner, cast.alder.manager, NOW)
        session.rollback()

    with writing(engine) as session:
        outbox.dispatch(session, HANDLERS, NOW)
        assert session.scalar(select(func.count()).select_from(Job)) == 0


def _queued(session: Session, cast: Cast) -> str:
    outbox.emit(session, "partner.renamed", cast.alder.partner, cast.alder.manager, NOW)
    return outbox.dispatch(session, {"partner.renamed": ["tell_partners"]}, NOW)[0]
