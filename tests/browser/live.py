"""Tandem as it runs, in threads of this process: a web server, a worker, and a clock that a test moves."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from app.installation import Installation, open_installation
from app.worker import reap, run_job
from config import Settings
from partners.database import reading
from partners.outbox import Job

LONGEST_WORK = 180.0
"""Seconds that background work may take before a test gives it up."""


class Clock:
    """What the application takes for the present; a test moves it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move_to(self, year: int, month: int, day: int, hour: int = 9) -> None:
        """Let it be this hour, in UTC."""
        self.now = datetime(year, month, day, hour, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Live:
    """A running installation: where it is reached, and what it works with."""

    address: str
    place: Installation
    clock: Clock

    def rest(self) -> None:
        """Wait until no background job waits or runs."""
        deadline = time.monotonic() + LONGEST_WORK
        while self._unfinished():
            assert time.monotonic() < deadline, "the background work does not end"
            time.sleep(0.05)

    def _unfinished(self) -> int:
        with reading(self.place.engine) as session:
            unfinished = Job.state.in_(("queued", "running"))
            return session.scalar(select(func.count()).select_from(Job).where(unfinished)) or 0


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, *args: Any) -> None:
        """Say nothing of single requests."""


@contextmanager
def running(settings: Settings, clock: Clock, with_worker: bool = True, port: int = 0) -> Iterator[Live]:
    """Serve an installation, and do its background jobs as a worker would, until the block ends; port 0 takes any."""
    app = create_app(settings, clock)
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
    place = open_installation(replace(settings, port=server.server_port), clock)
    stopping = threading.Event()
    threads = [threading.Thread(target=server.serve_forever, name="web")]
    if with_worker:
        threads.append(threading.Thread(target=_work_until, args=(place, stopping), name="worker"))
    for thread in threads:
        thread.start()
    try:
        yield Live(f"http://127.0.0.1:{server.server_port}", place, clock)
    finally:
        stopping.set()
        server.shutdown()
        for thread in threads:
            thread.join()
        server.server_close()
        place.engine.dispose()
        app.extensions["tandem"].engine.dispose()


def _work_until(place: Installation, stopping: threading.Event) -> None:
    while not stopping.wait(0.1):
        for job_id in reap(place):
            run_job(place, job_id)
