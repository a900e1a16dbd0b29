"""Reads of communities: a partner's own, and those of the partners it has a partnership with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from partners.communities.models import Community
from partners.directory import policy
from partners.directory import queries as directory
from partners.directory.models import Partner, PartnershipPartner
from partners.directory.policy import Action, Actor
from partners.errors import NotFound


@dataclass(frozen=True, slots=True)
class CommunityCard:
    """A community and whose it is; no number of members, which only an audience knows.

    ``may_edit``: whether the actor may change how it is described, which only its own brand may.
    """

    id: str
    code: str
    name: str
    name_zh: str
    theme: str
    channel: str
    about: str
    created_at: datetime
    partner_id: str
    partner_name: str
    partner_name_zh: str
    is_own: bool
    may_edit: bool


@dataclass(frozen=True, slots=True)
class CommunitiesPage:
    """The own communities and those of partners, each by name, and whether the actor may open another."""

    own: tuple[CommunityCard, ...]
    others: tuple[CommunityCard, ...]
    may_open: bool


def own_community(session: Session, actor: Actor, community_id: str) -> Community:
    """Return the row of a community of the actor's partner; NotFound for every other."""
    found = session.get(Community, community_id)
    if found is None or found.partner_id != actor.partner_id:
        raise NotFound()
    return found


def own_community_named(session: Session, actor: Actor, code: str) -> Community:
    """Return the row of the actor's own community with that code; NotFound for every other."""
    found = session.scalar(select(Community).where(Community.code == code, Community.partner_id == actor.partner_id))
    if found is None:
        raise NotFound()
    return found


def communities(session: Session, actor: Actor, to: Action = Action.READ) -> list[CommunityCard]:
    """Return the communities of the actor's partner, by name.

    Args:
        to: what the actor is about to do with them; NotAllowed where its role does not allow it.
    """
    policy.require(actor, to)
    return _cards(session, actor, Community.partner_id == actor.partner_id)


def communities_page(session: Session, actor: Actor) -> CommunitiesPage:
    """Return the communities that the actor may see, and what it may do with its own."""
    cards = visible_communities(session, actor)
    return CommunitiesPage(
        own=tuple(card for card in cards if card.is_own), others=tuple(card for card in cards if not card.is_own),
        may_open=policy.may(actor, Action.RUN_COMMUNITIES),
    )  # fmt: skip


def visible_communities(session: Session, actor: Actor) -> list[CommunityCard]:
    """Return the own communities, then those of the partners in partnerships that are accepted and go on."""
    policy.require(actor, Action.READ)
    accepted = directory.accepted_partnership_ids(session, actor.partner_id)
    return _cards(session, actor, _own_or_in(actor, accepted))


def communities_in(session: Session, actor: Actor, partnership_id: str) -> list[CommunityCard]:
    """Return the communities of all partners of one accepted partnership of the actor, own ones first."""
    policy.require(actor, Action.READ)
    if partnership_id not in directory.accepted_partnership_ids(session, actor.partner_id):
        raise NotFound()
    return _cards(session, actor, _own_or_in(actor, [partnership_id]))


def community_page(session: Session, actor: Actor, community_id: str) -> CommunityCard:
    """Return one community that the actor may see; NotFound for a stranger's."""
    policy.require(actor, Action.READ)
    accepted = directory.accepted_partnership_ids(session, actor.partner_id)
    found = _cards(session, actor, (Community.id == community_id) & _own_or_in(actor, accepted))
    if not found:
        raise NotFound()
    return found[0]


def community_to_edit(session: Session, actor: Actor, community_id: str) -> CommunityCard:
    """Return one of the actor's own communities; NotFound for a partner's, which may be looked at and not changed."""
    policy.require(actor, Action.RUN_COMMUNITIES)
    card = community_page(session, actor, community_id)
    if not card.is_own:
        raise NotFound()
    return card


def _own_or_in(actor: Actor, partnership_ids: Iterable[str]) -> ColumnElement[bool]:
    sides = select(PartnershipPartner.partner_id).where(PartnershipPartner.partnership_id.in_(list(partnership_ids)))
    return or_(Community.partner_id == actor.partner_id, Community.partner_id.in_(sides))


def _cards(session: Session, actor: Actor, wanted: ColumnElement[bool]) -> list[CommunityCard]:
    rows = session.execute(_with_partner().where(wanted)).all()
    may_edit = policy.may(actor, Action.RUN_COMMUNITIES)
    cards = [
        CommunityCard(
            c.id, c.code, c.name, c.name_zh, c.theme, c.channel, c.about, c.created_at, p.id, p.name, p.name_zh,
            is_own=p.id == actor.partner_id, may_edit=may_edit and p.id == actor.partner_id,
        )
        for c, p in rows
    ]  # fmt: skip
    return sorted(cards, key=lambda card: (not card.is_own, card.partner_name, card.name))


def _with_partner() -> Select[Community, Partner]:
    return select(Community, Partner).join(Partner, Partner.id == Community.partner_id)
