"""Reads for counting: which lists are compared for a partnership, which pairs wait, and where their tokens lie.

Not limited to an actor: for counting, not for showing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import combinations, groupby

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from partners.audiences.ground import Use
from partners.audiences.models import Audience, Evaluation, Overlap, TokenFile
from partners.audiences.release.evaluating import YEAR, Answer, Question
from partners.directory import queries as directory
from partners.directory.models import Footing, Partnership
from partners.directory.relationship import OPEN_FOOTINGS


@dataclass(frozen=True, slots=True)
class Part:
    """A token file: of a whole list (``segment`` is empty), or of one of its segments. ``digest``: as registered."""

    segment: str
    members: int
    digest: str
    store_key: str


@dataclass(frozen=True, slots=True)
class TokenList:
    """An audience under the key of one partnership; ``segments`` in the order of their labels.

    ``is_passed_over``: whether it is too similar to an earlier list that is in the partnership too.
    """

    audience_id: str
    partner_id: str
    community_id: str
    region: str
    registered_at: datetime
    key_name: str
    whole: Part
    segments: tuple[Part, ...] = ()
    is_passed_over: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two lists of different partners under one key, and what is to be asked of them; ``own`` is the newer one."""

    partnership_id: str
    own: TokenList
    other: TokenList
    questions: tuple[Question, ...] = (Question.PAIR,)

    @property
    def communities(self) -> frozenset[str]:
        """Both communities, in no order."""
        return frozenset((self.own.community_id, self.other.community_id))

    @property
    def audience_ids(self) -> tuple[str, str]:
        """Both audiences in the order in which an overlap is kept."""
        first, second = sorted((self.own.audience_id, self.other.audience_id))
        return first, second


@dataclass(frozen=True, slots=True)
class Check:
    """A part of a list, and earlier ones of the same brand under the same key that are of nearly its size.

    ``earlier``: (audience, part), the latest first.
    """

    audience_id: str
    part: Part
    earlier: tuple[tuple[str, Part], ...]


def pairings_of_audience(session: Session, audience_id: str, today: date) -> list[Pairing]:
    """Return the pairs that an audience makes with partners' newest ones; none where it is not the newest itself.

    One that is passed over makes its pairs too, so that it is written down why they are not counted.
    """
    audience = session.get_one(Audience, audience_id)
    found = []
    for each in directory.accepted_partnership_ids(session, audience.partner_id):
        passed_over = [one for one in lists_of(session, each, [audience]) if one.is_passed_over]
        found += _pairings(session, each, [*lists_in(session, each, today), *passed_over])
    return [one for one in found if audience_id in one.audience_ids]


def pairings_of_partnership(session: Session, partnership_id: str, today: date) -> list[Pairing]:
    """Return the pairs of newest lists of different partners in a partnership of which something is not counted yet."""
    return _pairings(session, partnership_id, lists_in(session, partnership_id, today))


def open_partnership_ids(session: Session) -> list[str]:
    """Return ids of all partnerships in which overlaps are counted."""
    return list(
        session.scalars(select(Partnership.id).where(Partnership.footing.in_(OPEN_FOOTINGS)).order_by(Partnership.id))
    )


def newest_in(session: Session, partnership_id: str, today: date) -> list[Audience]:
    """Return the newest valid audience of each community that has tokens under a key of this partnership, by id.

    One that is too similar to an earlier list is passed over where the earlier one is in this partnership.
    """
    former = aliased(TokenFile)
    earlier_is_here = (
        select(former.id)
        .where(former.audience_id == Audience.similar_to_id, former.partnership_id == partnership_id).exists()
    )  # fmt: skip
    order = (Audience.as_of.desc(), Audience.created_at.desc(), Audience.id)
    rank = func.row_number().over(partition_by=Audience.community_id, order_by=order).label("rank")
    ranked = (
        select(Audience.id, rank)
        .join(TokenFile, and_(TokenFile.audience_id == Audience.id, TokenFile.segment == ""))
        .where(
            TokenFile.partnership_id == partnership_id, Audience.confirmed_at.is_not(None),
            Audience.expires_on >= today, Audience.tokens_deleted_at.is_(None), ~earlier_is_here,
        )
        .subquery()
    )  # fmt: skip
    chosen = select(Audience).join(ranked, ranked.c.id == Audience.id).where(ranked.c.rank == 1)
    return list(session.scalars(chosen.order_by(Audience.id)))


def lists_in(session: Session, partnership_id: str, today: date, use: Use = Use.OVERLAP) -> list[TokenList]:
    """Return the newest list of each community in a partnership that may be used so, by the id of its audience."""
    audiences = [one for one in newest_in(session, partnership_id, today) if use.value in one.uses]
    return lists_of(session, partnership_id, audiences)


def lists_of(session: Session, partnership_id: str, audiences: Sequence[Audience]) -> list[TokenList]:
    """Return audiences with their token files of one partnership, in their order; without files one is left out."""
    wanted = [one.id for one in audiences]
    files: dict[str, list[TokenFile]] = defaultdict(list)
    for row in session.scalars(
        select(TokenFile).where(TokenFile.partnership_id == partnership_id, TokenFile.audience_id.in_(wanted))
        .order_by(TokenFile.segment)
    ):  # fmt: skip
        files[row.audience_id].append(row)
    earlier = {one.similar_to_id for one in audiences if one.similar_to_id is not None}
    here = set(
        session.scalars(
            select(TokenFile.audience_id)
            .where(TokenFile.partnership_id == partnership_id, TokenFile.audience_id.in_(earlier))
        )
    )  # fmt: skip
    return [
        _list(one, files[one.id], one.similar_to_id in here)
        for one in audiences
        if any(not row.segment for row in files[one.id])
    ]


def checks_of(session: Session, partnership_id: str, one: TokenList, now: datetime, nearly: int) -> list[Check]:
    """Return which parts of a list have to be compared with earlier lists of its brand, before it is counted.

    Earlier are those registered before it, under the same key, that were counted in this partnership within a year.

    Args:
        nearly: members by which sizes may differ; lists of more different sizes cannot be too similar.
    """
    counted = and_(
        Evaluation.partnership_id == partnership_id, Evaluation.answer == Answer.COUNTED, Evaluation.at > now - YEAR
    )
    is_earlier: ColumnElement[bool] = or_(
        Audience.created_at < one.registered_at,
        and_(Audience.created_at == one.registered_at, Audience.id < one.audience_id),
    )
    rows = session.scalars(
        select(TokenFile).join(Audience, Audience.id == TokenFile.audience_id)
        .where(TokenFile.partner_id == one.partner_id, TokenFile.partnership_id == partnership_id,
               TokenFile.key_name == one.key_name, Audience.tokens_deleted_at.is_(None), is_earlier,
               or_(Audience.id.in_(select(Evaluation.own_audience_id).where(counted)),
                   Audience.id.in_(select(Evaluation.other_audience_id).where(counted))))
        .order_by(Audience.created_at.desc(), Audience.id, TokenFile.segment)
    ).all()  # fmt: skip
    checks = []
    for part in (one.whole, *one.segments):
        near = [row for row in rows if abs(row.members - part.members) < nearly and row.digest != part.digest]
        checks.append(Check(one.audience_id, part, tuple((row.audience_id, _part(row)) for row in near)))
    return [check for check in checks if check.earlier]


def first_checks_of(session: Session, audience: Audience, today: date, nearly: int) -> list[Check]:
    """Return with which lists of its brand a new one has to be compared before it is confirmed, key by key.

    With those that are counted, or will be once they are confirmed; whole lists only.
    """
    new, old = aliased(TokenFile), aliased(TokenFile)
    rows = session.execute(
        select(new, old)
        .join(old, (old.partnership_id == new.partnership_id) & (old.key_name == new.key_name))
        .join(Audience, Audience.id == old.audience_id)
        .where(
            new.audience_id == audience.id, new.segment == "", old.segment == "", old.audience_id != audience.id,
            old.partner_id == audience.partner_id, func.abs(new.members - old.members) < nearly,
            new.digest != old.digest, Audience.similar_to_id.is_(None), Audience.tokens_deleted_at.is_(None),
            Audience.expires_on >= today,
        )
        .order_by(new.id, Audience.created_at, Audience.id)
    )  # fmt: skip
    return [
        Check(audience.id, _part(one), tuple((row.audience_id, _part(row)) for _one, row in group))
        for one, group in groupby(rows, key=lambda pair: pair[0])
    ]


def _pairings(session: Session, partnership_id: str, lists: Sequence[TokenList]) -> list[Pairing]:
    partnership = session.get_one(Partnership, partnership_id)
    if partnership.footing not in OPEN_FOOTINGS:
        return []
    here = directory.approved_ids(session, {one.partner_id for one in lists})
    lists = [one for one in lists if one.partner_id in here]
    kept = _kept(session, partnership_id, {one.audience_id for one in lists})
    is_signed = partnership.footing is Footing.SIGNED
    found = (_pairing(partnership_id, one, other, kept, is_signed) for one, other in combinations(lists, 2))
    return [one for one in found if one is not None]


def _kept(session: Session, partnership_id: str, audience_ids: Collection[str]) -> set[tuple[str, str, bool]]:
    """Return which audiences of a partnership were counted: (one, other, whether between segments)."""
    rows = session.execute(
        select(Overlap.audience_a_id, Overlap.audience_b_id, Overlap.segment_a)
        .where(Overlap.partnership_id == partnership_id, Overlap.audience_a_id.in_(audience_ids),
               Overlap.audience_b_id.in_(audience_ids))
    )  # fmt: skip
    return {(a, b, segment != "") for a, b, segment in rows}


def _pairing(
    partnership_id: str, one: TokenList, other: TokenList, kept: set[tuple[str, str, bool]], is_signed: bool
) -> Pairing | None:
    """Return what is still to be asked of two lists; None where that is nothing."""
    if one.partner_id == other.partner_id or one.key_name != other.key_name:
        return None
    own, theirs = sorted((one, other), key=lambda each: (each.registered_at, each.audience_id), reverse=True)
    a, b = sorted((one.audience_id, other.audience_id))
    asked = []
    if (a, b, False) not in kept:
        asked.append(Question.PAIR)
    if is_signed and one.segments and other.segments and (a, b, True) not in kept:
        asked.append(Question.SEGMENTS)
    return Pairing(partnership_id, own, theirs, tuple(asked)) if asked else None


def _list(audience: Audience, files: Iterable[TokenFile], is_passed_over: bool) -> TokenList:
    parts = {row.segment: row for row in files}
    whole = parts.pop("")
    return TokenList(
        audience.id, audience.partner_id, audience.community_id, audience.region, audience.created_at, whole.key_name,
        _part(whole), tuple(_part(row) for row in parts.values()), is_passed_over,
    )  # fmt: skip


def _part(row: TokenFile) -> Part:
    return Part(row.segment, row.members, row.digest, row.store_key)
