"""Handlers that tests put in the place of the real ones, each with one way to end."""

from __future__ import annotations

from app.work import Work
from partners import outbox
from partners.errors import Invalid
from partners.outbox import Job

beaten: list[tuple[int, int]] = []
"""Progress and total of every run of ``count_to_three``."""


class FileUnreadable(Invalid):
    """The file {name} cannot be read."""


def count_to_three(work: Work) -> None:
    """Beat three times and finish."""
    for step in range(3):
        with work.writing() as session:
            work.beat(session, step + 1, 3)
            session.commit()
        beaten.append((step + 1, 3))
    with work.writing() as session:
        work.finish(session, {"rows": 3})
        session.commit()


def ask_for_more(work: Work) -> None:
    """Finish, and emit the event that starts ``count_to_three``."""
    with work.writing() as session:
        outbox.emit(session, "test.more", session.get_one(Job, work.claim.job_id), None, work.now())
        work.finish(session)
        session.commit()


def break_a_rule(_work: Work) -> None:
    """Raise a domain error."""
    raise FileUnreadable(name="sales.csv")


def break_down(_work: Work) -> None:
    """Fail as code fails."""
    raise ZeroDivisionError


def forget_to_finish(_work: Work) -> None:
    """Return without a result."""


def beat_without_progress(work: Work) -> None:
    """Say that the job lives, then end badly, so that the test sees what was kept."""
    with work.writing() as session:
        work.beat(session, 4, 10)
        session.commit()
    work.alive()
    raise FileUnreadable(name="sales.csv")
