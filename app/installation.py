"""What one process of this installation works with: its settings, database, file store, job queue and clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine

from app.queue import Queue
from config import Settings
from partners.database import open_engine
from partners.store import FolderStore


def clock_time() -> datetime:
    """Return the current instant, aware, in UTC: the only place that reads the clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Installation:
    """Opened once a process; web, worker and command line hand it on."""

    settings: Settings
    engine: Engine
    store: FolderStore
    queue: Queue
    now: Callable[[], datetime]


def open_installation(settings: Settings, now: Callable[[], datetime] = clock_time) -> Installation:
    """Open the database, the file store and the queue that the settings name; nothing is created but folders."""
    settings.var.mkdir(parents=True, exist_ok=True)
    return Installation(
        settings, open_engine(settings.database_url), FolderStore(settings.store_folder),
        Queue(settings.queue_path), now,
    )  # fmt: skip
