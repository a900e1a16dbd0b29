"""Reads of what the sides of a partnership ask for when overlaps are counted, what counts of it, and what is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.audiences.release.evaluating import Earlier, Question, next_time, spent_milli
from partners.audiences.release.evaluation_queries import earlier_of, rules_of, settings_of
from partners.audiences.release.release import ReleaseSettings
from partners.communities.models import Community
from partners.directory import policy
from partners.directory import queries as directory
from partners.directory.cards import PartnerName
from partners.directory.models import Footing, Partner, PartnershipPartner
from partners.directory.policy import Action, Actor
from partners.directory.relationship import OPEN_FOOTINGS


@dataclass(frozen=True, slots=True)
class ReleaseSide:
    """One side and what it asks for; ``arrangement_at`` is None where it recorded no arrangement across borders."""

    partner: PartnerName
    is_own: bool
    settings: ReleaseSettings
    arrangement: str
    arrangement_at: datetime | None


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """What a community may still ask of another; ``next_at`` is when that pair may be counted again, None: now."""

    name: str
    name_zh: str
    other_name: str
    other_name_zh: str
    spent_milli: int
    left_milli: int
    asked: int
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReleasePage:
    """The settings of all sides, the ones that count, and the budget of each ordered pair that was counted."""

    partnership_id: str
    name: str
    footing: str
    sides: tuple[ReleaseSide, ...]
    counts: ReleaseSettings
    budgets: tuple[BudgetLine, ...]
    may_set: bool

    @property
    def own(self) -> ReleaseSide:
        """The actor's side."""
        return next(side for side in self.sides if side.is_own)

    @property
    def is_over(self) -> bool:
        """Whether nothing can be set any more."""
        return self.footing == Footing.ENDED


def release_page(session: Session, actor: Actor, partnership_id: str, now: datetime) -> ReleasePage:
    """Return what the sides of a partnership ask for; NotFound for a stranger."""
    policy.require(actor, Action.READ)
    partnership = directory.own_partnership(session, actor, partnership_id)
    counts = rules_of(session, [partnership_id])[partnership_id].settings
    rows = session.execute(
        select(PartnershipPartner, Partner).join(Partner, Partner.id == PartnershipPartner.partner_id)
        .where(PartnershipPartner.partnership_id == partnership_id).order_by(Partner.name, Partner.id)
    )  # fmt: skip
    sides = [
        ReleaseSide(
            PartnerName(partner.id, partner.name, partner.name_zh), partner.id == actor.partner_id, settings_of(side),
            side.arrangement, side.arrangement_at,
        )
        for side, partner in rows
    ]  # fmt: skip
    is_open = partnership.footing in OPEN_FOOTINGS
    return ReleasePage(
        partnership.id, partnership.name, partnership.footing.value, tuple(sides), counts,
        tuple(_budgets(session, actor, partnership_id, counts, now)) if is_open else (),
        policy.may(actor, Action.RUN_PARTNERSHIPS),
    )  # fmt: skip


def _budgets(
    session: Session, actor: Actor, partnership_id: str, counts: ReleaseSettings, now: datetime
) -> list[BudgetLine]:
    """Return the budget of each direction between own communities and others' of which something was counted."""
    members = directory.partner_ids_in(session, partnership_id)
    found = session.scalars(
        select(Community).where(Community.partner_id.in_(members)).order_by(Community.name, Community.id)
    ).all()
    earlier = earlier_of(session, {one.id for one in found}, now)
    return [
        _budget(asker, other, earlier[frozenset((asker.id, other.id))], counts, now)
        for asker in found
        for other in found
        if asker.partner_id != other.partner_id
        and actor.partner_id in (asker.partner_id, other.partner_id)
        and frozenset((asker.id, other.id)) in earlier
    ]


def _budget(
    asker: Community, other: Community, earlier: list[Earlier], counts: ReleaseSettings, now: datetime
) -> BudgetLine:
    spent = spent_milli(asker.id, earlier, now)
    again = next_time(Question.PAIR, earlier, now)
    return BudgetLine(
        asker.name, asker.name_zh, other.name, other.name_zh, spent, max(counts.budget_milli - spent, 0),
        sum(one.own_community_id == asker.id for one in earlier), again if again > now else None,
    )  # fmt: skip
