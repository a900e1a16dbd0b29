"""Reads of ratings, and the wall between the sides: before a round is open nothing of another side is read at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from partners.directory.cards import PartnerName
from partners.directory.policy import Actor
from partners.fit.cards import OwnRating, RatedDimension, RatingState, Round, SideRatings
from partners.fit.models import FitRating
from partners.fit.score import RATED, RATERS, rated


def raters(session: Session, partnership_id: str) -> dict[int, dict[str, int]]:
    """Return how many people of each side have rated, by round; what they rated is not read."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for number, partner_id, people in session.execute(
        select(FitRating.round, FitRating.partner_id, func.count())
        .where(FitRating.partnership_id == partnership_id).group_by(FitRating.round, FitRating.partner_id)
    ):  # fmt: skip
        found[number][partner_id] = people
    return dict(found)


def is_open(people: Mapping[str, int], sides: Iterable[str]) -> bool:
    """Say whether enough people of every side have rated in a round."""
    return all(people.get(side, 0) >= RATERS for side in sides)


def round_to_rate(session: Session, partnership_id: str, sides: Sequence[str]) -> int:
    """Return the round that a rating now counts for: the one that is not open yet, or the one after the last."""
    people = raters(session, partnership_id)
    newest = max(people, default=1)
    return newest + 1 if is_open(people.get(newest, {}), sides) else newest


def own_rating(session: Session, partnership_id: str, number: int, user_id: str) -> FitRating | None:
    """Return what one person has rated in a round; None where nothing yet."""
    return session.scalar(
        select(FitRating).where(
            FitRating.partnership_id == partnership_id, FitRating.round == number, FitRating.user_id == user_id
        )
    )


def rating_state(session: Session, actor: Actor, partnership_id: str, names: Mapping[str, PartnerName]) -> RatingState:
    """Return the round that is being rated, as far as the actor may know it."""
    number = round_to_rate(session, partnership_id, list(names))
    people = raters(session, partnership_id).get(number, {})
    mine = own_rating(session, partnership_id, number, actor.user_id)
    own = None
    if mine is not None and mine.partner_id == actor.partner_id:
        own = OwnRating(mine.brand_values, mine.positioning, mine.tone, mine.rated_at)
    waits_for = tuple(name for side, name in names.items() if people.get(side, 0) < RATERS)
    return RatingState(number, bool(people), own, people.get(actor.partner_id, 0), waits_for)


def open_rounds(session: Session, partnership_id: str, names: Mapping[str, PartnerName]) -> list[Round]:
    """Return the rounds that are open to all sides, newest first."""
    numbers = [number for number, people in raters(session, partnership_id).items() if is_open(people, names)]
    rows: dict[int, list[FitRating]] = defaultdict(list)
    for row in session.scalars(
        select(FitRating).where(FitRating.partnership_id == partnership_id, FitRating.round.in_(numbers))
    ):
        rows[row.round].append(row)
    return [_round(number, rows[number], names) for number in sorted(rows, reverse=True)]


def _round(number: int, rows: Sequence[FitRating], names: Mapping[str, PartnerName]) -> Round:
    opened_at: datetime = max(row.rated_at for row in rows)
    dimensions = []
    for dimension in RATED:
        by_side = {side: sorted(getattr(r, dimension.value) for r in rows if r.partner_id == side) for side in names}
        sides = tuple(SideRatings(names[side], tuple(given)) for side, given in by_side.items())
        dimensions.append(
            RatedDimension(dimension.value, sides, rated([n for given in by_side.values() for n in given]))
        )
    return Round(number, opened_at, tuple(dimensions))
