"""The queue between web and worker. It carries ids of jobs and nothing else, and it may be lost at any time.

The job table is the truth (``partners/outbox.py``); the worker's reaper puts back what the queue lost.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from huey import SqliteHuey

SHUTDOWN_SECONDS = 8
"""What a running job gets to end after SIGTERM; one that needs longer goes on from its last check point elsewhere."""

_log = logging.getLogger(__name__)


class Queue:
    """Ids of jobs that wait, in a SQLite file shared by all processes of this machine; opened at its first use."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._huey: Any = None
        self._task: Any = None
        self._run: Callable[[str], None] | None = None

    def put(self, job_ids: Iterable[str]) -> None:
        """Queue the jobs. A queue that cannot be written is no failure: the reaper finds the jobs in their table."""
        try:
            for job_id in job_ids:
                self._opened()
                self._task(job_id)
        except sqlite3.Error:
            _log.warning("the queue cannot be written; the reaper will find the jobs", exc_info=True)

    def waiting(self) -> int:
        """Return how many ids wait, doubles included."""
        return int(self._opened().pending_count())

    def consumer(self, run: Callable[[str], None], workers: int) -> Any:
        """Return huey's consumer, which calls ``run(job_id)`` on its threads until the process gets SIGTERM."""
        self._run = run
        return self._opened().create_consumer(
            workers=workers, worker_type="thread", periodic=False, max_delay=1.0,
            graceful_signal="TERM", shutdown_timeout=SHUTDOWN_SECONDS,
        )  # fmt: skip

    def _opened(self) -> Any:
        if self._huey is None:
            self._huey = SqliteHuey("tandem", filename=str(self._path), results=False)
            self._task = self._huey.task(name="run_job")(self._consume)
        return self._huey

    def _consume(self, job_id: str) -> None:
        if self._run is None:
            raise RuntimeError("this process puts jobs into the queue and does not run them")
        self._run(job_id)
