"""Reads of pairs of communities: what may be shown of their overlaps, for one brand, for a campaign, as a matrix."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.audiences.counting.queries import newest_in, pairings_of_partnership
from partners.audiences.file_queries import members_now
from partners.audiences.models import Audience
from partners.audiences.queries import own_audience
from partners.audiences.release.evaluating import Question
from partners.audiences.release.evaluation_queries import rules_of
from partners.audiences.release.release import Released, ReleaseSettings, SizeBand, rounded, size_band
from partners.audiences.release.result_queries import Note, Result, latest_results, notes_of
from partners.communities.models import Community
from partners.directory import policy
from partners.directory import queries as directory
from partners.directory.models import Footing, Partner, Partnership
from partners.directory.policy import Action, Actor
from partners.directory.relationship import OPEN_FOOTINGS


@dataclass(frozen=True, slots=True)
class ReleasedOverlap:
    """What the actor reads of an own community and a partner's; in ``released`` the own list is the first.

    ``own_size`` is exact. ``other_size`` (rounded) is None before the partnership is signed; then only
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
    """Own communities against those of the partners.

    ``cells[i][j]``: the own list first; None means not counted, or no valid audience. ``notes[i][j]``: why nothing
    newer is there; None where it is up to date. ``computed[i][j]``: when it was counted.
    """

    partnership_id: str
    name: str
    footing: str
    settings: ReleaseSettings
    rows: tuple[MatrixCommunity, ...]
    columns: tuple[MatrixCommunity, ...]
    cells: tuple[tuple[Released | None, ...], ...]
    notes: tuple[tuple[Note | None, ...], ...]
    computed: tuple[tuple[datetime | None, ...], ...]
    waiting: int

    @property
    def is_open(self) -> bool:
        """Whether overlaps are counted and shown on this footing."""
        return self.footing in OPEN_FOOTINGS

    @property
    def floor(self) -> int:
        """Members; no smaller overlap is shown."""
        return self.settings.floor


def released_overlaps(
    session: Session, actor: Actor, now: datetime, audience_id: str | None = None
) -> list[ReleasedOverlap]:
    """Return what may be shown of each own community and each partner's, each pair once.

    Where a pair is in several partnerships, the one that releases most counts. With ``audience_id`` only what was
    counted of that own audience.
    """
    policy.require(actor, Action.READ)
    mine = None if audience_id is None else {own_audience(session, actor, audience_id).id}
    accepted = directory.accepted_partnership_ids(session, actor.partner_id)
    found: dict[tuple[str, str], Result] = {}
    for result in sorted(latest_results(session, accepted, now), key=_rank):
        own, other = _own_first(result, actor)
        if own.partner_id == actor.partner_id and (mine is None or own.id in mine):
            found[own.community_id, other.community_id] = result
    return [_seen_by(result, actor) for result in found.values()]


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
    for result in sorted(latest_results(session, accepted, now, community_ids), key=_rank):
        a, b = sorted((result.one, result.other), key=lambda audience: audience.community_id)
        size_a, size_b = (_size(result, one) if _is_signed(result) else None for one in (a, b))
        shown = result.released(a.partner_id)
        pair = SharedOverlap(a.community_id, b.community_id, size_a, size_b, shown, result.as_of)
        found[a.community_id, b.community_id] = pair
    return [found[pair] for pair in sorted(found)]


def overlap_matrix(session: Session, actor: Actor, partnership_id: str, now: datetime) -> Matrix:
    """Return own communities against the partners' of one partnership; NotFound for a stranger.

    Before all have accepted and after the end there are no columns: nothing of the partners is shown.
    """
    policy.require(actor, Action.READ)
    partnership = directory.own_partnership(session, actor, partnership_id)
    rules = rules_of(session, [partnership_id])[partnership_id]
    is_open = partnership.footing in OPEN_FOOTINGS
    notes = notes_of(session, [partnership_id], now) if is_open else {}
    results = latest_results(session, [partnership_id], now, notes=notes) if is_open else []
    audiences = _shown_audiences(session, partnership_id, results, now.date()) if is_open else {}
    rows, columns = _sides(session, actor, partnership, audiences, rules.settings.rounding)
    by_pair = {result.communities: result for result in results}
    table = [[by_pair.get(frozenset((row.id, column.id))) for column in columns] for row in rows]
    return Matrix(
        partnership.id, partnership.name, partnership.footing.value, rules.settings, rows, columns,
        tuple(tuple(cell.released(actor.partner_id) if cell else None for cell in line) for line in table),
        tuple(
            tuple(
                cell.note if cell else notes.get((partnership_id, frozenset((row.id, column.id))))
                for cell, column in zip(line, columns, strict=True)
            )
            for line, row in zip(table, rows, strict=True)
        ),
        tuple(tuple(cell.overlap.computed_at if cell else None for cell in line) for line in table),
        _waiting(session, actor, partnership_id, set(notes), now),
    )  # fmt: skip


def _waiting(
    session: Session, actor: Actor, partnership_id: str, answered: Collection[tuple[str, frozenset[str]]], now: datetime
) -> int:
    """Return how many pairs with an own list are still to be counted; those with an answer are not."""
    return sum(
        Question.PAIR in one.questions
        and actor.partner_id in (one.own.partner_id, one.other.partner_id)
        and (partnership_id, one.communities) not in answered
        for one in pairings_of_partnership(session, partnership_id, now.date())
    )


def _shown_audiences(
    session: Session, partnership_id: str, results: Iterable[Result], today: date
) -> dict[str, Audience]:
    """Return the list of each community that stands beside it: the newest, or one that was counted without tokens."""
    counted = {one.community_id: one for result in results for one in (result.one, result.other)}
    kept = {key: one for key, one in counted.items() if one.tokens_deleted_at is None}
    return kept | {one.community_id: one for one in newest_in(session, partnership_id, today)}


def _rank(result: Result) -> tuple[bool, bool, int, str]:
    """Order by how much is released, so that the last of several partnerships of a pair is the one that counts."""
    is_there = result.overlap.noisy is not None
    return is_there, _is_signed(result), -result.rules.settings.floor, result.overlap.partnership_id


def _is_signed(result: Result) -> bool:
    return result.rules.footing == Footing.SIGNED


def _own_first(result: Result, actor: Actor) -> tuple[Audience, Audience]:
    is_turned = result.is_second(actor.partner_id)
    return (result.other, result.one) if is_turned else (result.one, result.other)


def _size(result: Result, audience: Audience) -> int:
    row = result.overlap
    return rounded(row.size_a if audience is result.one else row.size_b, result.rules.settings.rounding)


def _seen_by(result: Result, actor: Actor) -> ReleasedOverlap:
    own, other = _own_first(result, actor)
    row = result.overlap
    own_size, other_size = (row.size_a, row.size_b) if own is result.one else (row.size_b, row.size_a)
    return ReleasedOverlap(
        row.partnership_id, result.rules.footing, own.community_id, other.community_id, other.partner_id, own_size,
        _size(result, other) if _is_signed(result) else None, size_band(other_size), result.released(actor.partner_id),
        result.as_of, row.computed_at,
    )  # fmt: skip


def _sides(
    session: Session, actor: Actor, partnership: Partnership, audiences: Mapping[str, Audience], step: int
) -> tuple[tuple[MatrixCommunity, ...], tuple[MatrixCommunity, ...]]:
    """Return own communities and, while the partnership is open, those of the partners, by name."""
    is_open = partnership.footing in OPEN_FOOTINGS
    members = directory.partner_ids_in(session, partnership.id) if is_open else [actor.partner_id]
    found = session.execute(
        select(Community, Partner).join(Partner, Partner.id == Community.partner_id)
        .where(Partner.id.in_(members)).order_by(Partner.name, Community.name, Community.id)
    ).all()  # fmt: skip
    step = step if partnership.footing is Footing.SIGNED else 0
    sizes = members_now(session, [one.id for one in audiences.values()])
    own = actor.partner_id
    shown = [(p.id == own, _shown(c, p, audiences.get(c.id), sizes, 1 if p.id == own else step)) for c, p in found]
    return tuple(one for is_own, one in shown if is_own), tuple(one for is_own, one in shown if not is_own)


def _shown(
    community: Community, partner: Partner, audience: Audience | None, members: Mapping[str, int], step: int
) -> MatrixCommunity:
    """Return a row or column, its size in whole steps; a step of 0 means that only the band of it may be shown."""
    size, band, as_of = None, None, None
    if audience is not None:
        exact = members.get(audience.id, audience.accepted)
        size, band, as_of = rounded(exact, step) if step else None, size_band(exact), audience.as_of
    return MatrixCommunity(
        community.id, community.name, community.name_zh, partner.name, partner.name_zh, size, band, as_of
    )
