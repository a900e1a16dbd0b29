"""Reads for counting: which pairs of audiences have to be counted for a partnership, and where their tokens lie."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.audiences.models import Audience, Overlap
from partners.audiences.queries import newest_audiences
from partners.communities.models import Community
from partners.directory import queries as directory
from partners.directory.models import Partnership, PartnershipPartner
from partners.directory.relationship import OPEN_FOOTINGS


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two audiences of different partners, to be counted for a partnership; ``audience_a_id`` is the smaller id.

    The keys are those of their token files in the store.
    """

    partnership_id: str
    audience_a_id: str
    audience_b_id: str
    key_a: str
    key_b: str


def pairings_of_audience(session: Session, audience_id: str, today: date) -> list[Pairing]:
    """Return the pairs that a new audience makes with partners' newest ones; none where it is not the newest itself."""
    audience = session.get_one(Audience, audience_id)
    if audience.id not in {one.id for one in newest_audiences(session, [audience.community_id], today)}:
        return []
    found = []
    for partnership_id in directory.accepted_partnership_ids(session, audience.partner_id):
        others = _countable(session, partnership_id, today)
        found += [pairing_of(partnership_id, audience, one) for one in others if one.partner_id != audience.partner_id]
    return without_counted(session, found)


def pairings_of_partnership(session: Session, partnership_id: str, today: date) -> list[Pairing]:
    """Return the pairs of newest audiences of different partners in a partnership that were not counted yet."""
    if session.get_one(Partnership, partnership_id).footing not in OPEN_FOOTINGS:
        return []
    pairs = combinations(_countable(session, partnership_id, today), 2)
    found = [pairing_of(partnership_id, one, other) for one, other in pairs if one.partner_id != other.partner_id]
    return without_counted(session, found)


def newest_in(session: Session, partnership_ids: Collection[str], today: date) -> list[Audience]:
    """Return the newest valid audience of each community of all partners in these partnerships."""
    sides = select(PartnershipPartner.partner_id).where(PartnershipPartner.partnership_id.in_(partnership_ids))
    communities = session.scalars(select(Community.id).where(Community.partner_id.in_(sides))).all()
    return newest_audiences(session, communities, today)


def pairing_of(partnership_id: str, one: Audience, other: Audience) -> Pairing:
    """Return two audiences in the order in which their overlap is kept."""
    a, b = sorted((one, other), key=lambda audience: audience.id)
    return Pairing(partnership_id, a.id, b.id, a.token_key, b.token_key)


def without_counted(session: Session, pairings: Iterable[Pairing]) -> list[Pairing]:
    """Return those pairs that have not been counted yet."""
    wanted = list(pairings)
    partnerships = {pairing.partnership_id for pairing in wanted}
    rows = session.execute(
        select(Overlap.partnership_id, Overlap.audience_a_id, Overlap.audience_b_id)
        .where(Overlap.partnership_id.in_(partnerships))
    )  # fmt: skip
    counted = {(partnership_id, a, b) for partnership_id, a, b in rows}
    return [one for one in wanted if (one.partnership_id, one.audience_a_id, one.audience_b_id) not in counted]


def _countable(session: Session, partnership_id: str, today: date) -> list[Audience]:
    """Return the newest audiences of a partnership, without those of partners that are suspended or have left."""
    newest = newest_in(session, [partnership_id], today)
    here = directory.approved_ids(session, {one.partner_id for one in newest})
    return [one for one in newest if one.partner_id in here]
