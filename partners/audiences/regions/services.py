"""Asking how several lists of a partnership divide, and keeping what was counted: with noise, never exactly.

Sides of a signed partnership only. A question costs budget for each pair of lists of different brands in it, and the
same question has the same answer for ever.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners import audit, outbox
from partners.audiences.counting.queries import Pairing, TokenList, lists_of, newest_in
from partners.audiences.ground import Use
from partners.audiences.models import Overlap, Regions
from partners.audiences.regions.diagram import LEAST_LISTS, MOST_LISTS
from partners.audiences.release.evaluating import Answer, Asking, Question, answer_to, possible_from
from partners.audiences.release.evaluation_queries import Rules, earlier_of, may_cross, rules_of
from partners.audiences.release.evaluation_services import lock_communities, record_evaluation
from partners.communities.models import Community
from partners.database import locked
from partners.directory import policy
from partners.directory import queries as directory
from partners.directory.models import Footing, Partnership
from partners.directory.policy import Action, Actor
from partners.errors import Conflict, Invalid, NotFound


class WrongNumberOfLists(Invalid):
    """Choose three to six communities, at least one of yours and one of a partner's."""


class NotSigned(Conflict):
    """Several lists are compared at once only where terms are signed by all."""


class NoListToCompare(Invalid):
    """{name} has no valid list in this partnership that may be compared."""


class RegionsNotAgreed(Invalid):
    """The list of {name} was not registered for comparing several lists at once."""


class OtherKey(Invalid):
    """The lists were made with different keys. Those made with the former key have to be registered again."""


class PairsNotCounted(Conflict):
    """The pairs of these lists have to be counted first. That happens by itself, unless a pair has to wait."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How a question was answered. ``regions_id`` is None where it is not counted; ``until``: when it may be, if ever.

    The names are those of the communities that a refusal is about; empty where there is none.
    """

    answer: Answer
    regions_id: str | None = None
    until: datetime | None = None
    own_name: str = ""
    own_name_zh: str = ""
    other_name: str = ""
    other_name_zh: str = ""


def ask_regions(
    session: Session, actor: Actor, partnership_id: str, community_ids: Collection[str], now: datetime
) -> Asked:
    """Ask how the newest lists of three to six communities divide; the same lists again give the result there is.

    Raises:
        NotFound: for a stranger, and for a community that is not in the partnership.
        WrongNumberOfLists, NotSigned, NoListToCompare, RegionsNotAgreed, OtherKey, PairsNotCounted: nothing is asked.
    """
    policy.require(actor, Action.RUN_PARTNERSHIPS)
    partnership = directory.own_partnership(session, actor, partnership_id)
    chosen = _chosen(session, actor, partnership.id, community_ids)
    if partnership.footing is not Footing.SIGNED:
        raise NotSigned()
    lists = _lists(session, partnership.id, chosen, now)
    lock_communities(session, [one.community_id for one in lists])
    pairings = _pairings(partnership.id, lists, actor)
    known = known_regions(session, partnership.id, [one.audience_id for one in lists])
    if known is not None:
        _write_down(session, pairings, Answer.SAME_LISTS, 0, now)
        return Asked(Answer.SAME_LISTS, known.id)
    _require_pairs(session, pairings)
    rules = rules_of(session, [partnership.id])[partnership.id]
    refused = _refusal(session, pairings, rules, now)
    if refused is not None:
        _write_down(session, [refused[0]], refused[1].answer, 0, now)
        return refused[1]
    _write_down(session, pairings, Answer.COUNTED, rules.settings.epsilon_milli, now)
    return Asked(Answer.COUNTED, _add(session, actor, partnership, lists, rules, now).id)


def known_regions(session: Session, partnership_id: str, audience_ids: Sequence[str]) -> Regions | None:
    """Return what was asked of the same lists before and was not taken back; None before the first time."""
    rows = session.scalars(
        select(Regions).where(Regions.partnership_id == partnership_id, Regions.taken_back_at.is_(None))
        .order_by(Regions.asked_at, Regions.id)
    )  # fmt: skip
    return next((row for row in rows if set(row.audience_ids) == set(audience_ids)), None)


def record_regions(
    session: Session, regions_id: str, sizes: Sequence[int], noisy: Sequence[int], now: datetime
) -> bool:  # fmt: skip
    """Keep counts that have their noise already, once; say whether they were kept.

    What was counted from a list that was taken back meanwhile is not kept.
    """
    row: Regions = locked(session)(Regions, regions_id)
    if row.computed_at is not None or row.taken_back_at is not None:
        return False
    row.sizes, row.cells, row.computed_at = list(sizes), list(noisy), now
    audit.record(session, None, "count_regions", row, now, after={"lists": len(sizes)})
    return True


def _chosen(session: Session, actor: Actor, partnership_id: str, community_ids: Collection[str]) -> list[Community]:
    """Return the communities in an order that all sides share: by brand, then by id."""
    if not LEAST_LISTS <= len(set(community_ids)) <= MOST_LISTS:
        raise WrongNumberOfLists()
    sides = directory.partner_ids_in(session, partnership_id)
    found = session.scalars(
        select(Community).where(Community.id.in_(set(community_ids)), Community.partner_id.in_(sides))
        .order_by(Community.partner_id, Community.id)
    ).all()  # fmt: skip
    if len(found) != len(set(community_ids)):
        raise NotFound()
    brands = {one.partner_id for one in found}
    if actor.partner_id not in brands or len(brands) == 1:
        raise WrongNumberOfLists()
    return list(found)


def _lists(session: Session, partnership_id: str, communities: Sequence[Community], now: datetime) -> list[TokenList]:
    """Return the newest list of each community, in their order; refused with the reason where one may not be used."""
    approved = directory.approved_ids(session, {one.partner_id for one in communities})
    newest = {one.community_id: one for one in newest_in(session, partnership_id, now.date())}
    for community in communities:
        audience = newest.get(community.id)
        if audience is None or community.partner_id not in approved:
            raise NoListToCompare(name=community.name)
        if Use.REGIONS.value not in audience.uses:
            raise RegionsNotAgreed(name=community.name)
    lists = lists_of(session, partnership_id, [newest[community.id] for community in communities])
    if len({one.key_name for one in lists}) != 1:
        raise OtherKey()
    return lists


def _pairings(partnership_id: str, lists: Sequence[TokenList], actor: Actor) -> list[Pairing]:
    """Return the pairs of different brands: in each the asker's list is the own one, between others the newer."""
    found = []
    for pair in combinations(lists, 2):
        own, other = sorted(pair, key=lambda one: _asking_rank(one, actor), reverse=True)
        if own.partner_id != other.partner_id:
            found.append(Pairing(partnership_id, own, other, (Question.REGIONS,)))
    return found


def _asking_rank(one: TokenList, actor: Actor) -> tuple[bool, datetime, str]:
    return one.partner_id == actor.partner_id, one.registered_at, one.audience_id


def _require_pairs(session: Session, pairings: Sequence[Pairing]) -> None:
    """Refuse lists that were not counted in pairs: that is when they are held against earlier lists of their brand."""
    for pairing in pairings:
        a, b = pairing.audience_ids
        here = (Overlap.partnership_id == pairing.partnership_id, Overlap.segment_a == "", Overlap.noisy.is_not(None))
        pair = select(Overlap.id).where(*here, Overlap.audience_a_id == a, Overlap.audience_b_id == b)
        if session.scalars(pair.limit(1)).first() is None:
            raise PairsNotCounted()


def _refusal(
    session: Session, pairings: Sequence[Pairing], rules: Rules, now: datetime
) -> tuple[Pairing, Asked] | None:  # fmt: skip
    """Return the first pair that may not be asked about now, and why; None where all may."""
    every = earlier_of(session, {each for pairing in pairings for each in pairing.communities}, now)
    for pairing in pairings:
        smaller = min(pairing.own.whole.members, pairing.other.whole.members)
        asking = Asking(
            Question.REGIONS, pairing.own.community_id, rules.settings.epsilon_milli, smaller,
            may_cross=may_cross(pairing, rules),
        )  # fmt: skip
        earlier = every[pairing.communities]
        answer = answer_to(asking, earlier, rules.settings.budget_milli, now)
        if answer is not Answer.COUNTED:
            until = possible_from(answer, asking, earlier, rules.settings.budget_milli, now)
            own, other = (session.get_one(Community, one.community_id) for one in (pairing.own, pairing.other))
            return pairing, Asked(answer, None, until, own.name, own.name_zh, other.name, other.name_zh)
    return None


def _write_down(
    session: Session, pairings: Sequence[Pairing], answer: Answer, epsilon_milli: int, now: datetime
) -> None:  # fmt: skip
    for pairing in pairings:
        record_evaluation(session, pairing, Question.REGIONS, answer, epsilon_milli, now)


def _add(
    session: Session, actor: Actor, partnership: Partnership, lists: Sequence[TokenList], rules: Rules, now: datetime
) -> Regions:
    row = Regions(
        partnership_id=partnership.id, asker_id=actor.partner_id, asked_by=actor.user_id, asked_at=now,
        audience_ids=[one.audience_id for one in lists], sizes=[], cells=[],
        epsilon_milli=rules.settings.epsilon_milli,
    )  # fmt: skip
    session.add(row)
    audit.record(session, actor, "ask_regions", row, now, after={"name": partnership.name, "lists": len(lists)})
    outbox.emit(session, "regions.asked", row, actor, now)
    return row
