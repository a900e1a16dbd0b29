"""Drafting, issuing and rendering statements in the background.

Each reads and computes outside of any transaction, then writes everything with the end of the job in one: a worker that
dies leaves nothing half done, and a second run finds what the first has finished.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from app.jobs import HANDLERS
from app.work import Work
from partners import outbox
from partners.revenue import issue_services
from partners.revenue.draft_services import drafts, read_plan, store_drafts
from partners.revenue.models import Statement
from reports import archive
from reports.language import LANGUAGES, Places
from reports.statement import statement_pdf

BEAT_SECONDS = 2.0
"""Between two signs of life; well below the time after which a job is taken for dead."""

ROOT = Path(__file__).parents[2]


def draft_statements(work: Work) -> None:
    """Compute the drafts of a closed period. The subject is the period."""
    alive = _paced(work)
    with work.reading() as session:
        plan = read_plan(session, work.claim.subject_id)
    alive()
    made = list(drafts(plan, alive)) if plan else []
    with work.writing() as session:
        work.beat(session, 0, len(made))
        if plan:
            store_drafts(session, plan, made, work.now())
        work.finish(session, {"drafts": len(made)})
        session.commit()


def issue_statements(work: Work) -> None:
    """Issue what a payer's second person has approved. The subject is the approval."""
    with work.reading() as session:
        prepared = issue_services.prepare_issue(session, work.claim.subject_id)
    work.alive()
    with work.writing() as session:
        work.beat(session, 0, 1)  # holds the job's row until the end: nobody takes it for dead meanwhile
        made = issue_services.issue_statements(session, work.claim.subject_id, work.now(), prepared)
        work.finish(session, {"statements": len(made)})
        rendering = outbox.dispatch(session, HANDLERS, work.now())
        session.commit()
    work.installation.queue.put(rendering)


def render_statement(work: Work) -> None:
    """Make the PDF of an issued statement in every language, and keep it. The subject is the statement."""
    with work.reading() as session:
        document = session.get_one(Statement, work.claim.subject_id).document
    with work.kept_alive():
        pages = {language: statement_pdf(document, language, Places.of(ROOT)) for language in LANGUAGES}
    with work.writing() as session:
        work.beat(session, 0, len(pages))
        for language, content in pages.items():
            archive.keep(session, work.store, work.claim.subject_id, language, content, work.now())
        work.finish(session, {"languages": len(pages)})
        session.commit()


def _paced(work: Work) -> Callable[[], None]:
    """Return a sign of life that writes at most every few seconds."""
    last = time.monotonic()

    def alive() -> None:
        nonlocal last
        if time.monotonic() - last > BEAT_SECONDS:
            work.alive()
            last = time.monotonic()

    return alive
