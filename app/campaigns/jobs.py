"""Rendering outcome reports in the background."""

from __future__ import annotations

from app.campaigns.report import PLACES
from app.work import Work
from partners.campaigns.models import Campaign
from partners.directory.accounts.models import Role
from partners.directory.policy import Actor
from reports import archive
from reports.language import LANGUAGES
from reports.outcome import load_outcome, outcome_pdf


def render_outcome(work: Work) -> None:
    """Make the outcome report of an ended campaign in every language, and keep it. The subject is the campaign."""
    campaign_id = work.claim.subject_id
    with work.reading() as session:
        proposer_id = session.get_one(Campaign, campaign_id).proposer_id
        reader = Actor(user_id="", seat_id="", partner_id=proposer_id, role=Role.VIEWER.value)
        outcome = load_outcome(session, reader, campaign_id, work.now())
    with work.kept_alive():
        pages = {language: outcome_pdf(outcome, language, PLACES) for language in LANGUAGES}
    with work.writing() as session:
        work.beat(session, 0, len(pages))
        for language, content in pages.items():
            archive.keep(session, work.store, campaign_id, language, content, work.now())
        work.finish(session, {"languages": len(pages)})
        session.commit()
