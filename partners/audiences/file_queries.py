"""Reads of token files: in which partnerships an audience may be compared, and of how many members it is now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from partners.audiences.keys.models import PartnershipKey
from partners.audiences.models import Audience, TokenFile
from partners.directory.models import Partnership


@dataclass(frozen=True, slots=True)
class Recipient:
    """A partnership in which an audience may be compared, and how many of its members there are now.

    ``is_current``: whether its tokens are under the partnership's present key; otherwise no newer list of a partner can
    be compared with it. ``segments`` are (label, members), by label.
    """

    partnership_id: str
    partnership: str
    key_name: str
    is_current: bool
    members: int
    withdrawn: int
    segments: tuple[tuple[str, int], ...]


def recipients(session: Session, audience_ids: Collection[str]) -> dict[str, tuple[Recipient, ...]]:
    """Return the recipients of audiences that the caller may see, by name; without any where nothing names one."""
    current = select(PartnershipKey.name).where(
        PartnershipKey.partnership_id == TokenFile.partnership_id, PartnershipKey.ended_at.is_(None),
        PartnershipKey.name == TokenFile.key_name,
    )  # fmt: skip
    rows = session.execute(
        select(TokenFile, Partnership.name, current.exists())
        .join(Partnership, Partnership.id == TokenFile.partnership_id)
        .where(TokenFile.audience_id.in_(audience_ids))
        .order_by(Partnership.name, TokenFile.partnership_id, TokenFile.segment)
    ).all()
    segments: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for row, _, _ in rows:
        if row.segment:
            segments.setdefault((row.audience_id, row.partnership_id), []).append((row.segment, row.members))
    found: dict[str, tuple[Recipient, ...]] = {}
    for row, name, is_current in rows:
        if not row.segment:
            parts = tuple(segments.get((row.audience_id, row.partnership_id), ()))
            one = Recipient(row.partnership_id, name, row.key_name, is_current, row.members, row.withdrawn, parts)
            found[row.audience_id] = (*found.get(row.audience_id, ()), one)
    return found


def members_now(session: Session, audience_ids: Collection[str]) -> dict[str, int]:
    """Return how many members the token files of audiences have now; without those that have no file."""
    largest = select(TokenFile.audience_id, func.max(TokenFile.members)).group_by(TokenFile.audience_id)
    return dict(session.execute(largest.where(TokenFile.audience_id.in_(audience_ids), TokenFile.segment == "")).all())


def files_of(session: Session, partner_id: str, key_names: Collection[str]) -> list[TokenFile]:
    """Return the token files that a brand keeps under some keys, by audience, partnership and segment."""
    wanted = (
        select(TokenFile).join(Audience, Audience.id == TokenFile.audience_id)
        .where(TokenFile.partner_id == partner_id, TokenFile.key_name.in_(key_names),
               Audience.tokens_deleted_at.is_(None))
    )  # fmt: skip
    return list(session.scalars(wanted.order_by(TokenFile.audience_id, TokenFile.partnership_id, TokenFile.segment)))
