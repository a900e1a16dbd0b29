"""A proposal: what one side puts to the others, before it has a number and a digest. Pure; knows no table."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from partners.campaigns import terms
from partners.campaigns.lifecycle import LAG
from partners.campaigns.rate import exact_rate
from partners.campaigns.terms import PartyTerms, TermsDocument
from partners.errors import Conflict, Invalid

NAME_LENGTH = 120
OBJECTIVE_LENGTH = 400
CODE_LENGTH = 32
MAX_NUMBER = 10**15
"""Largest baseline and target: far inside 64 bits, far above any campaign."""


class CampaignType(StrEnum):
    JOINT_BRAND = "joint_brand"
    JOINT_MARKETING = "joint_marketing"
    JOINT_CONTENT = "joint_content"
    JOINT_PROMOTION = "joint_promotion"
    EVENT = "event"
    REFERRAL_PROGRAMME = "referral_programme"


class GoalKpi(StrEnum):
    """What a goal counts; each is computed from evidence."""

    REVENUE = "revenue"
    ORDERS = "orders"
    NEW_CUSTOMERS = "new_customers"
    REFERRED_ORDERS = "referred_orders"


class NameMissing(Invalid):
    """Give the campaign a name of at most 120 characters."""


class ObjectiveMissing(Invalid):
    """Say in at most 400 characters what the campaign is for."""


class CampaignDatesReversed(Invalid):
    """The campaign ends before it begins. The last day must not be before the first."""


class ProposerMissing(Invalid):
    """Your own brand must be one of the parties."""


class EntityUnknown(Invalid):
    """Each party needs a partner of this partnership and one of its own legal entities."""


class GoalUnusable(Invalid):
    """A goal needs a target above its baseline, and neither may be negative."""


class GoalOwnerUnknown(Invalid):
    """The owner of a goal must be one of the campaign's partners."""


class GoalTooLate(Invalid):
    """A goal is due from the campaign's first day until 30 days after its last, that is until {latest}."""


class TooManyGoals(Invalid):
    """Each figure can be a goal once."""


class TermsChanged(Conflict):
    """The terms are not the ones you saw. Please read the newest version and decide again."""


class NothingChanged(Invalid):
    """This says the same as the terms it answers. Change something, or sign them."""


class PartiesFixed(Invalid):
    """The partners of an agreement, their order and its currency stay as they are. Propose a new campaign instead."""


class SellersFixed(Invalid):
    """Once terms are signed, who sells and which legal entity signs stay. Propose a new campaign instead."""


class AmendmentTooLate(Invalid):
    """Signed terms change for days to come only. The first day must be later than {today}."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a campaign is: with whom, of which type, what for, from which day to which day (inclusive)."""

    partnership_id: str
    name: str
    campaign_type: CampaignType
    objective: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class PartyOffer:
    """One party as offered: its partner, the legal entity that signs, whether it sells, its weight in the split."""

    partner_id: str
    entity_id: str
    is_merchant: bool
    weight: int


@dataclass(frozen=True, slots=True)
class Offer:
    """Terms as offered. ``rate`` is text such as "0.1" or "1/3"; it prices sales of
    [effective_from, effective_until).
    """

    currency: str
    parties: tuple[PartyOffer, ...]
    base_excludes: tuple[str, ...]
    rate: str
    payment_days: int
    effective_from: date
    effective_until: date


@dataclass(frozen=True, slots=True)
class GoalPlan:
    """A goal: what is counted, from where, to how much (minor units for revenue, else a count), until when, by whom."""

    kpi: GoalKpi
    baseline: int
    target: int
    due_on: date
    owner_id: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A campaign and its terms in one; goals and communities may also be added later."""

    plan: Plan
    offer: Offer
    goals: tuple[GoalPlan, ...] = ()
    community_ids: tuple[str, ...] = ()


def checked_plan(plan: Plan) -> Plan:
    """Return the plan with its texts trimmed, or raise what is wrong with it."""
    plan = replace(plan, name=" ".join(plan.name.split()), objective=plan.objective.strip())
    if not 0 < len(plan.name) <= NAME_LENGTH:
        raise NameMissing()
    if not 0 < len(plan.objective) <= OBJECTIVE_LENGTH:
        raise ObjectiveMissing()
    if plan.ends_on < plan.starts_on:
        raise CampaignDatesReversed()
    return plan


def check_goal(goal: GoalPlan, starts_on: date, ends_on: date, partner_ids: Collection[str]) -> None:
    """Raise what is wrong with a goal of a campaign that lasts from one day to another, inclusive."""
    if not 0 <= goal.baseline < goal.target <= MAX_NUMBER:
        raise GoalUnusable()
    if goal.owner_id not in partner_ids:
        raise GoalOwnerUnknown()
    if not starts_on <= goal.due_on <= ends_on + LAG:
        raise GoalTooLate(latest=ends_on + LAG)


def check_goals(goals: Collection[GoalPlan]) -> None:
    """Raise TooManyGoals where two goals count the same."""
    if len({goal.kpi for goal in goals}) != len(goals):
        raise TooManyGoals()


def written(
    offer: Offer, number: str, version: int, partnership_id: str, timezone: str, entities: Mapping[str, tuple[str, str]]
) -> TermsDocument:
    """Return the terms document of an offer.

    Args:
        entities: for each legal entity that may sign, its partner and its legal name.
    """
    if any(entities.get(party.entity_id, ("", ""))[0] != party.partner_id for party in offer.parties):
        raise EntityUnknown()
    parties = tuple(
        PartyTerms(party.partner_id, party.entity_id, entities[party.entity_id][1], party.is_merchant, party.weight)
        for party in offer.parties
    )
    excludes = tuple(name for name in terms.EXCLUDABLE if name in offer.base_excludes)
    if len(excludes) != len(offer.base_excludes):
        raise terms.BaseUnusable()
    return TermsDocument(
        agreement=number, version=version, partnership=partnership_id, parties=parties, currency=offer.currency,
        timezone=timezone, effective_from=offer.effective_from, effective_until=offer.effective_until,
        base_excludes=excludes, rate=exact_rate(offer.rate), payment_days=offer.payment_days,
    )  # fmt: skip


def check_proposer(document: TermsDocument, partner_id: str) -> None:
    """Raise ProposerMissing where whoever proposes terms is no party of them."""
    if partner_id not in {party.partner for party in document.parties}:
        raise ProposerMissing()


def check_counter(old: TermsDocument, new: TermsDocument) -> None:
    """Raise why one version cannot answer another of the same agreement."""
    if [party.partner for party in old.parties] != [party.partner for party in new.parties]:
        raise PartiesFixed()
    if old.currency != new.currency:
        raise PartiesFixed()
    if not terms.changes(old, new):
        raise NothingChanged()


def check_amendment(signed: TermsDocument, new: TermsDocument, today: date) -> None:
    """Raise why a version cannot follow one that every party has signed."""
    if [(p.entity, p.merchant) for p in signed.parties] != [(p.entity, p.merchant) for p in new.parties]:
        raise SellersFixed()
    check_not_begun(new, today)


def check_not_begun(amendment: TermsDocument, today: date) -> None:
    """Raise AmendmentTooLate unless an amendment prices future days only, so that no sale is priced twice."""
    if amendment.effective_from <= today:
        raise AmendmentTooLate(today=today)


def offered(document: TermsDocument) -> Offer:
    """Return the offer that a document was written from, to be changed and offered again."""
    parties = tuple(PartyOffer(party.partner, party.entity, party.merchant, party.weight) for party in document.parties)
    return Offer(
        currency=document.currency, parties=parties, base_excludes=document.base_excludes, rate=document.rate,
        payment_days=document.payment_days, effective_from=document.effective_from,
        effective_until=document.effective_until,
    )  # fmt: skip


def code_of(name: str, campaign_type: CampaignType, taken: Collection[str]) -> str:
    """Return a short ASCII name for files that is not taken; the type and a number where the name has no Latin letters.

    >>> code_of("Frühstück im Herbst", CampaignType.EVENT, ()), code_of("秋日早餐", CampaignType.EVENT, {"event-1"})
    ('fruhstuck-im-herbst', 'event-2')
    """
    stem = stem_of(name, campaign_type)
    has_name = bool(_slug(name))
    if has_name and stem not in taken:
        return stem
    number = 2 if has_name else 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def stem_of(name: str, campaign_type: CampaignType) -> str:
    """Return what a code begins with."""
    return _slug(name) or campaign_type.value.replace("_", "-")


def _slug(name: str) -> str:
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:CODE_LENGTH].strip("-")
    return slug if re.search(r"[a-z]{2}", slug) else ""
