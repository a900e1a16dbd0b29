"""Deleting the tokens of audiences that nobody may compare any more.

An audience ends when it expires, when its brand leaves the platform, or when the last of its brand's partnerships ends:
then nobody is left to compare it with (domain specification D5), and what was counted stays. Where its brand takes it
back, what was counted from it goes too.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from partners import audit
from partners.audiences.blind.ending_services import stop_counts_of
from partners.audiences.intake.files import delete_files, stray_files, withdrawn_files
from partners.audiences.keys.models import PartnershipKey
from partners.audiences.models import Audience, Overlap, Regions, TokenFile
from partners.audiences.queries import own_audience
from partners.audiences.register_services import PREVIEW_FOR, remove_preview
from partners.communities.models import Community
from partners.database import locked
from partners.directory import policy
from partners.directory.models import Footing, Partner, Partnership, PartnershipPartner, Standing
from partners.directory.policy import Action, Actor
from partners.directory.relationship import checked_why
from partners.errors import Conflict, NotFound
from partners.store import FolderStore


class TokensGone(Conflict):
    """The tokens of this audience are deleted already."""


RUN_EVERY = timedelta(days=1)
"""Between two runs. What would be too old before the next one goes with this one."""


def audiences_due(session: Session, partner_id: str, days: int, now: datetime) -> list[str]:
    """Return the ids of a brand's audiences whose tokens are to be deleted by now, in the order of their ids.

    Args:
        days: for how many tokens are kept after the audience has ended.
    """
    partner = session.get_one(Partner, partner_id)
    alone_since = _no_partnership_since(session, partner_id)
    left_at = partner.standing_at if partner.standing == Standing.LEFT else None
    rows = session.scalars(
        select(Audience)
        .where(Audience.partner_id == partner_id, Audience.tokens_deleted_at.is_(None),
               Audience.confirmed_at.is_not(None))
        .order_by(Audience.id)
    )  # fmt: skip
    return [row.id for row in rows if _is_due(_end(row, (left_at, alone_since)), days, now)]


def previews_due(session: Session, partner_id: str, now: datetime) -> list[str]:
    """Return the ids of a brand's previews that nobody confirmed within their day, in the order of their ids."""
    wanted = select(Audience.id).where(
        Audience.partner_id == partner_id, Audience.confirmed_at.is_(None), Audience.created_at <= now - PREVIEW_FOR
    )
    return list(session.scalars(wanted.order_by(Audience.id)))


def delete_preview(session: Session, store: FolderStore, audience_id: str, now: datetime) -> bool:
    """Remove a preview that was forgotten; say whether it still was one."""
    row: Audience | None = locked(session)(Audience, audience_id)
    if row is None or row.confirmed_at is not None:
        return False
    audit.record(session, audit.Platform(row.partner_id), "delete_preview", row, now)
    remove_preview(session, store, row, now)
    return True


def delete_tokens(session: Session, store: FolderStore, audience_id: str, now: datetime) -> bool:
    """Delete the tokens of an audience because their days are over; say whether they were there to delete."""
    row: Audience = locked(session)(Audience, audience_id)
    if row.tokens_deleted_at is not None:
        return False
    _delete(session, store, row, now)
    after = {"name": row.source_name, "accepted": row.accepted}
    audit.record(session, audit.Platform(row.partner_id), "delete_tokens", row, now, after=after)
    return True


def sweep_files(session: Session, store: FolderStore, now: datetime) -> int:
    """Delete token files that no row names, such as a death leaves, and withdrawn people under keys that ended.

    Returns how many files went. Not limited to an actor: for the job that deletes.
    """
    named = set(session.scalars(select(TokenFile.store_key)))
    strays = list(stray_files(store, named, (now - RUN_EVERY).timestamp()))
    current = set(session.scalars(select(PartnershipKey.name).where(PartnershipKey.ended_at.is_(None))))
    strays += [key for key, key_name in withdrawn_files(store) if key_name not in current]
    for key in strays:
        store.delete(key)
    return len(strays)


def revoke_audience(
    session: Session, actor: Actor, store: FolderStore, audience_id: str, why: str, now: datetime
) -> Audience:
    """Take an audience back at once: its tokens go, and on every side what was counted from it.

    Args:
        why: for the own audit log, 1 to 400 characters; partners are told that it was taken back, not why.

    Raises:
        NotFound: it is a preview, which is discarded.
        TokensGone: there is nothing left to take back.
    """
    policy.require(actor, Action.REGISTER_AUDIENCES)
    own_audience(session, actor, audience_id)
    row: Audience = locked(session)(Audience, audience_id)
    if row.confirmed_at is None:
        raise NotFound()
    if row.tokens_deleted_at is not None:
        raise TokensGone()
    after = {"name": session.get_one(Community, row.community_id).name, "why": checked_why(why)}
    _delete(session, store, row, now)
    _take_results_back(session, store, row, now)
    audit.record(session, actor, "revoke_audience", row, now, after=after)
    return row


def _delete(session: Session, store: FolderStore, row: Audience, now: datetime) -> None:
    """Delete the files first: should the rest fail, it is done again, and nothing is called deleted that is kept."""
    files = session.scalars(select(TokenFile).where(TokenFile.audience_id == row.id)).all()
    for file in files:
        store.delete(file.store_key)
    delete_files(store, row.id)
    for file in files:
        file.store_key = file.digest = ""
    row.tokens_deleted_at = now


def _take_results_back(session: Session, store: FolderStore, row: Audience, now: datetime) -> None:
    """Empty everything that was counted from an audience; what is left says when it was taken back."""
    pair = or_(Overlap.audience_a_id == row.id, Overlap.audience_b_id == row.id)
    for overlap in session.scalars(select(Overlap).where(pair, Overlap.taken_back_at.is_(None))):
        overlap.noisy, overlap.band, overlap.taken_back_at = None, "", now
    sides = select(PartnershipPartner.partnership_id).where(PartnershipPartner.partner_id == row.partner_id)
    for regions in session.scalars(select(Regions).where(Regions.partnership_id.in_(sides))):
        if row.id in regions.audience_ids and regions.taken_back_at is None:
            regions.cells, regions.taken_back_at = [], now
    stop_counts_of(session, store, [row.id], now)


def _no_partnership_since(session: Session, partner_id: str) -> datetime | None:
    """Return when the last of a brand's partnerships ended; None while one is open, and where there never was one."""
    rows = session.execute(
        select(Partnership.footing, Partnership.ended_at)
        .join(PartnershipPartner, PartnershipPartner.partnership_id == Partnership.id)
        .where(PartnershipPartner.partner_id == partner_id)
    ).all()
    if any(footing != Footing.ENDED for footing, _at in rows):
        return None
    return max((at for _footing, at in rows if at is not None), default=None)


def _end(row: Audience, ended: Iterable[datetime | None]) -> datetime:
    """Return when an audience ended, or will: what ended before it was registered does not end it earlier than that."""
    expires = datetime.combine(row.expires_on + timedelta(days=1), time(), UTC)
    return min([expires, *(max(at, row.created_at) for at in ended if at is not None)])


def _is_due(end: datetime, days: int, now: datetime) -> bool:
    return end <= now and end + timedelta(days=days) < now + RUN_EVERY
