"""The worker: takes jobs from the queue, runs their handlers, and finds again what the queue or a dead worker lost.

Whatever dies, the job table knows: a job beats while it runs, and one that has not beaten for ``outbox.STALE_AFTER`` is
queued again by the reaper.
"""

from __future__ import annotations

import logging
import threading

from sqlalchemy.exc import OperationalError

from app.installation import Installation, open_installation
from app.jobs import HANDLERS, handler_named
from app.work import Work
from config import Settings
from partners import outbox
from partners.database import writing
from partners.errors import TandemError

REAP_EVERY = 5.0
"""Seconds between two looks for jobs that nobody runs."""

THREADS = 2

_log = logging.getLogger(__name__)


class WorkStopped(TandemError):
    """The work stopped unexpectedly ({kind}). The error has been written down for the operators."""


class WorkUnfinished(TandemError):
    """The work ended without a result. Tell the operators when it happened."""


def main(settings: Settings) -> None:
    """Run jobs until the process gets SIGTERM or SIGINT; a running job gets some seconds to end."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for chatty in ("huey", "weasyprint", "fontTools"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    place = open_installation(settings)
    consumer = place.queue.consumer(lambda job_id: run_job(place, job_id), THREADS)
    stopping = threading.Event()
    reaper = threading.Thread(target=_reap_until, args=(place, stopping), name="reaper", daemon=True)
    reaper.start()
    try:
        consumer.run()
    finally:
        stopping.set()
        reaper.join(timeout=REAP_EVERY)
        place.engine.dispose()


def run_job(place: Installation, job_id: str) -> None:
    """Run one attempt at a job; nothing happens where another worker has it or it is finished."""
    with writing(place.engine) as session:
        held = outbox.claim(session, job_id, place.now())
        session.commit()
    if held is None:
        return
    work = Work(place, held)
    _log.info("job %s, attempt %s: %s of %s", job_id, held.attempt, held.handler, held.subject_id)
    try:
        handler_named(held.handler)(work)
        _refuse_unfinished(work)
    except outbox.JobTaken:
        _log.info("job %s went on elsewhere", job_id)
    except TandemError as error:
        _fail(work, error, again=error.is_passing)
    except Exception as error:  # any fault of a handler ends its attempt, never the worker
        _log.exception("job %s, %s of %s", job_id, held.handler, held.subject_id)
        _fail(work, WorkStopped(kind=type(error).__name__), again=True)
    else:
        _log.info("job %s is done", job_id)
        _start_what_follows(place)


def reap(place: Installation) -> list[str]:
    """Turn events whose waking was lost into jobs, take jobs back from dead workers, queue all that wait.

    Safe at any time and in any number of workers, because a job is claimed once; returns the ids of waiting jobs.
    """
    with writing(place.engine) as session:
        outbox.dispatch(session, HANDLERS, place.now())
        waiting = outbox.requeue_stale(session, place.now())
        session.commit()
    if place.queue.waiting() == 0:  # else they are in it already
        place.queue.put(waiting)
    return waiting


def begin_day(place: Installation) -> None:
    """Let the work of a day begin where no worker has let it begin yet."""
    with writing(place.engine) as session:
        outbox.begin_day(session, place.now())
        session.commit()


def _reap_until(place: Installation, stopping: threading.Event) -> None:
    while True:
        try:
            begin_day(place)
            reap(place)
        except OperationalError:
            _log.warning("the database did not answer; looking again in %s s", REAP_EVERY, exc_info=True)
        if stopping.wait(REAP_EVERY):
            return


def _start_what_follows(place: Installation) -> None:
    """Turn the events that a handler emitted into jobs at once; else the reaper would, a little later."""
    with writing(place.engine) as session:
        jobs = outbox.dispatch(session, HANDLERS, place.now())
        session.commit()
    place.queue.put(jobs)


def _refuse_unfinished(work: Work) -> None:
    with work.reading() as session:
        if outbox.is_running(session, work.claim):
            raise WorkUnfinished()


def _fail(work: Work, error: TandemError, again: bool) -> None:
    fields = {name: value if isinstance(value, int) else str(value) for name, value in error.fields.items()}
    try:
        with work.writing() as session:
            outbox.fail(session, work.claim, work.now(), error.message, again, fields)
            session.commit()
    except outbox.JobTaken:
        _log.info("job %s went on elsewhere", work.claim.job_id)
