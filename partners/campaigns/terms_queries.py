"""Reads of signed terms for the rooms above, which price evidence by them: no actor, because no person asks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.campaigns.cards import IntakeCampaign, SignedTerms, TermsRecord
from partners.campaigns.lifecycle import Stage
from partners.campaigns.models import Campaign, CampaignCommunity, Party, Signature, StageMove, Terms
from partners.campaigns.terms import from_dict, in_force
from partners.communities.models import Community
from partners.directory.accounts.models import User
from partners.directory.models import Partnership


def terms_in_force(session: Session, agreement_id: str, on: date) -> SignedTerms | None:
    """Return the version that prices a sale of that local day; None where none does."""
    return in_force(_signed(session, agreement_id), on)


def signed_versions(session: Session, campaign_id: str) -> tuple[SignedTerms, ...]:
    """Return the versions of a campaign's terms that every party has signed, newest first."""
    agreement_id = session.scalar(select(Campaign.agreement_id).where(Campaign.id == campaign_id))
    return _signed(session, agreement_id) if agreement_id else ()


def campaign_for_intake(session: Session, merchant_id: str, code: str) -> IntakeCampaign | None:
    """Return what evidence of a merchant is read against; None where it sells in no campaign of that code."""
    row = session.execute(
        select(Campaign, Partnership.timezone)
        .join(Party, Party.agreement_id == Campaign.agreement_id)
        .join(Partnership, Partnership.id == Campaign.partnership_id)
        .where(Campaign.code == code, Party.partner_id == merchant_id, Party.is_merchant)
    ).one_or_none()
    if row is None:
        return None
    campaign, timezone = row
    communities = session.execute(
        select(Community.code, Community.id, Community.partner_id)
        .join(CampaignCommunity, CampaignCommunity.community_id == Community.id)
        .where(CampaignCommunity.campaign_id == campaign.id)
    )
    return IntakeCampaign(
        id=campaign.id, code=campaign.code, partnership_id=campaign.partnership_id, timezone=timezone,
        stage=campaign.stage.value, starts_on=campaign.starts_on, ends_on=campaign.ends_on,
        has_begun=_has_begun(session, campaign.id), versions=_signed(session, campaign.agreement_id or ""),
        communities={code: (community_id, partner_id) for code, community_id, partner_id in communities},
    )  # fmt: skip


def terms_records(session: Session, terms_ids: Iterable[str]) -> dict[str, TermsRecord]:
    """Return signed versions as statements quote them, by id, with their campaign and signatures in order of time."""
    wanted = list(terms_ids)
    rows = session.execute(
        select(Terms, Campaign.id, Campaign.code, Campaign.name)
        .join(Campaign, Campaign.agreement_id == Terms.agreement_id)
        .where(Terms.id.in_(wanted)).order_by(Campaign.created_at.desc())
    ).all()  # fmt: skip
    signatures = _signatures(session, wanted)
    return {
        row.id: TermsRecord(_signed_terms(row), id_, code, name, row.author_id, tuple(signatures.get(row.id, ())))
        for row, id_, code, name in rows
    }


def _has_begun(session: Session, campaign_id: str) -> bool:
    """Say whether the campaign has ever been live, whatever became of it."""
    live = (StageMove.campaign_id == campaign_id, StageMove.to_stage == Stage.LIVE)
    return session.scalar(select(StageMove.id).where(*live).limit(1)) is not None


def _signed(session: Session, agreement_id: str) -> tuple[SignedTerms, ...]:
    newest_first = select(Terms).where(Terms.agreement_id == agreement_id).order_by(Terms.version.desc())
    rows = session.scalars(newest_first).all()
    signatures = _signatures(session, [row.id for row in rows])
    return tuple(_signed_terms(row) for row in rows if len(signatures.get(row.id, ())) == len(row.document["parties"]))


def _signatures(session: Session, terms_ids: list[str]) -> dict[str, list[tuple[str, str, datetime]]]:
    rows = session.execute(
        select(Signature.terms_id, Signature.partner_id, User.name, Signature.signed_at)
        .join(User, User.id == Signature.user_id).where(Signature.terms_id.in_(terms_ids))
        .order_by(Signature.signed_at, Signature.partner_id)
    )  # fmt: skip
    found: dict[str, list[tuple[str, str, datetime]]] = {}
    for terms_id, partner_id, person, at in rows:
        found.setdefault(terms_id, []).append((partner_id, person, at))
    return found


def _signed_terms(row: Terms) -> SignedTerms:
    return SignedTerms(row.id, row.agreement_id, from_dict(row.document), row.digest)
