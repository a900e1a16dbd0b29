"""Reads of what was counted: the latest result of each pair of communities, and why nothing newer is there.

Not limited to an actor: whoever calls shows only what ``release`` lets through.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, aliased

from partners.audiences.models import Audience, Evaluation, Overlap
from partners.audiences.release.evaluating import ANSWERED, Asking, Question, possible_from
from partners.audiences.release.evaluation_queries import Rules, earlier_of, rules_of
from partners.audiences.release.release import Band, Released, released

TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Note:
    """Why nothing newer is shown of a pair: an ``Answer``, or that a newer result was taken back.

    ``until``: from when on it may be counted; None where waiting does not help.
    """

    why: str
    at: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """An overlap with its two audiences, and what decides its release. ``note`` is None where it is up to date."""

    rules: Rules
    one: Audience
    other: Audience
    overlap: Overlap
    note: Note | None

    @property
    def communities(self) -> frozenset[str]:
        """Both communities, in no order."""
        return frozenset((self.one.community_id, self.other.community_id))

    @property
    def as_of(self) -> date:
        """The older day of the two lists."""
        return min(self.one.as_of, self.other.as_of)

    def is_second(self, partner_id: str) -> bool:
        """Say whether the second list is this partner's."""
        return self.other.partner_id == partner_id

    def released(self, partner_id: str = "") -> Released:
        """Return what may be shown, the list of this partner first."""
        row = self.overlap
        band = Band(row.band) if row.band else None
        shown = released(row.noisy, row.size_a, row.size_b, self.rules.settings, self.rules.footing, band)
        return shown.turned() if self.is_second(partner_id) else shown


Key = tuple[str, frozenset[str]]
"""A partnership and two communities."""


def latest_results(
    session: Session, partnership_ids: Collection[str], now: datetime, community_ids: Collection[str] | None = None,
    notes: Mapping[Key, Note] | None = None,
) -> list[Result]:  # fmt: skip
    """Return the latest result of each pair of communities in each partnership, of lists that are valid still.

    Where the latest was taken back, the one before it, if there is one.

    Args:
        notes: those of these partnerships, where they were read already; None: they are read here.
    """
    rules = rules_of(session, partnership_ids)
    notes = notes_of(session, partnership_ids, now) if notes is None else notes
    found: dict[Key, Result] = {}
    for overlap, one, other in session.execute(_valid(partnership_ids, now.date(), community_ids)):
        key = (overlap.partnership_id, frozenset((one.community_id, other.community_id)))
        note = notes.get(key)
        note = note if note is not None and note.at >= overlap.computed_at else None
        here = Result(rules[overlap.partnership_id], one, other, overlap, note)
        before = found.get(key)
        if before is not None and overlap.noisy is None:
            taken = Note(TAKEN_BACK, overlap.taken_back_at or overlap.computed_at)
            here = Result(before.rules, before.one, before.other, before.overlap, note or taken)
        found[key] = here
    return list(found.values())


def latest_table(session: Session, partnership_id: str, communities: frozenset[str], today: date) -> list[Overlap]:
    """Return the rows of the latest table of segments of two communities that was not taken back; empty without one."""
    rows = session.execute(_valid([partnership_id], today, communities, between_segments=True)).all()
    kept = [overlap for overlap, _one, _other in rows if overlap.noisy is not None]
    if not kept:
        return []
    last = kept[-1]
    return [row for row in kept if (row.audience_a_id, row.audience_b_id) == (last.audience_a_id, last.audience_b_id)]


def notes_of(
    session: Session, partnership_ids: Collection[str], now: datetime, question: Question = Question.PAIR
) -> dict[Key, Note]:
    """Return why the last question about each pair of communities was not counted; a pair that was has no note.

    Questions about lists that are not valid any more do not count.
    """
    own, other = aliased(Audience), aliased(Audience)
    asked = (question, Question.BLIND) if question is Question.PAIR else (question,)
    rows = session.scalars(
        select(Evaluation).join(own, own.id == Evaluation.own_audience_id)
        .join(other, other.id == Evaluation.other_audience_id)
        .where(Evaluation.partnership_id.in_(partnership_ids), Evaluation.question.in_(asked),
               own.expires_on >= now.date(), own.tokens_deleted_at.is_(None),
               other.expires_on >= now.date(), other.tokens_deleted_at.is_(None))
        .order_by(Evaluation.at, Evaluation.id)
    )  # fmt: skip
    last = {(row.partnership_id, frozenset((row.own_community_id, row.other_community_id))): row for row in rows}
    put_off = {key: row for key, row in last.items() if row.answer not in ANSWERED}
    rules = rules_of(session, {key[0] for key in put_off})
    earlier = earlier_of(session, {each for key in put_off for each in key[1]}, now)
    found = {}
    for key, row in put_off.items():
        settings = rules[key[0]].settings
        asking = Asking(row.question, row.own_community_id, settings.epsilon_milli, 0)
        until = possible_from(row.answer, asking, earlier[key[1]], settings.budget_milli, now)
        found[key] = Note(row.answer.value, row.at, until)
    return found


def _valid(
    partnership_ids: Collection[str], today: date, community_ids: Collection[str] | None, between_segments: bool = False
) -> Select[Overlap, Audience, Audience]:
    """Select overlaps with both audiences, the earliest first; lists that expired or are gone are left out."""
    one, other = aliased(Audience), aliased(Audience)
    wanted = (
        select(Overlap, one, other).join(one, one.id == Overlap.audience_a_id)
        .join(other, other.id == Overlap.audience_b_id)
        .where(Overlap.partnership_id.in_(partnership_ids), one.expires_on >= today, other.expires_on >= today,
               or_(Overlap.taken_back_at.is_not(None),
                   and_(one.tokens_deleted_at.is_(None), other.tokens_deleted_at.is_(None))),
               Overlap.segment_a != "" if between_segments else Overlap.segment_a == "")
        .order_by(Overlap.computed_at, Overlap.id)
    )  # fmt: skip
    if community_ids is not None:
        wanted = wanted.where(one.community_id.in_(community_ids), other.community_id.in_(community_ids))
    return wanted
