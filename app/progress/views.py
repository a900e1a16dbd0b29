"""The page of a job. With htmx only its changing part is sent."""

from __future__ import annotations

from flask import render_template, request

from app import context
from app.progress import bp
from partners.outbox import job_seen_by


@bp.get("/<job_id>")
def show(job_id: str) -> str:
    """Show state, progress, error and what to do next."""
    job = job_seen_by(context.db(), context.actor(), job_id)
    name = "jobs/_progress.html" if request.headers.get("HX-Request") else "jobs/show.html"
    return render_template(name, job=job)
