"""Which things of campaigns the actor shares with partners, for telling it what they did to them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.campaigns import queries
from partners.campaigns.models import Campaign, Signature, Terms
from partners.directory.cards import Shared
from partners.directory.policy import Actor

_TOLD = {
    "campaign": ("share_idea", "propose_campaign", "move_campaign"),
    "terms": ("propose_terms", "counter_terms"),
    "signature": ("countersign_terms",),
}
"""Table -> what a partner does to its rows that the other parties are told."""


def shared_things(session: Session, actor: Actor) -> list[Shared]:
    """Return the campaigns that the actor may see with their terms and signatures; all lead to the campaign's page."""
    seen = [card.id for card in queries.campaigns(session, actor)]
    of_terms = select(Terms.id, Campaign.id).join(Campaign, Campaign.agreement_id == Terms.agreement_id)
    terms = {row[0]: row[1] for row in session.execute(of_terms.where(Campaign.id.in_(seen)))}
    signed = session.execute(select(Signature.id, Signature.terms_id).where(Signature.terms_id.in_(terms)))
    pages = {
        "campaign": {found: found for found in seen},
        "terms": terms,
        "signature": {found: terms[terms_id] for found, terms_id in signed},
    }
    return [Shared(thing, "campaign", pages[thing], actions) for thing, actions in _TOLD.items()]
