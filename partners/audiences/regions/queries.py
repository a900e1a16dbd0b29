"""Reads of regions: which communities may be compared at once, what was asked before, and what may be shown of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.audiences.counting.queries import newest_in
from partners.audiences.file_queries import members_now
from partners.audiences.ground import Use
from partners.audiences.models import Audience, Overlap, Regions, TokenFile
from partners.audiences.regions.diagram import ReleasedRegions, Standing, region_cost, released_regions
from partners.audiences.release.evaluation_queries import rules_of
from partners.audiences.release.noise import laplace_sd
from partners.audiences.release.release import LEAST_LIST, ReleaseSettings, released, rounded
from partners.communities.models import Community
from partners.directory import policy
from partners.directory import queries as directory
from partners.directory.accounts.models import User
from partners.directory.models import Footing, Partner, Partnership
from partners.directory.policy import Action, Actor
from partners.errors import NotFound


@dataclass(frozen=True, slots=True)
class ComparedList:
    """One list of a diagram. ``size``: members compared; exact for an own one, rounded for a partner's.

    It is 0 before anything was counted.
    """

    community_id: str
    name: str
    name_zh: str
    partner_name: str
    partner_name_zh: str
    is_own: bool
    as_of: date
    size: int


@dataclass(frozen=True, slots=True)
class RegionsCard:
    """One question that was asked; ``asker_name`` is a brand."""

    id: str
    standing: Standing
    asked_at: datetime
    asker_name: str
    asker_name_zh: str
    lists: tuple[ComparedList, ...]


@dataclass(frozen=True, slots=True)
class RegionsPage:
    """How several lists divide, and what stands behind it. ``released`` is None while nothing may be shown.

    ``sd``: standard deviation of the noise of one region, in members. ``asked_by`` is empty for a partner's user.
    """

    card: RegionsCard
    partnership_id: str
    name: str
    footing: str
    asked_by: str
    settings: ReleaseSettings
    epsilon_milli: int
    sd: Fraction
    computed_at: datetime | None
    taken_back_at: datetime | None
    released: ReleasedRegions | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A community of the partnership. ``why_not`` is empty where its newest list may be compared with others.

    Otherwise: no_list, regions_not_agreed or too_small.
    """

    id: str
    name: str
    name_zh: str
    partner_name: str
    partner_name_zh: str
    is_own: bool
    why_not: str


@dataclass(frozen=True, slots=True)
class RegionsChoice:
    """What may be asked in one partnership, by this actor or by others, and what was asked before, the newest first."""

    partnership_id: str
    name: str
    footing: str
    candidates: tuple[Candidate, ...]
    asked: tuple[RegionsCard, ...]
    settings: ReleaseSettings
    may_ask: bool


def regions_choice(session: Session, actor: Actor, partnership_id: str, now: datetime) -> RegionsChoice:
    """Return which communities may be compared at once; NotFound for a stranger."""
    policy.require(actor, Action.READ)
    partnership = directory.own_partnership(session, actor, partnership_id)
    is_signed = partnership.footing is Footing.SIGNED
    return RegionsChoice(
        partnership.id, partnership.name, partnership.footing.value,
        _candidates(session, actor, partnership.id, now) if is_signed else (),
        tuple(_cards(session, actor, _asked(session, partnership.id))),
        rules_of(session, [partnership.id])[partnership.id].settings,
        policy.may(actor, Action.RUN_PARTNERSHIPS),
    )  # fmt: skip


def regions_page(session: Session, actor: Actor, regions_id: str) -> RegionsPage:
    """Return what may be shown of one question, alike for all sides; NotFound for a stranger.

    Once the partnership has ended nothing is shown any more.
    """
    policy.require(actor, Action.READ)
    row = session.get(Regions, regions_id)
    if row is None:
        raise NotFound()
    partnership = directory.own_partnership(session, actor, row.partnership_id)
    settings = rules_of(session, [partnership.id])[partnership.id].settings
    (card,) = _cards(session, actor, [row])
    asker = session.get(User, row.asked_by) if row.asker_id == actor.partner_id else None
    is_shown = partnership.footing is Footing.SIGNED and card.standing is Standing.COUNTED
    return RegionsPage(
        card, partnership.id, partnership.name, partnership.footing.value, asker.name if asker else "", settings,
        row.epsilon_milli, laplace_sd(region_cost(row.epsilon_milli)), row.computed_at, row.taken_back_at,
        _released(session, row, partnership, settings) if is_shown else None,
    )  # fmt: skip


def files_of(session: Session, regions_id: str) -> list[tuple[str, int]]:
    """Return (store key, members) of each list of a question, in their order; empty where one is gone.

    Not limited to an actor: for counting, not for showing.
    """
    row = session.get_one(Regions, regions_id)
    if row.taken_back_at is not None or row.computed_at is not None:
        return []
    found = session.execute(
        select(TokenFile.audience_id, TokenFile.store_key, TokenFile.members)
        .join(Audience, Audience.id == TokenFile.audience_id)
        .where(TokenFile.partnership_id == row.partnership_id, TokenFile.segment == "",
               TokenFile.audience_id.in_(row.audience_ids), Audience.tokens_deleted_at.is_(None))
    )  # fmt: skip
    by_id = {audience_id: (key, members) for audience_id, key, members in found}
    return [by_id[each] for each in row.audience_ids] if set(by_id) == set(row.audience_ids) else []


def _released(session: Session, row: Regions, partnership: Partnership, settings: ReleaseSettings) -> ReleasedRegions:
    audiences = {one.id: one for one in session.scalars(select(Audience).where(Audience.id.in_(row.audience_ids)))}
    partners = [audiences[each].partner_id for each in row.audience_ids]
    pairs = _shown_pairs(session, row, partnership, settings)
    return released_regions(row.cells, row.sizes, partners, pairs, row.epsilon_milli, settings)


def _shown_pairs(
    session: Session, row: Regions, partnership: Partnership, settings: ReleaseSettings
) -> dict[tuple[int, int], int]:
    """Return the overlaps of these lists that the matrix shows as counts."""
    place = {audience_id: number for number, audience_id in enumerate(row.audience_ids)}
    pairs = session.scalars(
        select(Overlap).where(Overlap.partnership_id == row.partnership_id, Overlap.segment_a == "",
                              Overlap.audience_a_id.in_(place), Overlap.audience_b_id.in_(place))
    )  # fmt: skip
    found = {}
    for pair in pairs:
        shown = released(pair.noisy, pair.size_a, pair.size_b, settings, partnership.footing.value)
        one, other = sorted((place[pair.audience_a_id], place[pair.audience_b_id]))
        if shown.count is not None and pair.noisy is not None:
            found[one, other] = pair.noisy
    return found


def _asked(session: Session, partnership_id: str) -> list[Regions]:
    wanted = select(Regions).where(Regions.partnership_id == partnership_id)
    return list(session.scalars(wanted.order_by(Regions.asked_at.desc(), Regions.id.desc())))


def _cards(session: Session, actor: Actor, rows: Sequence[Regions]) -> list[RegionsCard]:
    lists = _compared(session, {each for row in rows for each in row.audience_ids})
    brands = directory.names_of(session, {row.asker_id for row in rows})
    return [
        RegionsCard(
            row.id, _standing(row), row.asked_at, *brands[row.asker_id],
            tuple(
                _list(*lists[each], actor, row.sizes[number] if row.sizes else 0)
                for number, each in enumerate(row.audience_ids)
            ),
        )
        for row in rows
    ]  # fmt: skip


def _compared(session: Session, audience_ids: Collection[str]) -> Mapping[str, tuple[Audience, Community, Partner]]:
    found = session.execute(
        select(Audience, Community, Partner).join(Community, Community.id == Audience.community_id)
        .join(Partner, Partner.id == Audience.partner_id).where(Audience.id.in_(audience_ids))
    )  # fmt: skip
    return {audience.id: (audience, community, partner) for audience, community, partner in found}


def _list(audience: Audience, community: Community, partner: Partner, actor: Actor, size: int) -> ComparedList:
    is_own = partner.id == actor.partner_id
    return ComparedList(
        community.id, community.name, community.name_zh, partner.name, partner.name_zh, is_own, audience.as_of,
        size if is_own else rounded(size),
    )  # fmt: skip


def _standing(row: Regions) -> Standing:
    if row.taken_back_at is not None:
        return Standing.TAKEN_BACK
    return Standing.WAITING if row.computed_at is None else Standing.COUNTED


def _candidates(session: Session, actor: Actor, partnership_id: str, now: datetime) -> tuple[Candidate, ...]:
    """Return the communities of all sides, the own ones first, then by name."""
    newest = {one.community_id: one for one in newest_in(session, partnership_id, now.date())}
    members = members_now(session, [one.id for one in newest.values()])
    sides = directory.approved_ids(session, directory.partner_ids_in(session, partnership_id))
    rows = session.execute(
        select(Community, Partner).join(Partner, Partner.id == Community.partner_id).where(Partner.id.in_(sides))
        .order_by(Partner.name, Community.name, Community.id)
    ).all()  # fmt: skip
    found = [
        Candidate(
            community.id, community.name, community.name_zh, partner.name, partner.name_zh,
            partner.id == actor.partner_id, _why_not(newest.get(community.id), members),
        )
        for community, partner in rows
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: not one.is_own))


def _why_not(audience: Audience | None, members: Mapping[str, int]) -> str:
    if audience is None:
        return "no_list"
    if Use.REGIONS.value not in audience.uses:
        return "regions_not_agreed"
    return "too_small" if members.get(audience.id, audience.accepted) < LEAST_LIST else ""
