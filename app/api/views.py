"""What programs may read: the same queries as the pages, so the same things and no more."""

from __future__ import annotations

from typing import Any

from app.api.answers import (
    CampaignAnswer,
    CampaignDetail,
    CommunityAnswer,
    PartnerAnswer,
    PartnershipAnswer,
    ResultsAnswer,
    StatementAnswer,
    StatementDetail,
)
from app.api.openapi import document
from app.api.routes import Route, answer, described, lists, reads
from app.context import actor, db, now, settings
from partners.campaigns import queries as campaigns
from partners.communities import queries as communities
from partners.directory import queries as directory
from partners.directory.policy import Action
from partners.referrals import queries as referrals
from partners.revenue import queries as revenue


@reads("/partner", PartnerAnswer)
def partner() -> Any:
    """Return the brand that the token is of."""
    return PartnerAnswer.of(directory.partner_page(db(), actor(), actor().partner_id).card)


@lists("/partners", PartnerAnswer)
def partners() -> Any:
    """List the brands on the platform, by name."""
    return [PartnerAnswer.of(card) for card in directory.partners(db(), actor())]


@lists("/partnerships", PartnershipAnswer)
def partnerships() -> Any:
    """List the partnerships of the brand, newest first."""
    return [PartnershipAnswer.of(card) for card in directory.partnerships(db(), actor())]


@reads("/partnerships/<partnership_id>", PartnershipAnswer)
def partnership(partnership_id: str) -> Any:
    """Return one partnership with all its sides."""
    return PartnershipAnswer.of_page(directory.partnership_page(db(), actor(), partnership_id))


@lists("/communities", CommunityAnswer)
def communities_seen() -> Any:
    """List the communities of the brand and of its partners, by name."""
    return [CommunityAnswer.of(card) for card in communities.visible_communities(db(), actor())]


@lists("/campaigns", CampaignAnswer)
def campaigns_joined() -> Any:
    """List the campaigns that the brand takes part in."""
    return [CampaignAnswer.of(card) for card in campaigns.campaigns(db(), actor())]


@reads("/campaigns/<campaign_id>", CampaignDetail)
def campaign(campaign_id: str) -> Any:
    """Return one campaign with what it has brought so far."""
    page = campaigns.campaign_page(db(), actor(), campaign_id, now())
    results = referrals.campaign_results(db(), actor(), campaign_id)
    digest = page.in_force.digest if page.in_force else ""
    return CampaignDetail(
        CampaignAnswer.of(page), page.objective, page.agreement_number, page.currency, digest, ResultsAnswer.of(results)
    )


@lists("/statements", StatementAnswer)
def statements() -> Any:
    """List the statements that the brand pays or is paid by, newest first."""
    return [StatementAnswer.of(card) for card in revenue.statements(db(), actor())]


@reads("/statements/<statement_id>", StatementDetail)
def statement(statement_id: str) -> Any:
    """Return one statement with its document, from which every amount can be computed again."""
    card = revenue.statement_page(db(), actor(), statement_id).card
    return StatementDetail(StatementAnswer.of(card), revenue.statement_document(db(), actor(), statement_id))


@described(Route("GET", "/openapi.json", "description", "Describe every address.", Action.READ, 200, None))
def description() -> Any:
    """Return the description of the API; it needs no token."""
    return answer(document(settings().base_url))
