"""Reads of pairs of audiences: what may be shown of overlaps that were counted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from partners.audiences.counting_queries import newest_in
from partners.audiences.models import Audience, Overlap
from partners.audiences.queries import own_audience
from partners.audiences.release import Released, SizeBand, released, rounded, size_band
from partners.communities.models import Community
from partners.directory import policy
from partners.directory import queries as directory
from partners.directory.models import Footing, Partner, Partnership, PartnershipPartner
from partners.directory.policy import Action, Actor
from partners.directory.relationship import OPEN_FOOTINGS


@dataclass(frozen=True, slots=True)
class ReleasedOverlap:
    """What the actor reads of an own community and a partner's.

    ``own_size`` is exact. ``other_size`` (rounded to ten) is None before the partnership is signed; then only
    ``other_size_band`` may be shown. ``as_of`` is the older day of the two lists.
    """

    partnership_id: str
    footing: str
    own_community_id: str
    other_community_id: str
    other_partner_id: str
    own_size: int
    other_size: int | None
    other_size_band: SizeBand
    released: Released
    as_of: date
    computed_at: datetime


@dataclass(frozen=True, slots=True)
class SharedOverlap:
    """What every party reads alike of two communities; sizes are rounded, None before the partnership is signed."""

    community_a_id: str
    community_b_id: str
    size_a: int | None
    size_b: int | None
    released: Released
    as_of: date


@dataclass(frozen=True, slots=True)
class MatrixCommunity:
    """A row or column of the matrix. The size is exact for an own community, rounded for a partner's.

    ``size`` is None where only ``band`` may be shown; both are None without a valid audience.
    """

    id: str
    name: str
    name_zh: str
    partner_name: str
    partner_name_zh: str
    size: int | None
    band: SizeBand | None
    as_of: date | None


@dataclass(frozen=True, slots=True)
class Matrix:
    """Own communities against those of the partners. ``cells[i][j]``: None means not counted, or no valid audience."""

    partnership_id: str
    name: str
    footing: str
    floor: int
    rows: tuple[MatrixCommunity, ...]
    columns: tuple[MatrixCommunity, ...]
    cells: tuple[tuple[Released | None, ...], ...]
    waiting: int

    @property
    def is_open(self) -> bool:
        """Whether overlaps are counted and shown on this footing."""
        return self.footing in OPEN_FOOTINGS


@dataclass(frozen=True, slots=True)
class _Counted:
    """An overlap with its two audiences, and what decides its release."""

    partnership: Partnership
    one: Audience
    other: Audience
    floor: int
    overlap: Overlap

    @property
    def released(self) -> Released:
        return released(
            self.overlap.shared, self.one.accepted, self.other.accepted, self.floor, self.partnership.footing.value
        )

    @property
    def as_of(self) -> date:
        return min(self.one.as_of, self.other.as_of)


def released_overlaps(
    session: Session, actor: Actor, now: datetime, audience_id: str | None = None
) -> list[ReleasedOverlap]:
    """Return what may be shown of each own community and each partner's, of their newest audiences, each pair once.

    Where a pair is in several partnerships, the one that releases most counts. With ``audience_id`` only the pairs of
    that own audience.
    """
    policy.require(actor, Action.READ)
    mine = None if audience_id is None else {own_audience(session, actor, audience_id).id}
    accepted = directory.accepted_partnership_ids(session, actor.partner_id)
    found: dict[tuple[str, str], _Counted] = {}
    for counted in sorted(_counted(session, accepted, now.date()), key=_rank):
        own, other = _own_first(counted, actor)
        if own.partner_id == actor.partner_id and (mine is None or own.id in mine):
            found[own.community_id, other.community_id] = counted
    return [_seen_by(counted, actor) for counted in found.values()]


def overlaps_of_campaign(
    session: Session, actor: Actor, community_ids: Collection[str], now: datetime, partnership_id: str = ""
) -> list[SharedOverlap]:
    """Return what all parties of a campaign read alike of its communities, each pair once, by their ids.

    Args:
        partnership_id: the campaign's; others that the actor is in may release more, to the actor alone.
    """
    policy.require(actor, Action.READ)
    accepted = [
        each for each in directory.accepted_partnership_ids(session, actor.partner_id)
        if each == (partnership_id or each)
    ]  # fmt: skip
    found: dict[tuple[str, str], SharedOverlap] = {}
    for counted in sorted(_counted(session, accepted, now.date(), community_ids), key=_rank):
        a, b = sorted((counted.one, counted.other), key=lambda audience: audience.community_id)
        size_a, size_b = (rounded(one.accepted) if _is_signed(counted) else None for one in (a, b))
        footing = counted.partnership.footing.value
        shown = released(counted.overlap.shared, a.accepted, b.accepted, counted.floor, footing)
        pair = SharedOverlap(a.community_id, b.community_id, size_a, size_b, shown, counted.as_of)
        found[a.community_id, b.community_id] = pair
    return [found[pair] for pair in sorted(found)]


def overlap_matrix(session: Session, actor: Actor, partnership_id: str, now: datetime) -> Matrix:
    """Return own communities against the partners' of one partnership; NotFound for a stranger.

    Before all have accepted and after the end there are no columns: nothing of the partners is shown.
    """
    policy.require(actor, Action.READ)
    partnership = directory.own_partnership(session, actor, partnership_id)
    is_open = partnership.footing in OPEN_FOOTINGS
    audiences = {one.community_id: one for one in newest_in(session, [partnership_id], now.date())} if is_open else {}
    rows, columns = _sides(session, actor, partnership, audiences)
    cells = {
        (own.community_id, other.community_id): counted.released
        for counted in (_counted(session, [partnership_id], now.date()) if is_open else ())
        for own, other in [_own_first(counted, actor)]
    }
    table = tuple(tuple(cells.get((row.id, column.id)) for column in columns) for row in rows)
    waiting = sum(
        cell is None and row.as_of is not None and column.as_of is not None
        for row, line in zip(rows, table, strict=True)
        for column, cell in zip(columns, line, strict=True)
    )
    floor = directory.floor_of(session, partnership_id)
    return Matrix(partnership.id, partnership.name, partnership.footing.value, floor, rows, columns, table, waiting)


def _counted(
    session: Session, partnership_ids: Collection[str], today: date, community_ids: Collection[str] | None = None
) -> Iterator[_Counted]:
    """Yield the overlaps of the newest audiences in these partnerships, in the order of their ids."""
    newest = {
        one.id: one
        for one in newest_in(session, partnership_ids, today)
        if community_ids is None or one.community_id in community_ids
    }
    partnerships = session.scalars(select(Partnership).where(Partnership.id.in_(partnership_ids)))
    by_id = {one.id: one for one in partnerships}
    floors = _floors(session, partnership_ids)
    wanted = select(Overlap).where(
        Overlap.partnership_id.in_(partnership_ids),
        Overlap.audience_a_id.in_(newest),
        Overlap.audience_b_id.in_(newest),
    )
    for overlap in session.scalars(wanted.order_by(Overlap.id)):
        one, other = newest[overlap.audience_a_id], newest[overlap.audience_b_id]
        yield _Counted(by_id[overlap.partnership_id], one, other, floors[overlap.partnership_id], overlap)


def _floors(session: Session, partnership_ids: Collection[str]) -> dict[str, int]:
    """Return the larger floor of all sides of each partnership."""
    side = PartnershipPartner
    largest = select(side.partnership_id, func.max(side.floor)).group_by(side.partnership_id)
    rows = session.execute(largest.where(side.partnership_id.in_(partnership_ids)))
    return dict(rows.all())


def _rank(counted: _Counted) -> tuple[bool, int, str]:
    """Order by how much is released, so that the last of several partnerships of a pair is the one that counts."""
    return _is_signed(counted), -counted.floor, counted.partnership.id


def _is_signed(counted: _Counted) -> bool:
    return counted.partnership.footing is Footing.SIGNED


def _own_first(counted: _Counted, actor: Actor) -> tuple[Audience, Audience]:
    is_swapped = counted.other.partner_id == actor.partner_id
    return (counted.other, counted.one) if is_swapped else (counted.one, counted.other)


def _seen_by(counted: _Counted, actor: Actor) -> ReleasedOverlap:
    own, other = _own_first(counted, actor)
    return ReleasedOverlap(
        counted.partnership.id, counted.partnership.footing.value, own.community_id, other.community_id,
        other.partner_id, own.accepted, rounded(other.accepted) if _is_signed(counted) else None,
        size_band(other.accepted), counted.released, counted.as_of, counted.overlap.computed_at,
    )  # fmt: skip


def _sides(
    session: Session, actor: Actor, partnership: Partnership, audiences: Mapping[str, Audience]
) -> tuple[tuple[MatrixCommunity, ...], tuple[MatrixCommunity, ...]]:
    """Return own communities and, while the partnership is open, those of the partners, by name."""
    is_open = partnership.footing in OPEN_FOOTINGS
    members = directory.partner_ids_in(session, partnership.id) if is_open else [actor.partner_id]
    found = session.execute(
        select(Community, Partner).join(Partner, Partner.id == Community.partner_id)
        .where(Partner.id.in_(members)).order_by(Partner.name, Community.name, Community.id)
    ).all()  # fmt: skip
    is_signed = partnership.footing is Footing.SIGNED
    shown = [(p.id == actor.partner_id, _shown(c, p, audiences.get(c.id), actor, is_signed)) for c, p in found]
    return tuple(one for is_own, one in shown if is_own), tuple(one for is_own, one in shown if not is_own)


def _shown(
    community: Community, partner: Partner, audience: Audience | None, actor: Actor, is_signed: bool
) -> MatrixCommunity:
    size, band, as_of = None, None, None
    if audience is not None:
        is_own = partner.id == actor.partner_id
        size = audience.accepted if is_own else rounded(audience.accepted) if is_signed else None
        band, as_of = size_band(audience.accepted), audience.as_of
    return MatrixCommunity(
        community.id, community.name, community.name_zh, partner.name, partner.name_zh, size, band, as_of
    )
