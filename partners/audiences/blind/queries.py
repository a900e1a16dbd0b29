"""Reads of blind counts: for the two brands in one; while it waits for the second, for every side it is open to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from partners.audiences.blind.curve import padded
from partners.audiences.counting.queries import Pairing, Part, TokenList
from partners.audiences.keys.queries import brand_keys
from partners.audiences.models import Audience, BlindCount, BlindStep, Evaluation
from partners.audiences.release.evaluating import Answer, Question
from partners.audiences.release.evaluation_queries import Similar, answer_of, rules_of
from partners.communities.models import Community
from partners.directory import policy
from partners.directory import queries as directory
from partners.directory.accounts.queries import names_of_users
from partners.directory.cards import PartnerName, Waiting, WaitingKind
from partners.directory.models import Partnership, PartnershipPartner
from partners.directory.policy import Action, Actor
from partners.directory.relationship import OPEN_FOOTINGS
from partners.errors import NotFound

OVER = (BlindStep.DONE, BlindStep.STOPPED)
"""Steps after which nothing of a count is left but that it was."""


LASTS = timedelta(days=14)
"""A blind count that is not done after so long is stopped."""


class Turn(StrEnum):
    """What a blind count waits for, as one of its sides sees it."""

    JOIN = "blind_join"
    WAIT_FOR_JOIN = "blind_wait_join"
    BLIND_OWN = "blind_own"
    WAIT_FOR_OWN = "blind_wait_own"
    BLIND_OTHER = "blind_other"
    WAIT_FOR_OTHER = "blind_wait_other"
    COUNTING = "blind_counting"
    DONE = "blind_done"
    STOPPED = "blind_stopped"


@dataclass(frozen=True, slots=True)
class BlindSide:
    """One side of a blind count. ``points`` is the size of its list to the next thousand.

    ``members`` is exact for the own side and None for the other. ``public_key`` is in hex, empty where there is none.
    """

    partner: PartnerName
    community_id: str
    community: str
    community_zh: str
    as_of: date
    members: int | None
    points: int
    public_key: str
    has_blinded_own: bool
    has_blinded_other: bool


@dataclass(frozen=True, slots=True)
class BlindCountCard:
    """A blind count. ``own`` is None for a side that may join it, ``other`` None until somebody joined.

    ``refusal`` is the answer of the evaluation that was refused, empty otherwise; ``ended_at`` is None while it runs.
    """

    id: str
    partnership_id: str
    partnership: str
    step: BlindStep
    turn: Turn
    own: BlindSide | None
    other: BlindSide | None
    proposed_by: str
    proposed_at: datetime
    ended_at: datetime | None
    refusal: str

    @property
    def is_over(self) -> bool:
        """Whether it is done or stopped."""
        return self.step in OVER


def blind_counts(session: Session, actor: Actor) -> list[BlindCountCard]:
    """Return the blind counts that the actor's partner is in or may join, the newest first."""
    policy.require(actor, Action.READ)
    rows = session.scalars(_seen_by(actor).order_by(BlindCount.proposed_at.desc(), BlindCount.id)).all()
    return _cards(session, actor, rows)


def blind_count(session: Session, actor: Actor, blind_count_id: str) -> BlindCountCard:
    """Return one blind count; NotFound for whoever is neither in it nor may join it."""
    policy.require(actor, Action.READ)
    return _cards(session, actor, [own_blind_count(session, actor, blind_count_id)])[0]


def may_take_part(actor: Actor) -> bool:
    """Say whether the actor may propose, join and stop blind counts."""
    return policy.may(actor, Action.COUNT_BLIND)


def waiting_for(session: Session, actor: Actor) -> list[Waiting]:
    """Return the blind counts in which the actor's brand is next, for those who may take part."""
    if not may_take_part(actor):
        return []
    return [
        Waiting(
            WaitingKind.TAKE_PART_IN_COUNT, card.partnership, (card.other.partner.name,) if card.other else (),
            card.proposed_at, card.id, (card.proposed_at + LASTS).date(),
        )
        for card in blind_counts(session, actor)
        if card.turn in (Turn.JOIN, Turn.BLIND_OWN, Turn.BLIND_OTHER)
    ]  # fmt: skip


def count_to_join(session: Session, actor: Actor, blind_count_id: str) -> BlindCountCard:
    """Return a blind count that the actor may join; NotFound for every other, NotAllowed for other roles."""
    policy.require(actor, Action.REGISTER_AUDIENCES)
    card = blind_count(session, actor, blind_count_id)
    if card.turn is not Turn.JOIN:
        raise NotFound()
    return card


def own_blind_count(session: Session, actor: Actor, blind_count_id: str) -> BlindCount:
    """Return the row of a blind count that the actor's partner is in or may join; NotFound for every other."""
    found = session.scalar(_seen_by(actor).where(BlindCount.id == blind_count_id))
    if found is None:
        raise NotFound()
    return found


def is_proposer(session: Session, actor: Actor, row: BlindCount) -> bool:
    """Say whether the actor's partner proposed a count, or is the one that joined it; NotFound where it is neither."""
    own = _own_ids(session, actor, [row])
    if row.audience_a_id in own:
        return True
    if row.audience_b_id not in own:
        raise NotFound()
    return False


def pairing_of(partnership_id: str, one: Audience, other: Audience) -> Pairing:
    """Return two lists as every pair to be counted, with their declared sizes and without token files."""
    own, theirs = sorted((one, other), key=lambda each: (each.created_at, each.id), reverse=True)
    return Pairing(partnership_id, _list(own), _list(theirs), (Question.BLIND,))


def answer_now(session: Session, partnership_id: str, one: Audience, other: Audience, now: datetime) -> Answer:
    """Return how counting two lists blindly would be answered as things stand."""
    pairing, rules = pairing_of(partnership_id, one, other), rules_of(session, [partnership_id])
    return answer_of(session, pairing, Question.BLIND, rules[partnership_id], similar_to(one, other), now)


def similar_to(*audiences: Audience) -> Similar:
    """Return which of the lists nearly are earlier ones, as far as is known: of their tokens, if they have any."""
    return Similar({one.id: one.similar_to_id for one in audiences if one.similar_to_id is not None})


def counts_of_audiences(session: Session, audience_ids: Iterable[str]) -> list[BlindCount]:
    """Return the counts with these audiences that are not over. Not limited to an actor: for what ends them."""
    ids = list(audience_ids)
    mine = or_(BlindCount.audience_a_id.in_(ids), BlindCount.audience_b_id.in_(ids))
    return list(session.scalars(select(BlindCount).where(mine, BlindCount.step.not_in(OVER)).order_by(BlindCount.id)))


def counts_over(session: Session, blind_count_ids: Iterable[str]) -> list[str]:
    """Return those of the ids that belong to counts which are over."""
    wanted = select(BlindCount.id).where(BlindCount.id.in_(list(blind_count_ids)), BlindCount.step.in_(OVER))
    return list(session.scalars(wanted.order_by(BlindCount.id)))


def unfinished_counts(session: Session, before: datetime) -> list[BlindCount]:
    """Return the counts that were proposed before an instant and are not over, and those of partnerships that ended."""
    wanted = select(BlindCount).join(Partnership, Partnership.id == BlindCount.partnership_id)
    is_late = or_(BlindCount.proposed_at < before, Partnership.footing.not_in(OPEN_FOOTINGS))
    return list(session.scalars(wanted.where(BlindCount.step.not_in(OVER), is_late).order_by(BlindCount.id)))


def _list(audience: Audience) -> TokenList:
    whole = Part("", audience.accepted, audience.source_digest, "")
    return TokenList(
        audience.id, audience.partner_id, audience.community_id, audience.region, audience.created_at, "", whole
    )


def _seen_by(actor: Actor) -> Select[BlindCount]:
    sides = select(PartnershipPartner.partnership_id).where(PartnershipPartner.partner_id == actor.partner_id)
    own = select(Audience.id).where(Audience.partner_id == actor.partner_id)
    is_open = (BlindCount.audience_b_id.is_(None)) & (BlindCount.step == BlindStep.OPENING)
    is_in_it = or_(BlindCount.audience_a_id.in_(own), BlindCount.audience_b_id.in_(own))
    return select(BlindCount).where(BlindCount.partnership_id.in_(sides), or_(is_in_it, is_open))


def _cards(session: Session, actor: Actor, rows: Sequence[BlindCount]) -> list[BlindCountCard]:
    names = directory.names_of_partnerships(session, {row.partnership_id for row in rows})
    people = names_of_users(session, {row.proposed_by for row in rows})
    own_ids = _own_ids(session, actor, rows)
    sides = _sides(session, actor, rows)
    refusals = _refusals(session, rows)
    found = []
    for row in rows:
        a, b = sides.get((row.id, "a")), sides.get((row.id, "b"))
        own, other = (a, b) if row.audience_a_id in own_ids else (b, a)
        found.append(
            BlindCountCard(
                row.id, row.partnership_id, names[row.partnership_id], row.step, _turn(row, own, other), own, other,
                people.get(row.proposed_by, ""), row.proposed_at, row.ended_at, refusals.get(row.id, ""),
            )
        )  # fmt: skip
    return found


def _turn(row: BlindCount, own: BlindSide | None, other: BlindSide | None) -> Turn:
    over = {BlindStep.DONE: Turn.DONE, BlindStep.STOPPED: Turn.STOPPED, BlindStep.COUNTING: Turn.COUNTING}
    if row.step in over:
        return over[row.step]
    if own is None:
        return Turn.JOIN
    if row.audience_b_id is None or other is None:
        return Turn.WAIT_FOR_JOIN
    if row.step == BlindStep.OPENING:
        return Turn.WAIT_FOR_OWN if own.has_blinded_own else Turn.BLIND_OWN
    return Turn.WAIT_FOR_OTHER if own.has_blinded_other else Turn.BLIND_OTHER


def _sides(session: Session, actor: Actor, rows: Sequence[BlindCount]) -> dict[tuple[str, str], BlindSide]:
    """Return both sides of each count; those whose list the actor may not see any more are left out."""
    ids = {one for row in rows for one in (row.audience_a_id, row.audience_b_id) if one is not None}
    found = session.execute(
        select(Audience, Community).join(Community, Community.id == Audience.community_id).where(Audience.id.in_(ids))
    ).all()  # fmt: skip
    lists = {audience.id: (audience, community) for audience, community in found}
    partner_ids = {audience.partner_id for audience, _ in found}
    names = directory.names_of(session, partner_ids)
    keys = {partner_id: key.public_key for partner_id, key in brand_keys(session, partner_ids).items()}
    sides = {}
    for row in rows:
        for letter, audience_id, once, twice in (
            ("a", row.audience_a_id, row.once_a, row.twice_b), ("b", row.audience_b_id, row.once_b, row.twice_a),
        ):  # fmt: skip
            if audience_id in lists:
                audience, community = lists[audience_id]
                partner = PartnerName(audience.partner_id, *names[audience.partner_id])
                sides[row.id, letter] = BlindSide(
                    partner, community.id, community.name, community.name_zh, audience.as_of,
                    audience.accepted if audience.partner_id == actor.partner_id else None, padded(audience.accepted),
                    keys.get(audience.partner_id, ""), bool(once), bool(twice),
                )  # fmt: skip
    return sides


def _own_ids(session: Session, actor: Actor, rows: Iterable[BlindCount]) -> set[str]:
    ids = {one for row in rows for one in (row.audience_a_id, row.audience_b_id) if one is not None}
    wanted = select(Audience.id).where(Audience.id.in_(ids), Audience.partner_id == actor.partner_id)
    return set(session.scalars(wanted))


def _refusals(session: Session, rows: Sequence[BlindCount]) -> dict[str, str]:
    """Return why stopped counts were not counted, where an evaluation says so."""
    stopped = {row.id: row for row in rows if row.step == BlindStep.STOPPED and row.audience_b_id is not None}
    pairs = {frozenset((row.audience_a_id, str(row.audience_b_id))): row.id for row in stopped.values()}
    asked = select(Evaluation).where(
        Evaluation.question == Question.BLIND,
        Evaluation.partnership_id.in_({row.partnership_id for row in stopped.values()}),
    )
    found = {}
    for one in session.scalars(asked.order_by(Evaluation.at)) if stopped else ():
        count_id = pairs.get(frozenset((one.own_audience_id, one.other_audience_id)))
        if count_id is not None:
            found[count_id] = one.answer.value
    return found
