"""Reads of audiences, within what the actor may see: own lists exactly, a partner's only through ``release``."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from partners.audiences.models import Audience
from partners.communities import queries as communities
from partners.communities.models import Community
from partners.directory import policy
from partners.directory.accounts.models import User
from partners.directory.cards import Waiting, WaitingKind
from partners.directory.policy import Action, Actor
from partners.errors import NotFound

RENEW_WITHIN = timedelta(days=30)
"""An audience that expires so soon waits for its successor."""


@dataclass(frozen=True, slots=True)
class AudienceCard:
    """One of the own audiences. ``standing`` is newest (counted with partners), replaced, expired or tokens_deleted.

    ``tokens_deleted_at`` is None while its tokens are kept.
    """

    id: str
    community_id: str
    name: str
    name_zh: str
    as_of: date
    age_days: int
    expires_on: date
    standing: str
    accepted: int
    duplicates: int
    rejected: int
    source_name: str
    created_at: datetime
    tokens_deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class AudiencePage:
    """Everything about one of the own audiences; ``reasons`` are (reason, rejected rows), the most frequent first."""

    card: AudienceCard
    lawful_basis: str
    purpose: str
    reasons: tuple[tuple[str, int], ...]
    source_digest: str
    created_by: str


def audiences(session: Session, actor: Actor, now: datetime, community_id: str | None = None) -> list[AudienceCard]:
    """Return the own audiences, the newest first; None means of all communities."""
    policy.require(actor, Action.READ)
    wanted = select(Audience, Community).join(Community, Community.id == Audience.community_id)
    wanted = wanted.where(Audience.partner_id == actor.partner_id)
    if community_id is not None:
        wanted = wanted.where(Audience.community_id == community_id)
    rows = session.execute(wanted.order_by(Audience.as_of.desc(), Audience.created_at.desc(), Audience.id)).all()
    newest = {audience.id for audience in newest_audiences(session, {c.id for _, c in rows}, now.date())}
    return [_card(audience, community, newest, now.date()) for audience, community in rows]


def audience_page(session: Session, actor: Actor, audience_id: str, now: datetime) -> AudiencePage:
    """Return one of the own audiences; NotFound for every other."""
    audience = own_audience(session, actor, audience_id)
    community = communities.own_community(session, actor, audience.community_id)
    newest = {one.id for one in newest_audiences(session, [community.id], now.date())}
    reasons = tuple(sorted(audience.reasons.items(), key=lambda item: (-item[1], item[0])))
    name = session.scalar(select(User.name).where(User.id == audience.created_by))
    return AudiencePage(
        _card(audience, community, newest, now.date()), audience.lawful_basis.value, audience.purpose, reasons,
        audience.source_digest, name or "",
    )  # fmt: skip


def audience_to_revoke(session: Session, actor: Actor, audience_id: str, now: datetime) -> AudiencePage:
    """Return one of the own audiences for whoever may take it back."""
    policy.require(actor, Action.REGISTER_AUDIENCES)
    return audience_page(session, actor, audience_id, now)


def own_audience(session: Session, actor: Actor, audience_id: str) -> Audience:
    """Return the row of an audience of the actor's partner; NotFound for every other."""
    policy.require(actor, Action.READ)
    found = session.get(Audience, audience_id)
    if found is None or found.partner_id != actor.partner_id:
        raise NotFound()
    return found


def newest_audiences(session: Session, community_ids: Collection[str], today: date) -> list[Audience]:
    """Return the newest audience of each community that has not expired and has its tokens, by id.

    Newest by the day it is of, then by when it was registered. Not limited to an actor: for counting, not for showing.
    """
    order = (Audience.as_of.desc(), Audience.created_at.desc(), Audience.id)
    rank = func.row_number().over(partition_by=Audience.community_id, order_by=order).label("rank")
    ranked = (
        select(Audience.id, rank)
        .where(
            Audience.community_id.in_(community_ids), Audience.expires_on >= today,
            Audience.tokens_deleted_at.is_(None),
        )
        .subquery()
    )
    chosen = select(Audience).join(ranked, ranked.c.id == Audience.id).where(ranked.c.rank == 1)
    return list(session.scalars(chosen.order_by(Audience.id)))


def latest_sizes(session: Session, actor: Actor, community_ids: Iterable[str], now: datetime) -> dict[str, int]:
    """Return the exact number of members of own communities; those without a valid audience are left out."""
    policy.require(actor, Action.READ)
    found = newest_audiences(session, list(community_ids), now.date())
    return {one.community_id: one.accepted for one in found if one.partner_id == actor.partner_id}


def waiting_for(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """Return the communities whose newest audience has expired or soon will, for those who may register one."""
    if not policy.may(actor, Action.REGISTER_AUDIENCES):
        return []
    newest: dict[str, AudienceCard] = {}
    for card in audiences(session, actor, now):
        newest.setdefault(card.community_id, card)
    soon = now.date() + RENEW_WITHIN
    return [
        Waiting(WaitingKind.RENEW_AUDIENCE, card.name, (), card.created_at, card.id, card.expires_on)
        for card in newest.values()
        if card.expires_on <= soon
    ]


def _card(audience: Audience, community: Community, newest: set[str], today: date) -> AudienceCard:
    is_expired = audience.expires_on < today
    standing = "expired" if is_expired else "newest" if audience.id in newest else "replaced"
    if audience.tokens_deleted_at is not None:
        standing = "tokens_deleted"
    return AudienceCard(
        audience.id, community.id, community.name, community.name_zh, audience.as_of, (today - audience.as_of).days,
        audience.expires_on, standing, audience.accepted, audience.duplicates, audience.rejected, audience.source_name,
        audience.created_at, audience.tokens_deleted_at,
    )  # fmt: skip
