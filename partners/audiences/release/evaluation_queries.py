"""Reads for evaluations: what the sides of a partnership ask for, what was asked before, how a question is answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from partners.audiences.counting.queries import Check, Pairing, Part, TokenList, checks_of
from partners.audiences.models import Evaluation, Overlap, TokenFile
from partners.audiences.release.evaluating import (
    SIMILAR_BELOW,
    YEAR,
    Answer,
    Asking,
    Earlier,
    Question,
    answer_to,
    legal_region,
)
from partners.audiences.release.release import ReleaseSettings, stricter
from partners.directory.models import Partnership, PartnershipPartner


@dataclass(frozen=True, slots=True)
class Rules:
    """What counts in one partnership; ``arranged``: the partners that recorded an arrangement across borders."""

    footing: str
    settings: ReleaseSettings
    arranged: frozenset[str]


@dataclass(frozen=True, slots=True)
class Similar:
    """Lists that nearly are earlier ones: audience -> the earlier one; ``segments``: audiences with such segments."""

    lists: Mapping[str, str] = field(default_factory=dict)
    segments: frozenset[str] = frozenset()

    def holds(self, pairing: Pairing, question: Question) -> bool:
        """Say whether a question is about one of them."""
        ids = set(pairing.audience_ids)
        is_similar = bool(ids & set(self.lists)) or pairing.own.is_passed_over or pairing.other.is_passed_over
        return is_similar or (question is Question.SEGMENTS and bool(ids & self.segments))


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be counted and at which cost in thousandths, unless ``checks`` find that it is too similar."""

    wanted: Mapping[tuple[Pairing, Question], int]
    checks: tuple[Check, ...]


def plan_of(session: Session, pairings: Iterable[Pairing], now: datetime) -> Plan:
    """Return which of the questions would be counted as things stand."""
    asked = list(pairings)
    rules = rules_of(session, {pairing.partnership_id for pairing in asked})
    wanted: dict[tuple[Pairing, Question], int] = {}
    lists: dict[tuple[str, str], TokenList] = {}
    for pairing in asked:
        own = rules[pairing.partnership_id]
        for question in pairing.questions:
            if answer_of(session, pairing, question, own, Similar(), now) is Answer.COUNTED:
                wanted[pairing, question] = own.settings.epsilon_milli
                sides = (pairing.own, pairing.other)
                lists |= {(pairing.partnership_id, one.audience_id): one for one in sides}
    checks = (
        check for (partnership_id, _id), one in lists.items()
        for check in checks_of(session, partnership_id, one, now, SIMILAR_BELOW)
    )  # fmt: skip
    return Plan(wanted, tuple(checks))


def rules_of(session: Session, partnership_ids: Collection[str]) -> dict[str, Rules]:
    """Return what counts in each partnership: the stricter of all sides."""
    rows = session.execute(
        select(Partnership.id, Partnership.footing, PartnershipPartner)
        .join(PartnershipPartner, PartnershipPartner.partnership_id == Partnership.id)
        .where(Partnership.id.in_(partnership_ids)).order_by(Partnership.id)
    ).all()  # fmt: skip
    found = {}
    for partnership_id, group in groupby(rows, key=lambda row: row[0]):
        each = list(group)
        sides = [row[2] for row in each]
        arranged = frozenset(side.partner_id for side in sides if side.arrangement)
        found[partnership_id] = Rules(each[0][1].value, stricter(settings_of(side) for side in sides), arranged)
    return found


def settings_of(side: PartnershipPartner) -> ReleaseSettings:
    """Return what one side asks for."""
    return ReleaseSettings(side.floor, side.rounding, side.epsilon_milli, side.budget_milli)


def earlier_of(
    session: Session, community_ids: Collection[str], now: datetime
) -> defaultdict[frozenset[str], list[Earlier]]:
    """Return what was counted within a year between these communities, by pair, the earliest first."""
    rows = session.scalars(
        select(Evaluation)
        .where(Evaluation.own_community_id.in_(community_ids), Evaluation.other_community_id.in_(community_ids),
               Evaluation.answer == Answer.COUNTED, Evaluation.at > now - YEAR)
        .order_by(Evaluation.at, Evaluation.id)
    )  # fmt: skip
    found: defaultdict[frozenset[str], list[Earlier]] = defaultdict(list)
    for row in rows:
        pair = frozenset((row.own_community_id, row.other_community_id))
        found[pair].append(Earlier(row.own_community_id, row.question, row.epsilon_milli, row.at))
    return found


def may_cross(pairing: Pairing, rules: Rules) -> bool:
    """Say whether two lists may be compared: under one law, or both sides recorded an arrangement."""
    own, other = pairing.own, pairing.other
    is_one_region = legal_region(own.region) == legal_region(other.region)
    return is_one_region or {own.partner_id, other.partner_id} <= rules.arranged


def answer_of(
    session: Session, pairing: Pairing, question: Question, rules: Rules, similar: Similar, now: datetime
) -> Answer:
    """Return how a question is answered as things stand."""
    asking = Asking(
        question, pairing.own.community_id, rules.settings.epsilon_milli,
        min(pairing.own.whole.members, pairing.other.whole.members), bool(known_of(session, pairing, question)),
        similar.holds(pairing, question), may_cross(pairing, rules),
    )  # fmt: skip
    earlier = earlier_of(session, pairing.communities, now)[pairing.communities]
    return answer_to(asking, earlier, rules.settings.budget_milli, now)


def known_of(session: Session, pairing: Pairing, question: Question) -> list[Overlap]:
    """Return what was counted of the same lists before, by this pair of audiences or by others with the same tokens.

    Lists of which fewer than SIMILAR_BELOW people withdrew since are the same still: another count of them would speak
    of those few. For segments the rows of one earlier table, all segments alike.
    """
    own, other = (_twins(session, one, question) for one in (pairing.own, pairing.other))
    both = or_(
        and_(Overlap.audience_a_id.in_(own), Overlap.audience_b_id.in_(other)),
        and_(Overlap.audience_a_id.in_(other), Overlap.audience_b_id.in_(own)),
    )
    is_between = Overlap.segment_a != "" if question is Question.SEGMENTS else Overlap.segment_a == ""
    rows = session.scalars(
        select(Overlap).where(both, is_between, Overlap.noisy.is_not(None))
        .order_by(Overlap.computed_at.desc(), Overlap.id)
    ).all()  # fmt: skip
    first = rows[0] if rows else None
    if first is None or not _is_of_size(first, pairing, own):
        return []
    table = (first.partnership_id, first.audience_a_id, first.audience_b_id)
    return [row for row in rows if (row.partnership_id, row.audience_a_id, row.audience_b_id) == table]


def last_answer(session: Session, pairing: Pairing, question: Question) -> Answer | None:
    """Return how the question was answered for the same lists the last time; None before the first."""
    return session.scalar(
        select(Evaluation.answer)
        .where(Evaluation.partnership_id == pairing.partnership_id, Evaluation.question == question,
               Evaluation.own_audience_id == pairing.own.audience_id,
               Evaluation.other_audience_id == pairing.other.audience_id)
        .order_by(Evaluation.at.desc(), Evaluation.id.desc()).limit(1)
    )  # fmt: skip


def _twins(session: Session, one: TokenList, question: Question) -> set[str]:
    """Return the audiences of a brand that were registered with the very same tokens, itself among them."""
    same = {one.audience_id} | set(
        session.scalars(
            select(TokenFile.audience_id)
            .where(TokenFile.partner_id == one.partner_id, TokenFile.segment == "",
                   TokenFile.digest == one.whole.digest)
        )
    )  # fmt: skip
    if question is not Question.SEGMENTS or same == {one.audience_id}:
        return same
    labels: dict[str, set[tuple[str, str]]] = {each: set() for each in same}
    wanted = select(TokenFile).where(TokenFile.audience_id.in_(same), TokenFile.segment != "")
    for row in session.scalars(wanted.where(TokenFile.key_name == one.key_name)):
        labels[row.audience_id].add((row.segment, row.digest))
    mine = {(part.segment, part.digest) for part in one.segments}
    return {each for each, found in labels.items() if found == mine} | {one.audience_id}


def _is_of_size(row: Overlap, pairing: Pairing, own: Collection[str]) -> bool:
    """Say whether both lists have nearly as many members as when they were counted."""
    is_own_first = row.audience_a_id in own
    sides = ((row.segment_a, row.size_a), (row.segment_b, row.size_b))
    lists = (pairing.own, pairing.other) if is_own_first else (pairing.other, pairing.own)
    return all(
        abs(_members(one, segment) - size) < SIMILAR_BELOW
        for one, (segment, size) in zip(lists, sides, strict=True)
    )  # fmt: skip


def _members(one: TokenList, segment: str) -> int:
    parts: dict[str, Part] = {part.segment: part for part in (one.whole, *one.segments)}
    return parts[segment].members if segment in parts else 0
