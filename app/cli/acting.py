"""What every command shares: who acts, where the data lies, how a refusal is said, and doing the jobs that follow."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

import config
from app.installation import Installation, open_installation
from app.jobs import HANDLERS, MODULES
from partners import outbox
from partners.database import reading, writing
from partners.directory.accounts import queries as account_queries
from partners.directory.models import Partner
from partners.directory.policy import Actor
from partners.errors import Invalid, NotAllowed, TandemError
from reports.language import Places

PLACES = Places.of(Path(__file__).parents[2])
"""Where documents find their fonts and translations."""

LEFT_TO_WORKER = frozenset(
    {"render_statement", "render_outcome", *(name for name in MODULES if name.startswith("mail_"))}
)
"""What a command does not wait for: documents, and mails, which may wait for a mail server."""


class NoSuchSeat(NotAllowed):
    """{email} has no such seat. Name the brand with --at and the role with --role."""


class ManySeats(Invalid):
    """{email} sits in several places. Choose one with --at CODE and --role ROLE."""


class JobFailed(Invalid):
    """The work behind this command failed: {reason}"""


def command(group: click.Group, *names: str) -> Callable[[Callable[..., None]], click.Command]:
    """Register a command that says what was refused on standard error and ends with 1."""

    def register(run: Callable[..., None]) -> click.Command:
        @wraps(run)
        def told(*args: Any, **options: Any) -> None:
            try:
                run(*args, **options)
            except TandemError as error:
                click.echo(f"tandem: {error}", err=True)
                sys.exit(1)

        return group.command(*names)(told)

    return register


def acting(run: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say who acts."""
    for option in (
        click.option("--role", type=click.Choice(["manager", "viewer", "finance", "admin"]), help="Role, if several."),
        click.option("--at", "partner_code", metavar="CODE", help="Brand, where the user has several seats."),
        click.option("--as", "email", required=True, metavar="EMAIL", help="Who acts."),
    ):
        run = option(run)
    return run


def opened() -> Installation:
    """Return this installation as the environment describes it, its schema up to date."""
    from migrations import upgrade

    installation = open_installation(config.load())
    upgrade(installation.engine)
    return installation


@contextmanager
def as_actor(
    installation: Installation, email: str, partner_code: str | None, role: str | None
) -> Iterator[tuple[Session, Actor]]:
    """Give a writing session and who acts; what is not committed is rolled back.

    The seat is looked up in a session of its own, so that nothing is locked while a command reads its files.
    """
    with reading(installation.engine) as session:
        actor = seat_of(session, email, partner_code, role)
    with writing(installation.engine, actor.partner_id) as session:
        yield session, actor


def seat_of(session: Session, email: str, partner_code: str | None, role: str | None) -> Actor:
    """Return the one seat that the options name."""
    account = account_queries.user_by_email(session, email.lower())
    seats = account_queries.seats_of(session, account.user_id) if account else []
    seats = [
        seat for seat in seats
        if role in (None, seat.role) and partner_code in (None, session.get_one(Partner, seat.partner_id).code)
    ]  # fmt: skip
    if not seats:
        raise NoSuchSeat(email=email)
    if len(seats) > 1:
        raise ManySeats(email=email)
    return seats[0].actor


def commit_and_work(installation: Installation, session: Session) -> None:
    """Commit, then do here and now the jobs that follow, so that the command ends when its work has ended.

    Documents are left to the worker, or to the command that asks for one.
    """
    waiting = outbox.dispatch(session, HANDLERS, installation.now())
    session.commit()
    while waiting:
        for job_id in waiting:
            _do(installation, job_id)
        with writing(installation.engine) as fresh:
            waiting = outbox.dispatch(fresh, HANDLERS, installation.now())
            fresh.commit()


def _do(installation: Installation, job_id: str) -> None:
    from app.worker import run_job

    if _job(installation, job_id).handler in LEFT_TO_WORKER:
        installation.queue.put([job_id])
        return
    while _job(installation, job_id).state == outbox.JobState.QUEUED:  # an attempt may fail and be tried again
        run_job(installation, job_id)
    ended = _job(installation, job_id)
    if ended.state == outbox.JobState.FAILED:
        raise JobFailed(reason=ended.error)


def _job(installation: Installation, job_id: str) -> outbox.Job:
    with reading(installation.engine) as session:
        return session.get_one(outbox.Job, job_id)


class Day(click.ParamType[date]):
    """A day written as 2026-09-30."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the day."""
        try:
            return value if isinstance(value, date) else datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007
        except ValueError:
            self.fail(f"“{value}” is not a day. Write it as 2026-09-30.", param, ctx)


def existing_file() -> click.Path:
    """Return the type of an argument that names a file to read."""
    return click.Path(exists=True, dir_okay=False, path_type=Path)
