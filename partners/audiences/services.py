"""Writing audiences and overlaps: register a list, find the pairs to count, keep what was counted."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath
from typing import BinaryIO

from sqlalchemy import event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, SessionTransaction

from partners import audit, outbox
from partners.audiences.counting_queries import Pairing
from partners.audiences.intake import Intake, read_members
from partners.audiences.models import Audience, LawfulBasis, Overlap
from partners.communities import queries as communities
from partners.communities.models import Community
from partners.database import locked, new_id
from partners.directory import policy
from partners.directory.policy import Action, Actor
from partners.errors import Conflict, Invalid
from partners.store import FolderStore
from partners.tabular import Failure

_BLOCK = 1 << 20
_ROWS_AT_ONCE = 1_000
"""Rows of one INSERT; eight parameters each, far below the limit of either database."""


class OfTheFuture(Invalid):
    """A list cannot be of a day that has not come yet ({as_of})."""


class ExpiresTooEarly(Invalid):
    """The list must expire on or after the day it is of ({as_of}), and not before today."""


class SameFile(Conflict):
    """This file was already registered for this community, on {registered_on}. Nothing was stored."""


@dataclass(frozen=True, slots=True)
class Registered:
    """What became of an uploaded list. Failures go back to the sender and are kept nowhere."""

    audience: Audience
    accepted: int
    duplicates: int
    rejected: int
    reasons: dict[str, int]
    header: tuple[str, ...]
    failures: list[Failure]


def register_audience(
    session: Session, actor: Actor, store: FolderStore, token_key: bytes, community_id: str, as_of: date,
    expires_on: date, lawful_basis: LawfulBasis, purpose: str, source_name: str, stream: BinaryIO, now: datetime,
) -> Registered:  # fmt: skip
    """Read a list, keep its tokens, and let the overlaps be counted.

    The token file is removed again unless the caller commits.

    Args:
        token_key: keys the tokens of this installation.
        stream: the uploaded CSV, seekable; see ``intake.read_members``.

    Raises:
        OfTheFuture, ExpiresTooEarly, SameFile, NoMembers, and the errors of ``tabular``.
    """
    policy.require(actor, Action.REGISTER_AUDIENCES)
    _require_days(as_of, expires_on, now)
    digest, intake = _digest_of(stream), read_members(stream, token_key)  # seconds; before the first lock is taken
    community = communities.own_community(session, actor, community_id)
    locked(session)(Community, community_id)  # the same file sent twice at once is refused once
    _require_new(session, community_id, digest)
    audience = Audience(
        id=new_id(), community_id=community.id, partner_id=community.partner_id, as_of=as_of, expires_on=expires_on,
        lawful_basis=lawful_basis, purpose=purpose[:120], source_name=PurePath(source_name).name[:120],
        source_digest=digest, accepted=intake.accepted, duplicates=intake.duplicates, rejected=intake.rejected,
        reasons=intake.reasons, created_by=actor.user_id, created_at=now,
    )  # fmt: skip
    audience.token_key = f"audiences/{audience.id}.tokens"
    _keep_tokens(session, store, audience, intake)
    session.add(audience)
    after: dict[str, object] = {
        "community": community.id, "as_of": as_of.isoformat(), "accepted": intake.accepted,
        "rejected": intake.rejected, "source": digest,
    }  # fmt: skip
    audit.record(session, actor, "register_audience", audience, now, after=after)
    outbox.emit(session, "audience.registered", audience, actor, now)
    return Registered(
        audience, intake.accepted, intake.duplicates, intake.rejected, intake.reasons, intake.header, intake.failures
    )


def record_overlaps(session: Session, counts: Mapping[Pairing, int], now: datetime) -> int:
    """Keep counted overlaps and return how many are new.

    Audiences never change, so a pair that is already there was counted with the same result and stays as it is.
    """
    rows = [
        {
            "id": new_id(), "partnership_id": pairing.partnership_id, "audience_a_id": pairing.audience_a_id,
            "audience_b_id": pairing.audience_b_id, "shared": shared, "computed_at": now,
        }
        for pairing, shared in counts.items()
    ]  # fmt: skip
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    kept = 0
    for at in range(0, len(rows), _ROWS_AT_ONCE):
        statement = insert(Overlap).on_conflict_do_nothing().returning(Overlap.id)
        kept += len(session.scalars(statement, rows[at : at + _ROWS_AT_ONCE]).all())
    return kept


def record_counting(session: Session, thing: object, pairs: int, now: datetime) -> None:
    """Write into the audit log that the overlaps of an audience or a partnership were counted."""
    audit.record(session, None, "count_overlaps", thing, now, after={"pairs": pairs})


def _require_days(as_of: date, expires_on: date, now: datetime) -> None:
    if as_of > now.date():
        raise OfTheFuture(as_of=as_of.isoformat())
    if expires_on < max(as_of, now.date()):
        raise ExpiresTooEarly(as_of=as_of.isoformat())


def _require_new(session: Session, community_id: str, digest: str) -> None:
    same = select(Audience.created_at).where(Audience.community_id == community_id, Audience.source_digest == digest)
    registered_at = session.scalar(same)
    if registered_at is not None:
        raise SameFile(registered_on=registered_at.date().isoformat())


def _digest_of(stream: BinaryIO) -> str:
    stream.seek(0)
    digest = hashlib.sha256()
    while block := stream.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def _keep_tokens(session: Session, store: FolderStore, audience: Audience, intake: Intake) -> None:
    """Write the token file, and remove it when the session ends without a commit."""
    if "uncommitted_files" not in session.info:
        session.info["uncommitted_files"] = []
        event.listen(session, "after_commit", _keep_files)
        event.listen(session, "after_transaction_end", _remove_files)
    session.info["uncommitted_files"].append((store, audience.token_key))
    store.put(audience.token_key, intake.tokens.tobytes())


def _keep_files(session: Session) -> None:
    session.info["uncommitted_files"].clear()


def _remove_files(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is not None:
        return
    for store, key in session.info["uncommitted_files"]:
        store.delete(key)
    session.info["uncommitted_files"].clear()
