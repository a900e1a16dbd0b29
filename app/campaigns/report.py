"""The outcome report of a campaign as a PDF."""

from __future__ import annotations

from pathlib import Path

from flask import Response, request

from app.campaigns import bp
from app.context import actor, db, now, store
from app.i18n import locale
from partners.errors import NotFound
from reports import archive
from reports.language import LANGUAGES, Places
from reports.outcome import holds, load_outcome, outcome_pdf

PLACES = Places.of(Path(__file__).parents[2])


@bp.get("/<campaign_id>/report.pdf")
def report(campaign_id: str) -> Response:
    """Send the kept report, or a new one where figures have changed since; each party gets the same."""
    language = request.args.get("lang", locale())
    if language not in LANGUAGES:
        raise NotFound()
    outcome = load_outcome(db(), actor(), campaign_id, now())
    content = archive.archived(db(), store(), campaign_id, language)
    if content is None or not holds(content, outcome):
        content = outcome_pdf(outcome, language, PLACES)
    name = f"{outcome.code}-{language}.pdf"
    return Response(content, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})
