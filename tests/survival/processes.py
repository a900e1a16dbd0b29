"""Real processes of the platform, to be killed: started as a user starts them, waited for, ended without mercy."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine, delete

from partners.database import writing
from partners.outbox import Job, JobState

TANDEM = str(Path(sys.executable).with_name("tandem"))
PATIENCE = 300.0
"""Seconds after which waiting is given up: a worker that died is taken for dead after twenty."""


@contextmanager
def running(var: Path, *words: str, port: int = 0) -> Iterator[subprocess.Popen[bytes]]:
    """Start ``tandem WORDS`` in a process group of its own; the whole group is killed in the end."""
    env = {**os.environ, "TANDEM_VAR": str(var), "PORT": str(port)}
    with (var / f"{words[0]}.log").open("ab") as log:
        process = subprocess.Popen([TANDEM, *words], env=env, stdout=log, stderr=log, start_new_session=True)
        try:
            yield process
        finally:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Send ``kill -9`` to a process and everything it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def free_port() -> int:
    """Return a port nobody listens on, below those that the system gives to whoever asks for any."""
    for port in range(20_000 + os.getpid() * 97 % 12_000, 32_768):
        with socket.socket() as found, suppress(OSError):
            found.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def until(is_so: Callable[[], bool], what: str) -> None:
    """Wait until something is so, or fail after PATIENCE."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, f"waited {PATIENCE:.0f} s in vain: {what}"
        time.sleep(0.05)


def answers(port: int) -> bool:
    """Say whether the web server answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def forget_waiting_jobs(engine: Engine) -> None:
    """Take away the documents that wait to be rendered, so that a worker begins with what the test is about."""
    with writing(engine) as session:
        session.execute(delete(Job).where(Job.state == JobState.QUEUED))
        session.commit()
