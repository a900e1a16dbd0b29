"""Reads of invitations and terms that waited for a partner, and when it answered them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from partners.campaigns.lifecycle import Stage
from partners.campaigns.models import Agreement, Campaign, Party, Signature, StageMove, Terms
from partners.campaigns.queries import SIGN_WITHIN
from partners.directory.models import Partnership, PartnershipPartner
from partners.directory.queries import ANSWER_WITHIN
from partners.trust.panel import Item
from partners.trust.sight import Sight


def answers(session: Session, sight: Sight) -> list[Item]:
    """Return the invitations and the versions of terms that waited for the other partner."""
    return [*_invitations(session, sight), *_terms(session, sight)]


def _invitations(session: Session, sight: Sight) -> Iterator[Item]:
    """Yield the shared partnerships that the other was invited to; whoever invites accepts in the same instant."""
    side = PartnershipPartner
    theirs = (side.partnership_id.in_(sight.partnership_ids), side.partner_id == sight.other_id)
    accepted = dict(session.execute(select(side.partnership_id, side.accepted_at).where(*theirs)).all())
    for each in sight.partnerships:
        at = accepted[each.id]
        if at == each.created_at:
            continue
        declined = each.ended_at if at is None and each.ended_by == sight.other_id else None
        closed = each.ended_at if at is None and each.ended_by != sight.other_id else None
        yield Item(
            "partnership", each.id, each.name, "", each.created_at.date(), each.created_at.date() + ANSWER_WITHIN,
            _day(at or declined), _day(closed),
        )  # fmt: skip


def _terms(session: Session, sight: Sight) -> Iterator[Item]:
    """Yield each version that somebody else wrote: answered by signing it, by another version, or by calling it off."""
    chosen = _agreements(sight)
    signed = dict(
        session.execute(
            select(Signature.terms_id, Signature.signed_at).join(Terms, Terms.id == Signature.terms_id)
            .where(Signature.partner_id == sight.other_id, Terms.agreement_id.in_(chosen))
        ).all()
    )  # fmt: skip
    calls_off = _calls_off(session, chosen)
    versions = session.execute(
        select(
            Terms.id, Terms.agreement_id, Terms.version, Terms.author_partner_id, Terms.created_at,
            Campaign.id.label("campaign_id"), Campaign.name,
        )
        .join(Campaign, Campaign.agreement_id == Terms.agreement_id)
        .where(Terms.agreement_id.in_(chosen)).order_by(Terms.agreement_id, Terms.version)
    )  # fmt: skip
    for _agreement, group in groupby(versions, key=attrgetter("agreement_id")):
        chain = list(group)
        for place, version in enumerate(chain):
            if version.author_partner_id != sight.other_id:
                ends = [(later.author_partner_id, later.created_at) for later in chain[place + 1 :]]
                ends += calls_off.get(version.campaign_id, [])
                yield _version(version, signed.get(version.id), ends, sight)


def _version(version: Any, signed_at: datetime | None, ends: list[tuple[str, datetime]], sight: Sight) -> Item:
    """Return one version. ``ends``: who wrote another version, or called the whole off, and when."""
    ends = [(who, at) for who, at in ends if at >= version.created_at]
    done = [at for who, at in ends if who == sight.other_id] + ([signed_at] if signed_at else [])
    dropped = [at for who, at in ends if who != sight.other_id]
    asked = version.created_at.date()
    return Item(
        "campaign", version.campaign_id, version.name, str(version.version), asked, asked + SIGN_WITHIN,
        _day(min(done, default=None)), _day(min(dropped, default=None)),
    )  # fmt: skip


def _calls_off(session: Session, chosen: Select[Any]) -> dict[str, list[tuple[str, datetime]]]:
    """Return who cancelled a campaign or ended its partnership, and when, by campaign."""
    found: dict[str, list[tuple[str, datetime]]] = {}
    for campaign_id, partner_id, at in session.execute(
        select(StageMove.campaign_id, StageMove.partner_id, StageMove.at)
        .join(Campaign, Campaign.id == StageMove.campaign_id)
        .where(Campaign.agreement_id.in_(chosen), StageMove.to_stage == Stage.CANCELLED)
    ):
        found.setdefault(campaign_id, []).append((partner_id, at))
    for campaign_id, ended_by, ended_at in session.execute(
        select(Campaign.id, Partnership.ended_by, Partnership.ended_at)
        .join(Partnership, Partnership.id == Campaign.partnership_id)
        .where(Campaign.agreement_id.in_(chosen), Partnership.ended_at.is_not(None))
    ):
        if ended_by and ended_at:
            found.setdefault(campaign_id, []).append((ended_by, ended_at))
    return found


def _agreements(sight: Sight) -> Select[Any]:
    """Return the agreements of shared partnerships that both are parties of."""
    both = [
        exists().where(Party.agreement_id == Agreement.id, Party.partner_id == partner_id)
        for partner_id in (sight.own_id, sight.other_id)
    ]
    return select(Agreement.id).where(Agreement.partnership_id.in_(sight.partnership_ids), *both)


def _day(at: datetime | None) -> date | None:
    return at.date() if at else None
