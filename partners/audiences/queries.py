"""Reads of audiences, within what the actor may see: own lists exactly, a partner's only through ``release``."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from partners.audiences.file_queries import Recipient, members_now, recipients
from partners.audiences.models import Audience, CountMethod
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
    """One of the own audiences.

    ``standing`` is preview, newest (counted with partners), similar (to another one, which is counted instead),
    replaced, declared (for blind counts only), expired or tokens_deleted. ``accepted`` are the members when it was
    sent, ``members`` those of now, without people who withdrew since. ``tokens_deleted_at`` is None while its tokens
    are kept.
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
    members: int
    recipients: tuple[Recipient, ...]

    @property
    def keys_standing(self) -> str:
        """``keys_current`` or ``keys_changed``; empty where there is no token any more."""
        if self.tokens_deleted_at is not None or not self.recipients:
            return ""
        return "keys_current" if all(one.is_current for one in self.recipients) else "keys_changed"


@dataclass(frozen=True, slots=True)
class AudiencePage:
    """Everything about one of the own audiences; ``reasons`` are (reason, rejected rows), the most frequent first.

    ``similar_to`` is the list that is counted instead; None where it is this one. ``collected_from`` and
    ``collected_to`` are None on lists from before they were asked for.
    """

    card: AudienceCard
    lawful_basis: str
    consent_text: str
    collected_from: date | None
    collected_to: date | None
    purpose: str
    uses: tuple[str, ...]
    region: str
    assessment: str
    reasons: tuple[tuple[str, int], ...]
    source_digest: str
    created_by: str
    confirmed_at: datetime | None
    similar_to: AudienceCard | None


def audiences(session: Session, actor: Actor, now: datetime, community_id: str | None = None) -> list[AudienceCard]:
    """Return the own audiences, the newest first; None means of all communities."""
    policy.require(actor, Action.READ)
    return _cards(session, actor, now, () if community_id is None else (Audience.community_id == community_id,))


def audience_page(
    session: Session, actor: Actor, audience_id: str, now: datetime, to: Action = Action.READ
) -> AudiencePage:
    """Return one of the own audiences for whoever may do that with it; NotFound for every other."""
    policy.require(actor, to)
    row = own_audience(session, actor, audience_id)
    shown = Audience.id.in_([row.id, row.similar_to_id or row.id])
    cards = {card.id: card for card in _cards(session, actor, now, [shown])}
    reasons = tuple(sorted(row.reasons.items(), key=lambda item: (-item[1], item[0])))
    name = session.scalar(select(User.name).where(User.id == row.created_by))
    return AudiencePage(
        cards[row.id], row.lawful_basis.value, row.consent_text, row.collected_from, row.collected_to, row.purpose,
        tuple(row.uses), row.region, row.assessment, reasons, row.source_digest, name or "", row.confirmed_at,
        cards.get(row.similar_to_id or ""),
    )  # fmt: skip


def audience_to_revoke(session: Session, actor: Actor, audience_id: str, now: datetime) -> AudiencePage:
    """Return one of the own audiences for whoever may take it back; NotFound for a preview, which is discarded."""
    page = audience_page(session, actor, audience_id, now, to=Action.REGISTER_AUDIENCES)
    if page.confirmed_at is None:
        raise NotFound()
    return page


def may_register(actor: Actor) -> bool:
    """Say whether the actor may register lists, confirm them and take them back."""
    return policy.may(actor, Action.REGISTER_AUDIENCES)


def own_audience(session: Session, actor: Actor, audience_id: str) -> Audience:
    """Return the row of an audience of the actor's partner; NotFound for every other."""
    found = session.get(Audience, audience_id)
    if found is None or found.partner_id != actor.partner_id:
        raise NotFound()
    return found


def newest_audiences(session: Session, community_ids: Collection[str], today: date) -> list[Audience]:
    """Return the newest audience of each community that is confirmed, not expired and has its tokens, by id.

    Newest by the day it is of, then by when it was registered; a list that is too similar to an earlier one is passed
    over, and so is one that was only declared. Not limited to an actor: for counting, not for showing.
    """
    order = (Audience.as_of.desc(), Audience.created_at.desc(), Audience.id)
    rank = func.row_number().over(partition_by=Audience.community_id, order_by=order).label("rank")
    ranked = (
        select(Audience.id, rank)
        .where(
            Audience.community_id.in_(community_ids),
            Audience.expires_on >= today,
            Audience.tokens_deleted_at.is_(None),
            Audience.confirmed_at.is_not(None),
            Audience.similar_to_id.is_(None),
            Audience.method == CountMethod.KEYED,
        )
        .subquery()
    )
    chosen = select(Audience).join(ranked, ranked.c.id == Audience.id).where(ranked.c.rank == 1)
    return list(session.scalars(chosen.order_by(Audience.id)))


def latest_sizes(session: Session, actor: Actor, community_ids: Iterable[str], now: datetime) -> dict[str, int]:
    """Return the exact number of members of own communities; those without a valid audience are left out."""
    policy.require(actor, Action.READ)
    found = newest_audiences(session, list(community_ids), now.date())
    members = members_now(session, [one.id for one in found])
    return {
        one.community_id: members.get(one.id, one.accepted) for one in found if one.partner_id == actor.partner_id
    }  # fmt: skip


def waiting_for(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """Return the communities whose newest audience has expired or soon will, for those who may register one."""
    if not policy.may(actor, Action.REGISTER_AUDIENCES):
        return []
    newest: dict[str, AudienceCard] = {}
    for card in audiences(session, actor, now):
        if card.standing not in ("preview", "similar", "declared"):
            newest.setdefault(card.community_id, card)
    soon = now.date() + RENEW_WITHIN
    return [
        Waiting(WaitingKind.RENEW_AUDIENCE, card.name, (), card.created_at, card.id, card.expires_on)
        for card in newest.values()
        if card.expires_on <= soon
    ]


def _cards(session: Session, actor: Actor, now: datetime, chosen: Iterable[ColumnElement[bool]]) -> list[AudienceCard]:
    """Return own audiences that meet conditions, the newest first."""
    rows = session.execute(
        select(Audience, Community).join(Community, Community.id == Audience.community_id)
        .where(Audience.partner_id == actor.partner_id, *chosen)
        .order_by(Audience.as_of.desc(), Audience.created_at.desc(), Audience.id)
    ).all()  # fmt: skip
    newest = {audience.id for audience in newest_audiences(session, {c.id for _, c in rows}, now.date())}
    shared = recipients(session, {audience.id for audience, _ in rows})
    return [_card(audience, community, newest, shared, now.date()) for audience, community in rows]


def _card(
    audience: Audience, community: Community, newest: set[str], shared: dict[str, tuple[Recipient, ...]], today: date
) -> AudienceCard:
    named = shared.get(audience.id, ())
    members = max((one.members for one in named), default=audience.accepted)
    return AudienceCard(
        audience.id, community.id, community.name, community.name_zh, audience.as_of, (today - audience.as_of).days,
        audience.expires_on, _standing(audience, newest, today), audience.accepted, audience.duplicates,
        audience.rejected, audience.source_name, audience.created_at, audience.tokens_deleted_at, members, named,
    )  # fmt: skip


def _standing(audience: Audience, newest: set[str], today: date) -> str:
    if audience.tokens_deleted_at is not None:
        return "tokens_deleted"
    if audience.confirmed_at is None:
        return "preview"
    if audience.expires_on < today:
        return "expired"
    if audience.method is CountMethod.BLIND:
        return "declared"
    if audience.similar_to_id is not None:
        return "similar"
    return "newest" if audience.id in newest else "replaced"
