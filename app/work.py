"""What a background handler works with: sessions, the store, the time, and the right to write for its job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Thread
from typing import Any

from sqlalchemy.orm import Session

from app.installation import Installation
from config import Settings
from partners import outbox
from partners.database import EVERY_TENANT, reading, writing
from partners.store import FolderStore

BEAT_SECONDS = 5.0
"""Between two signs of life, well below ``outbox.STALE_AFTER``."""


@dataclass(frozen=True, slots=True)
class Work:
    """One attempt at one job; every write repeats the claim, so two attempts never write side by side."""

    installation: Installation
    claim: outbox.Claim

    @property
    def store(self) -> FolderStore:
        """The file store."""
        return self.installation.store

    @property
    def settings(self) -> Settings:
        """The settings of this installation."""
        return self.installation.settings

    def now(self) -> datetime:
        """Return the current instant."""
        return self.installation.now()

    def reading(self) -> Session:
        """Return a session that only reads, for ``with``."""
        return reading(self.installation.engine, EVERY_TENANT)

    def writing(self) -> Session:
        """Return a session that may write, for ``with``; beat or finish in it, then commit."""
        return writing(self.installation.engine, EVERY_TENANT)

    def beat(self, session: Session, progress: int, total: int) -> None:
        """Say how far the job is, inside the transaction that does the work; raises JobTaken."""
        outbox.beat(session, self.claim, self.now(), progress, total)

    def alive(self) -> None:
        """Say that the job lives, in a transaction of its own: for long computing between two writes; raises JobTaken.

        A job that has not beaten for ``outbox.STALE_AFTER`` is given to another worker.
        """
        with self.writing() as session:
            outbox.stay_alive(session, self.claim, self.now())
            session.commit()

    @contextmanager
    def kept_alive(self) -> Iterator[None]:
        """Say that the job lives, again and again, while one long step runs that cannot say so itself."""
        is_over = Event()

        def beat_on() -> None:
            with suppress(outbox.JobTaken):  # whoever was taken for dead learns it at the next write
                while not is_over.wait(BEAT_SECONDS):
                    self.alive()

        beating = Thread(target=beat_on, daemon=True)
        beating.start()
        try:
            yield
        finally:
            is_over.set()
            beating.join()

    def finish(self, session: Session, result: Mapping[str, Any] | None = None) -> None:
        """Mark the job done, inside the transaction of its last write; raises JobTaken."""
        outbox.finish(session, self.claim, self.now(), result)
