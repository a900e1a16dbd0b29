"""Brands, people, partnership and campaigns for real data: the part of the job that the command line does not do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from partners.audiences.keys import services as keys
from partners.audiences.keys.queries import own_copies
from partners.audiences.keys.sealed import (
    key_name,
    make_brand_key,
    make_partnership_key,
    seal_key,
    write_brand_key,
    write_sealed_keys,
)
from partners.campaigns import services as campaigns
from partners.campaigns import terms_services
from partners.campaigns.lifecycle import Stage
from partners.campaigns.models import CampaignType, GoalKpi
from partners.campaigns.proposal import GoalPlan, Offer, PartyOffer, Plan, Proposal
from partners.campaigns.proposal_queries import newest_terms
from partners.communities import services as communities
from partners.directory import entity_services, seat_services
from partners.directory import services as directory
from partners.directory.accounts.models import Role
from partners.directory.models import PartnerType
from partners.directory.policy import Actor

PASSWORD_DIGEST = "-"  # nobody signs in to these worlds by a form unless the server replaces it


@dataclass(frozen=True, slots=True)
class Brand:
    """One brand with its people and ids."""

    partner_id: str
    entity_id: str
    community_id: str
    community: str
    people: dict[str, Actor]


@dataclass(frozen=True, slots=True)
class Deal:
    """What a campaign settles: who takes part with which weight, who sells, at which rate."""

    name: str
    first: date
    last: date
    weights: Mapping[str, int]
    merchants: Sequence[str]
    rate: str
    currency: str


def bring(session: Session, code: str, name: str, country: str, currency: str, at: datetime, digest: str) -> Brand:
    """Register one brand with a manager, two finance users, a viewer and an admin, and one community."""
    partner = directory.register_partner(session, name, "", code, PartnerType.BRAND, "retail", country, "", at)
    people = {}
    for login in ("manager", "viewer", "finance", "finance2", "admin"):
        user = seat_services.add_user(session, f"{login}@{code}.example", f"{name} {login}", digest, "en", at)
        seat = seat_services.give_seat(session, None, user, partner, Role(login.rstrip("2")), at)
        session.flush()
        people[login] = Actor(user.id, seat.id, partner.id, seat.role.value)
    entity = entity_services.add_legal_entity(
        session, people["admin"], code=code[:8].upper().replace("-", ""), name=f"{name} Ltd", address="1 Market Street",
        country=country, currency=currency, now=at,
    )  # fmt: skip
    community = communities.open_community(
        session, people["manager"], f"{code}-buyers", f"{name} buyers", "", "buyers", "store", "", at
    )
    session.flush()
    return Brand(partner.id, entity.id, community.id, community.code, people)


def join(session: Session, brands: Sequence[Brand], name: str, timezone: str, at: datetime) -> str:
    """Let the first brand invite the others, and all of them accept; return the partnership's id."""
    made = directory.invite_partners(
        session, brands[0].people["manager"], [brand.partner_id for brand in brands[1:]], name, timezone, at
    )
    session.flush()
    for brand in brands[1:]:
        directory.accept_partnership(session, brand.people["manager"], made.id, at)
    return made.id


def agree(session: Session, brands: Mapping[str, Brand], partnership_id: str, deal: Deal) -> str:
    """Propose, countersign, plan, approve and begin a campaign; return its code."""
    codes = list(deal.weights)
    before = datetime.combine(deal.first - timedelta(days=20), datetime.min.time(), UTC)
    parties = tuple(
        PartyOffer(brands[code].partner_id, brands[code].entity_id, code in deal.merchants, deal.weights[code])
        for code in codes
    )
    until = deal.last + timedelta(days=1)
    owner = brands[codes[0]]
    proposed = Proposal(
        Plan(partnership_id, deal.name, CampaignType.JOINT_PROMOTION, "Coupons by post.", deal.first, deal.last),
        Offer(deal.currency, parties, (), deal.rate, 30, deal.first, until),
        (GoalPlan(GoalKpi.ORDERS, 0, 1000, deal.last, owner.partner_id),),
        tuple(brands[code].community_id for code in codes),
    )
    made = terms_services.propose_campaign(session, owner.people["manager"], proposed, before)
    session.flush()
    digest = newest_terms(session, made).digest
    for code in codes[1:]:
        terms_services.countersign_terms(session, brands[code].people["manager"], made.id, digest, before)
    managers = [brands[code].people["manager"] for code in codes[:2]]
    begins = datetime.combine(deal.first, datetime.min.time(), UTC) + timedelta(hours=1)
    for stage, actor, at in (
        (Stage.PLANNED, managers[0], before),
        (Stage.APPROVED, managers[1], before),
        (Stage.LIVE, managers[0], begins),
    ):
        campaigns.move_campaign(session, actor, made.id, stage, "", at)
    return made.code


def share_key(session: Session, brands: Mapping[str, Brand], partnership_id: str, folder: Path, at: datetime) -> None:
    """Let every brand make its keys, the first one the partnership's; leave CODE.key and CODE.sealed in a folder."""
    pairs = {code: make_brand_key() for code in brands}
    for code, brand in brands.items():
        keys.publish_brand_key(session, brand.people["manager"], pairs[code].public, at)
        (folder / f"{code}.key").write_text(write_brand_key(pairs[code], code))
    session.flush()
    key, first = make_partnership_key(), next(iter(brands.values())).people["manager"]
    sealed = {brand.partner_id: seal_key(key, partnership_id, pairs[code].public) for code, brand in brands.items()}
    keys.share_key(session, first, partnership_id, key_name(key), sealed, at)
    session.flush()
    for code, brand in brands.items():
        (folder / f"{code}.sealed").write_text(write_sealed_keys(own_copies(session, brand.people["manager"])))
