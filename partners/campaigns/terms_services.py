"""Verbs of terms: propose, counter, countersign. Whoever proposes a version signs it by proposing.

Only the newest version can be signed, and only by its digest. A version that all parties have signed is in force for
the sales of its days, until a newer one is signed that covers the same day; what was signed stays as it is.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners import audit
from partners.campaigns import proposal, proposal_queries, queries, steps, terms
from partners.campaigns.lifecycle import Stage
from partners.campaigns.models import Agreement, Campaign, Party, Signature, Terms
from partners.campaigns.proposal import Offer, Proposal
from partners.campaigns.terms import TermsDocument
from partners.directory import policy
from partners.directory import services as directory
from partners.directory.models import Footing, Partnership
from partners.directory.policy import Action, Actor
from partners.errors import Conflict


class AlreadySigned(Conflict):
    """Your brand has signed these terms already."""


class SignedForAnother(Conflict):
    """You have signed these terms for another party. Another person signs for this one."""


class TermsProposed(Conflict):
    """Terms have been proposed for this campaign already. Answer them instead."""


def propose_campaign(
    session: Session, actor: Actor, proposed: Proposal, now: datetime, digest: str | None = None
) -> Campaign:
    """Add a campaign with its agreement, terms, goals and communities, and sign for the actor's partner.

    Args:
        digest: what the actor has seen and signs; None where there was no preview.

    Raises:
        TermsChanged: the terms are not those of the digest, because another agreement took the number.
    """
    _require_signer(actor)
    proposal.check_goals(proposed.goals)
    campaign = steps.add_campaign(session, actor, proposed.plan, now)
    version = _open_agreement(session, actor, campaign, proposed.offer, now, digest)
    for goal in proposed.goals:
        steps.put_goal(session, campaign, goal)
    steps.put_communities(session, campaign, proposed.community_ids, queries.involved(session, campaign))
    audit.record(session, actor, "propose_campaign", campaign, now, after=_summary(campaign, version))
    return campaign


def propose_terms(
    session: Session, actor: Actor, campaign_id: str, offer: Offer, now: datetime, digest: str | None = None
) -> Terms:
    """Propose the first terms of an idea or an explored campaign, and sign them for the actor's partner."""
    _require_signer(actor)
    campaign = steps.held_campaign(session, actor, campaign_id)
    if campaign.stage not in (Stage.IDEA, Stage.EXPLORING):
        raise TermsProposed()
    version = _open_agreement(session, actor, campaign, offer, now, digest)
    audit.record(session, actor, "propose_terms", version, now, after=_summary(campaign, version))
    return version


def counter_terms(
    session: Session, actor: Actor, campaign_id: str, offer: Offer, answers: str, now: datetime,
    digest: str | None = None,
) -> Terms:  # fmt: skip
    """Answer the newest version with another, signed by the actor's partner; the answered one can no longer be signed.

    An answer to a version in force is an amendment: it prices sales from a later day, earlier ones keep their version.

    Args:
        answers: digest of the version that is answered.
        digest: of the new version, as the actor has seen it; None where there was no preview.
    """
    _require_signer(actor)
    campaign = steps.held_campaign(session, actor, campaign_id)
    steps.running_partnership(session, actor, campaign.partnership_id)
    _, document = proposal_queries.countered(session, campaign, offer, answers, now)
    agreement = session.get_one(Agreement, campaign.agreement_id)
    if agreement.terms_in_force_id is None:
        _update_parties(session, agreement, document)
    version = _add_version(session, actor, agreement, document, now, digest)
    audit.record(session, actor, "counter_terms", version, now, {"digest": answers}, _summary(campaign, version))
    return version


def countersign_terms(session: Session, actor: Actor, campaign_id: str, digest: str, now: datetime) -> Signature:
    """Sign the newest terms for the actor's partner; the last signature brings them into force.

    Raises:
        TermsChanged: the digest is not that of the newest version.
        AlreadySigned: the partner has signed it.
        SignedForAnother: the same person has signed it for another party.
        AmendmentTooLate: the first day of an amendment has come before all have signed.
    """
    policy.require(actor, Action.SIGN_TERMS)
    campaign = steps.held_campaign(session, actor, campaign_id)
    partnership = steps.running_partnership(session, actor, campaign.partnership_id)
    current = proposal_queries.newest_terms(session, campaign)
    if current.digest != digest:
        raise proposal.TermsChanged()
    signatures = list(session.scalars(select(Signature).where(Signature.terms_id == current.id)))
    _check_signer(actor, signatures)
    signature = _sign(session, actor, current, now)
    signatures.append(signature)
    if len(signatures) == len(current.document["parties"]):
        _bring_into_force(session, actor, campaign, partnership, current, now)
    audit.record(session, actor, "countersign_terms", signature, now, after=_summary(campaign, current))
    return signature


def _require_signer(actor: Actor) -> None:
    policy.require(actor, Action.RUN_CAMPAIGNS)
    policy.require(actor, Action.SIGN_TERMS)


def _open_agreement(
    session: Session, actor: Actor, campaign: Campaign, offer: Offer, now: datetime, digest: str | None
) -> Terms:
    partnership = steps.running_partnership(session, actor, campaign.partnership_id)
    document = proposal_queries.drafted(session, partnership, offer, "", 1)
    proposal.check_proposer(document, actor.partner_id)
    agreement = steps.add_unique(session, lambda: Agreement(
        partnership_id=partnership.id, number=proposal_queries.next_number(session, partnership, now),
        currency=offer.currency, terms_in_force_id=None, created_at=now,
    ))  # fmt: skip
    session.add_all(
        Party(agreement_id=agreement.id, partner_id=party.partner, legal_entity_id=party.entity, position=position,
              is_merchant=party.merchant)
        for position, party in enumerate(document.parties)
    )  # fmt: skip
    campaign.agreement_id = agreement.id
    if campaign.stage == Stage.IDEA:
        steps.step(session, actor, campaign, Stage.EXPLORING, "", now)
    steps.step(session, actor, campaign, Stage.NEGOTIATED, "", now)
    return _add_version(session, actor, agreement, replace(document, agreement=agreement.number), now, digest)


def _update_parties(session: Session, agreement: Agreement, document: TermsDocument) -> None:
    for party in document.parties:
        row = session.get_one(Party, (agreement.id, party.partner))
        row.legal_entity_id, row.is_merchant = party.entity, party.merchant


def _add_version(
    session: Session, actor: Actor, agreement: Agreement, document: TermsDocument, now: datetime, digest: str | None
) -> Terms:
    if digest is not None and digest != document.digest:
        raise proposal.TermsChanged()
    version = Terms(
        agreement_id=agreement.id, version=document.version, document=terms.to_dict(document), digest=document.digest,
        author_id=actor.user_id, author_partner_id=actor.partner_id, created_at=now,
    )  # fmt: skip
    session.add(version)
    session.flush()  # the signature refers to its id
    _sign(session, actor, version, now)
    return version


def _sign(session: Session, actor: Actor, version: Terms, now: datetime) -> Signature:
    signature = Signature(
        terms_id=version.id, partner_id=actor.partner_id, user_id=actor.user_id, digest=version.digest, signed_at=now
    )
    session.add(signature)
    return signature


def _check_signer(actor: Actor, signatures: list[Signature]) -> None:
    if any(each.partner_id == actor.partner_id for each in signatures):
        raise AlreadySigned()
    if any(each.user_id == actor.user_id for each in signatures):
        raise SignedForAnother()


def _bring_into_force(
    session: Session, actor: Actor, campaign: Campaign, partnership: Partnership, version: Terms, now: datetime
) -> None:
    agreement = session.get_one(Agreement, version.agreement_id)
    if agreement.terms_in_force_id is not None:
        proposal.check_not_begun(terms.from_dict(version.document), queries.today_of(partnership, now))
    agreement.terms_in_force_id = version.id
    if campaign.stage == Stage.NEGOTIATED:
        steps.step(session, actor, campaign, Stage.SIGNED, "", now)
    session.flush()  # before the audit log is held
    if partnership.footing == Footing.EXPLORING:
        directory.mark_signed(session, partnership.id, now, actor)


def _summary(campaign: Campaign, version: Terms) -> dict[str, Any]:
    return {"name": campaign.name, "stage": campaign.stage.value, "version": version.version, "digest": version.digest}
