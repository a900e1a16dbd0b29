"""Where a job leads: the page of what it was about, and its error in the reader's language."""

from __future__ import annotations

from typing import Any

from flask import Flask, url_for
from flask_babel import gettext

from partners.outbox import JobView

SUBJECT_PAGES: dict[str, tuple[str, str]] = {
    "count_overlaps": ("audiences.show", "audience_id"),
    "count_partnership": ("partners.partnership", "partnership_id"),
    "count_regions": ("audiences.regions", "regions_id"),
    "compare_blinded": ("audiences.blind_count", "blind_count_id"),
    "read_import": ("referrals.show", "import_id"),
    "draft_statements": ("revenue.period", "period_id"),
    "render_statement": ("revenue.statement", "statement_id"),
    "render_outcome": ("campaigns.show", "campaign_id"),
}
"""Handler -> endpoint and the name of the subject in its address."""


def install(app: Flask) -> None:
    """Give templates the two filters for jobs."""
    app.jinja_env.filters.update(subject_href=subject_href, job_error=job_error)


def subject_href(job: JobView) -> str | None:
    """Return the address of what the job was about; None where it has no page of its own."""
    if job.handler not in SUBJECT_PAGES:
        return None
    endpoint, name = SUBJECT_PAGES[job.handler]
    values: dict[str, Any] = {name: job.subject_id}
    return url_for(endpoint, **values)


def job_error(job: JobView) -> str:
    """Return why the last attempt failed, in the reader's language; empty where none did."""
    if not job.error:
        return ""
    return str(gettext(job.error)).format(**job.result.get("fields", {}))
