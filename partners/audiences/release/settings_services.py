"""Writing what a side asks for when overlaps are counted and shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from partners import audit, outbox
from partners.audiences.release.release import ReleaseSettings
from partners.database import locked
from partners.directory import policy
from partners.directory import queries as directory
from partners.directory import services as directory_services
from partners.directory.models import Footing, Partnership, PartnershipPartner
from partners.directory.policy import Action, Actor
from partners.directory.relationship import PartnershipOver
from partners.errors import Invalid

ROUNDINGS = (10, 50, 100)
"""Members to which a side may have counts rounded."""

EPSILONS = (50, 1_000)
"""Thousandths of privacy loss that a count may cost, at least and at most: below, a count of 50 is mostly noise; above,
one answer tells more of a person than is left to guess (domain specification D4: 250)."""

LARGEST_BUDGET = 2_000
"""Thousandths a year and ordered pair of communities, at most (domain specification D4, 2); 0: nothing is counted."""


class RoundingUnknown(Invalid):
    """Counts are rounded to 10, 50 or 100 members."""


class EpsilonOutOfRange(Invalid):
    """The privacy loss of one count is between 0.050 and 1.000."""


class BudgetOutOfRange(Invalid):
    """The yearly budget is between 0 and 2.000."""


class ArrangementTooLong(Invalid):
    """Name the arrangement in at most 120 characters."""


@dataclass(frozen=True, slots=True)
class SideSettings:
    """What one side asks for; ``arrangement`` names a document on comparing across borders, empty for none."""

    release: ReleaseSettings
    arrangement: str = ""


def set_release(session: Session, actor: Actor, partnership_id: str, wanted: SideSettings, now: datetime) -> None:
    """Set what the actor's side asks for; of all sides the stricter counts. Then what may be counted now is counted.

    Raises:
        PartnershipOver, FloorOutOfRange, RoundingUnknown, EpsilonOutOfRange, BudgetOutOfRange, ArrangementTooLong.
    """
    policy.require(actor, Action.RUN_PARTNERSHIPS)
    partnership = directory.own_partnership(session, actor, partnership_id)
    if partnership.footing is Footing.ENDED:
        raise PartnershipOver()
    arrangement = _checked(wanted)
    side: PartnershipPartner = locked(session)(PartnershipPartner, (partnership_id, actor.partner_id))
    if side.floor != wanted.release.floor:
        directory_services.set_floor(session, actor, partnership_id, wanted.release.floor, now)
    before = _content(side)
    side.rounding, side.epsilon_milli = wanted.release.rounding, wanted.release.epsilon_milli
    side.budget_milli = wanted.release.budget_milli
    if side.arrangement != arrangement:
        side.arrangement, side.arrangement_at = arrangement, now if arrangement else None
    _record(session, actor, partnership, before, _content(side), now)


def _record(
    session: Session, actor: Actor, partnership: Partnership, before: dict[str, object], after: dict[str, object],
    now: datetime,
) -> None:  # fmt: skip
    """Write down what changed, if anything did, and let it be looked at again what may be counted."""
    changed = {key: value for key, value in after.items() if before[key] != value}
    if changed:
        was = {key: before[key] for key in changed}
        audit.record(session, actor, "set_release", partnership, now, was, {"name": partnership.name, **changed})
        outbox.emit(session, "release_settings.changed", partnership, actor, now)


def _checked(wanted: SideSettings) -> str:
    """Return the name of the arrangement without space around it, or raise what is wrong."""
    release, arrangement = wanted.release, wanted.arrangement.strip()
    if release.rounding not in ROUNDINGS:
        raise RoundingUnknown()
    if not EPSILONS[0] <= release.epsilon_milli <= EPSILONS[1]:
        raise EpsilonOutOfRange()
    if not 0 <= release.budget_milli <= LARGEST_BUDGET:
        raise BudgetOutOfRange()
    if len(arrangement) > 120:
        raise ArrangementTooLong()
    return arrangement


def _content(side: PartnershipPartner) -> dict[str, object]:
    return {
        "rounding": side.rounding, "epsilon_milli": side.epsilon_milli, "budget_milli": side.budget_milli,
        "arrangement": side.arrangement,
    }  # fmt: skip
