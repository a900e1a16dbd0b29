"""The web server: granian with any number of processes, and if wanted a worker beside them."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial

from granian.constants import Interfaces
from granian.server import Server

from app import create_app, worker
from config import Settings

THREADS = 4
"""Requests that one process answers at the same time; they mostly wait for the database."""

_GRACE = 15.0
"""Seconds that a worker gets to end its job before it is killed; its job then goes on after the next start."""


def serve(settings: Settings, workers: int = 1, with_worker: bool = False, host: str = "127.0.0.1") -> None:
    """Serve until SIGTERM or SIGINT.

    Args:
        workers: web processes.
        with_worker: whether to run a background worker too, started anew whenever it dies.
    """
    server = Server(
        "app:create_app", address=host, port=settings.port, interface=Interfaces.WSGI, workers=workers,
        blocking_threads=THREADS, respawn_failed_workers=True,
    )  # fmt: skip
    with _kept_running(settings) if with_worker else nullcontext():
        server.serve(target_loader=partial(create_app, settings), wrap_loader=False)


@contextmanager
def _kept_running(settings: Settings) -> Iterator[None]:
    stopping = threading.Event()
    keeper = threading.Thread(target=_keep_worker, args=(settings, stopping), name="keeper", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stopping.set()
        keeper.join()


def _keep_worker(settings: Settings, stopping: threading.Event) -> None:
    while not stopping.is_set():
        running = multiprocessing.get_context("spawn").Process(target=worker.main, args=(settings,), name="worker")
        running.start()
        while running.is_alive() and not stopping.wait(0.5):
            pass
        if running.is_alive():
            running.terminate()
        running.join(_GRACE)
        running.kill()
        stopping.wait(1.0)
