"""Reads before a signature: what a proposal is chosen from, and the terms it would make, to the last byte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from partners.campaigns import proposal, queries, terms
from partners.campaigns.cards import (
    CampaignPage,
    CommunityLine,
    EntityChoice,
    PartyChoice,
    ProposalChoices,
    TermsPreview,
    VersionChoices,
)
from partners.campaigns.lifecycle import TermsClosed, is_negotiable
from partners.campaigns.models import Agreement, Campaign, Terms
from partners.campaigns.proposal import Offer, Proposal
from partners.campaigns.terms import TermsDocument
from partners.communities.models import Community
from partners.directory import policy
from partners.directory import queries as directory
from partners.directory.cards import PartnershipCard
from partners.directory.models import LegalEntity, Partnership, PartnershipPartner
from partners.directory.policy import Action, Actor


def partnerships_to_propose_in(session: Session, actor: Actor) -> list[PartnershipCard]:
    """Return the actor's partnerships in which a campaign may be proposed."""
    policy.require(actor, Action.RUN_CAMPAIGNS)
    return [card for card in directory.partnerships(session, actor) if card.is_open]


def proposal_choices(session: Session, actor: Actor, partnership_id: str) -> ProposalChoices:
    """Return what a proposal within a partnership is chosen from; NotFound for who is not in it."""
    policy.require(actor, Action.RUN_CAMPAIGNS)
    partnership = directory.own_partnership(session, actor, partnership_id)
    names = queries.names_in(session, partnership_id)
    entities: dict[str, list[EntityChoice]] = {partner_id: [] for partner_id in names}
    for row in _entities_in(session, partnership_id):
        entities[row.partner_id].append(EntityChoice(row.id, row.name, row.name_zh, row.currency))
    own_first = sorted(names.values(), key=lambda name: (name.id != actor.partner_id, name.name))
    communities = session.scalars(select(Community).where(Community.partner_id.in_(names)).order_by(Community.name))
    return ProposalChoices(
        partnership.id, partnership.name, partnership.timezone,
        parties=tuple(PartyChoice(name, tuple(entities[name.id]), name.id == actor.partner_id) for name in own_first),
        communities=tuple(CommunityLine(c.id, c.code, c.name, c.name_zh, names[c.partner_id]) for c in communities),
    )  # fmt: skip


def version_choices(session: Session, actor: Actor, campaign_id: str, now: datetime) -> VersionChoices:
    """Return what the next version of a campaign's terms is written from; NotFound for who may not see it."""
    policy.require(actor, Action.SIGN_TERMS)
    page = queries.campaign_page(session, actor, campaign_id, now)
    choices = proposal_choices(session, actor, page.partnership_id).parties
    return VersionChoices(page, tuple(_in_order(page, page.current.document, choices) if page.current else choices))


def preview_proposal(session: Session, actor: Actor, proposed: Proposal, now: datetime) -> TermsPreview:
    """Return the terms of a proposal as they would be signed now, once all of it holds.

    Another proposal may take the agreement number in the meantime; the digest tells.
    """
    policy.require(actor, Action.RUN_CAMPAIGNS)
    plan = proposal.checked_plan(proposed.plan)
    partnership = directory.own_partnership(session, actor, plan.partnership_id)
    document = drafted(session, partnership, proposed.offer, next_number(session, partnership, now), 1)
    proposal.check_proposer(document, actor.partner_id)
    proposal.check_goals(proposed.goals)
    for goal in proposed.goals:
        proposal.check_goal(goal, plan.starts_on, plan.ends_on, [party.partner for party in document.parties])
    return _preview(document, ())


def preview_version(
    session: Session, actor: Actor, campaign_id: str, offer: Offer, answers: str, now: datetime
) -> TermsPreview:
    """Return the next version of a campaign's terms as it would be signed now, and what it changes.

    Args:
        answers: digest of the version it answers, empty for the first.
    """
    policy.require(actor, Action.RUN_CAMPAIGNS)
    campaign = queries.own_campaign(session, actor, campaign_id)
    if campaign.agreement_id is not None:
        current, document = countered(session, campaign, offer, answers, now)
        return _preview(document, terms.changes(current, document))
    partnership = session.get_one(Partnership, campaign.partnership_id)
    document = drafted(session, partnership, offer, next_number(session, partnership, now), 1)
    proposal.check_proposer(document, actor.partner_id)
    return _preview(document, ())


def countered(
    session: Session, campaign: Campaign, offer: Offer, answers: str, now: datetime
) -> tuple[TermsDocument, TermsDocument]:
    """Return the newest version and the one that an offer makes of it, or raise why it cannot follow."""
    current = newest_terms(session, campaign)
    if current.digest != answers:
        raise proposal.TermsChanged()
    partnership = session.get_one(Partnership, campaign.partnership_id)
    old = terms.from_dict(current.document)
    new = drafted(session, partnership, offer, old.agreement, old.version + 1)
    proposal.check_counter(old, new)
    signed = queries.signed_versions(session, campaign.id)
    if signed:
        proposal.check_amendment(signed[0].document, new, queries.today_of(partnership, now))
    return old, new


def newest_terms(session: Session, campaign: Campaign) -> Terms:
    """Return the newest version while it may still be signed or answered, or raise TermsClosed."""
    newest_first = select(Terms).where(Terms.agreement_id == campaign.agreement_id).order_by(Terms.version.desc())
    current = session.scalars(newest_first.limit(1)).one_or_none()
    if current is None or not is_negotiable(campaign.stage):
        raise TermsClosed(stage=campaign.stage)
    return current


def drafted(session: Session, partnership: Partnership, offer: Offer, number: str, version: int) -> TermsDocument:
    """Return the document that an offer makes within a partnership."""
    entities = {row.id: (row.partner_id, row.name) for row in _entities_in(session, partnership.id)}
    return proposal.written(offer, number, version, partnership.id, partnership.timezone, entities)


def next_number(session: Session, partnership: Partnership, now: datetime) -> str:
    """Return the agreement number that is free now, such as AGR-2026-0001; the year is the partnership's."""
    begins = f"AGR-{now.astimezone(ZoneInfo(partnership.timezone)).year}-"
    longest_last = (func.length(Agreement.number).desc(), Agreement.number.desc())
    last = session.scalar(
        select(Agreement.number).where(Agreement.number.startswith(begins)).order_by(*longest_last).limit(1)
    )
    return f"{begins}{int(last.removeprefix(begins)) + 1 if last else 1:04d}"


def _in_order(page: CampaignPage, document: TermsDocument, choices: Sequence[PartyChoice]) -> list[PartyChoice]:
    """Return the parties of a document in its order; once terms are in force, each with its signed entity alone."""
    by_partner = {party.partner.id: party for party in choices}
    in_order = [by_partner[party.partner] for party in document.parties]
    if page.in_force is None:
        return in_order
    fixed = {party.entity for party in document.parties}
    return [replace(party, entities=tuple(e for e in party.entities if e.id in fixed)) for party in in_order]


def _preview(document: TermsDocument, changes: tuple[terms.Change, ...]) -> TermsPreview:
    return TermsPreview(
        document.agreement, document.version, proposal.offered(document), terms.in_words(document), changes,
        document.digest,
    )  # fmt: skip


def _entities_in(session: Session, partnership_id: str) -> Sequence[LegalEntity]:
    side = PartnershipPartner
    members = select(side.partner_id).where(side.partnership_id == partnership_id)
    entities = select(LegalEntity).where(LegalEntity.partner_id.in_(members)).order_by(LegalEntity.code)
    return session.scalars(entities).all()
