"""Writing what was counted: each question once, its cost, and nothing that is exact.

Two jobs may count the same pair at once, each with noise of its own. Whoever writes first is the one that asked: the
communities are locked, everything is looked up again, and what is known by then is not written or paid twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from partners import audit
from partners.audiences.counting.planned import WHOLE as WHOLE
from partners.audiences.counting.planned import Asked
from partners.audiences.counting.planned import Counted as Counted
from partners.audiences.counting.queries import Pairing, Part, lists_of
from partners.audiences.models import Audience, Overlap
from partners.audiences.release.evaluating import ANSWERED, Answer, Question
from partners.audiences.release.evaluation_queries import Rules, Similar, answer_of, known_of, last_answer, rules_of
from partners.audiences.release.evaluation_services import lock_communities, record_evaluation
from partners.audiences.release.release import Band, steady_band
from partners.directory.relationship import OPEN_FOOTINGS


def record_answers(
    session: Session, pairings: Iterable[Pairing], counted: Mapping[Asked, Counted], similar: Similar, now: datetime
) -> int:
    """Write how each question was answered, and what was counted; return for how many of them there is a result now.

    A question that was to be counted and is not in ``counted`` stays open: it is asked again.
    """
    asked = list(pairings)
    _lock(session, asked)
    _mark_similar(session, similar)
    rules = rules_of(session, {pairing.partnership_id for pairing in asked})
    kept = 0
    for pairing in asked:
        if rules[pairing.partnership_id].footing in OPEN_FOOTINGS and _is_as_it_was(session, pairing):
            for question in pairing.questions:
                found = counted.get((pairing, question))
                kept += _record(session, pairing, question, rules[pairing.partnership_id], found, similar, now)
    return kept


def record_counting(session: Session, thing: object, pairs: int, now: datetime) -> None:
    """Write into the audit log that the overlaps of an audience or a partnership were counted."""
    audit.record(session, None, "count_overlaps", thing, now, after={"pairs": pairs})


def _lock(session: Session, pairings: list[Pairing]) -> None:
    """Lock the communities, then the audiences, each in the order of their ids."""
    lock_communities(session, {each for pairing in pairings for each in pairing.communities})
    audiences = {each for pairing in pairings for each in pairing.audience_ids}
    rows = select(Audience).where(Audience.id.in_(audiences)).order_by(Audience.id)
    session.scalars(rows.with_for_update().execution_options(populate_existing=True)).all()


def _mark_similar(session: Session, similar: Similar) -> None:
    for audience_id, earlier_id in similar.lists.items():
        audience = session.get_one(Audience, audience_id)
        if audience.similar_to_id is None:
            audience.similar_to_id = earlier_id


def _is_as_it_was(session: Session, pairing: Pairing) -> bool:
    """Say whether both lists are still what was counted: not taken back, and nobody withdrew meanwhile.

    What is counted blindly has no token files here that could be looked at.
    """
    audiences = [session.get_one(Audience, one.audience_id) for one in (pairing.own, pairing.other)]
    if any(audience.tokens_deleted_at is not None for audience in audiences):
        return False
    if pairing.questions == (Question.BLIND,):  # their tokens are at the brands, if there are any
        return True
    return lists_of(session, pairing.partnership_id, audiences) == [pairing.own, pairing.other]


def _record(
    session: Session, pairing: Pairing, question: Question, rules: Rules, counted: Counted | None, similar: Similar,
    now: datetime,
) -> int:  # fmt: skip
    """Write one answer; return 1 where there is a result that was not there before."""
    if _is_kept(session, pairing, question):
        return 0
    answer = answer_of(session, pairing, question, rules, similar, now)
    is_too_exact = counted is not None and counted.epsilon_milli > rules.settings.epsilon_milli
    if answer is Answer.COUNTED and (counted is None or is_too_exact):
        return 0
    if answer is Answer.COUNTED and counted is not None:
        _keep(session, pairing, counted, now)
    elif answer is Answer.SAME_LISTS:
        _repeat(session, pairing, known_of(session, pairing, question), now)
    cost = counted.epsilon_milli if answer is Answer.COUNTED and counted is not None else 0
    if answer in ANSWERED or last_answer(session, pairing, question) != answer:
        record_evaluation(session, pairing, question, answer, cost, now)
    session.flush()
    return int(answer in ANSWERED)


def _is_kept(session: Session, pairing: Pairing, question: Question) -> bool:
    a, b = pairing.audience_ids
    is_between = Overlap.segment_a != "" if question is Question.SEGMENTS else Overlap.segment_a == ""
    mine = (Overlap.partnership_id == pairing.partnership_id, Overlap.audience_a_id == a, Overlap.audience_b_id == b)
    return session.scalars(select(Overlap.id).where(*mine, is_between).limit(1)).first() is not None


def _keep(session: Session, pairing: Pairing, counted: Counted, now: datetime) -> None:
    """Add what was counted; the band goes on from the one shown before."""
    own = {part.segment: part for part in (pairing.own.whole, *pairing.own.segments)}
    other = {part.segment: part for part in (pairing.other.whole, *pairing.other.segments)}
    before = _band_before(session, pairing) if WHOLE in counted.cells else None
    for (of_own, of_other), noisy in counted.cells.items():
        sizes = (own[of_own].members, other[of_other].members)
        is_whole = (of_own, of_other) == WHOLE
        band = steady_band(noisy, min(sizes), before, counted.epsilon_milli).value if is_whole else ""
        row = _overlap(pairing, own[of_own], other[of_other], now)
        row.noisy, row.epsilon_milli, row.band, row.method = noisy, counted.epsilon_milli, band, counted.method
        session.add(row)


def _repeat(session: Session, pairing: Pairing, known: list[Overlap], now: datetime) -> None:
    """Add what is known of the same lists, number by number, for these audiences."""
    is_turned = _partner_of(session, known[0].audience_a_id) != pairing.own.partner_id
    for row in known:
        ends = [(row.segment_a, row.size_a), (row.segment_b, row.size_b)]
        own, other = reversed(ends) if is_turned else ends
        copy = _overlap(pairing, Part(*own, "", ""), Part(*other, "", ""), now)
        copy.noisy, copy.epsilon_milli, copy.band, copy.method = row.noisy, row.epsilon_milli, row.band, row.method
        session.add(copy)


def _overlap(pairing: Pairing, own: Part, other: Part, now: datetime) -> Overlap:
    """Return a row for two parts, in the order in which an overlap is kept; the count is still to come."""
    a, b = pairing.audience_ids
    first, second = (own, other) if pairing.own.audience_id == a else (other, own)
    return Overlap(
        partnership_id=pairing.partnership_id, audience_a_id=a, audience_b_id=b, segment_a=first.segment,
        segment_b=second.segment, size_a=first.members, size_b=second.members, computed_at=now,
    )  # fmt: skip


def _band_before(session: Session, pairing: Pairing) -> Band | None:
    """Return the band that was last shown of these communities in this partnership; None before the first."""
    one, other = sorted(pairing.communities)
    of_one, of_other = (select(Audience.id).where(Audience.community_id == each) for each in (one, other))
    found = session.scalar(
        select(Overlap.band)
        .where(Overlap.partnership_id == pairing.partnership_id, Overlap.segment_a == "", Overlap.band != "",
               or_(Overlap.audience_a_id.in_(of_one) & Overlap.audience_b_id.in_(of_other),
                   Overlap.audience_a_id.in_(of_other) & Overlap.audience_b_id.in_(of_one)))
        .order_by(Overlap.computed_at.desc(), Overlap.id).limit(1)
    )  # fmt: skip
    return Band(found) if found else None


def _partner_of(session: Session, audience_id: str) -> str:
    return session.get_one(Audience, audience_id).partner_id
