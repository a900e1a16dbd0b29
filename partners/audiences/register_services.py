"""Registering a list: read its tokens, show what became of them, and take it or leave it.

A preview is a list that nothing counts yet; it is confirmed, discarded, or gone after a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners import audit, outbox
from partners.audiences.blinding.columns import token_column
from partners.audiences.counting import similarity
from partners.audiences.ground import Ground, require_ground
from partners.audiences.intake.files import (
    delete_after_commit,
    digest_of,
    kept_tokens,
    store_key,
    withdrawn_key,
    write_tokens,
)
from partners.audiences.intake.reading import Intake, Tokens, read_tokens
from partners.audiences.keys.queries import current_key_names
from partners.audiences.models import Audience, TokenFile
from partners.audiences.queries import own_audience
from partners.communities import queries as communities
from partners.database import locked, new_id
from partners.directory import policy
from partners.directory.models import Partner
from partners.directory.policy import Action, Actor
from partners.errors import Conflict, Invalid
from partners.store import FolderStore
from partners.tabular import Failure

PREVIEW_FOR = timedelta(days=1)
"""How long a preview waits to be confirmed."""


class SameFile(Conflict):
    """This file was already sent for this community, on {registered_on}. Nothing was stored."""


class UnknownKey(Invalid):
    """The column {column} is under no key that you use now. Blind the list again with the keys of your partnerships."""


class PeopleWithdrew(Conflict):
    """People withdrew while the file was being read, and nothing was stored. Send it again."""


class NoPreview(Conflict):
    """This list is registered already."""


@dataclass(frozen=True, slots=True)
class Previewed:
    """What became of an uploaded list. Failures go back to the sender and are kept nowhere."""

    audience: Audience
    accepted: int
    duplicates: int
    rejected: int
    reasons: dict[str, int]
    header: tuple[str, ...]
    failures: list[Failure]


def preview_audience(
    session: Session, actor: Actor, store: FolderStore, community_id: str, ground: Ground, source_name: str,
    stream: BinaryIO, now: datetime,
) -> Previewed:  # fmt: skip
    """Read a token file and keep it as a preview; its files are removed again unless the caller commits.

    Args:
        stream: the token file, seekable; see ``intake.reading``.

    Raises:
        UnknownKey, SameFile, PeopleWithdrew; GroundMissing and the other errors of ``ground``; NotBlinded, NoMembers
        and the other errors of ``intake`` and ``tabular``.
    """
    policy.require(actor, Action.REGISTER_AUDIENCES)
    require_ground(ground, now)
    read: dict[str, Tokens] = {}

    def withdrawn(key_name: str) -> Tokens:
        return read.setdefault(key_name, kept_tokens(store, withdrawn_key(actor.partner_id, key_name)))

    digest, intake = digest_of(stream), read_tokens(stream, withdrawn)  # seconds; before the first lock is taken
    community = communities.own_community(session, actor, community_id)
    locked(session)(Partner, actor.partner_id)  # the same file sent twice at once is refused once; nobody withdraws
    partnership_of = _partnerships(session, actor, intake)
    _require_new(session, community_id, digest)
    if any(len(kept_tokens(store, withdrawn_key(actor.partner_id, name))) != len(gone) for name, gone in read.items()):
        raise PeopleWithdrew()
    audience = Audience(
        id=new_id(), community_id=community.id, partner_id=community.partner_id, **ground.columns,
        source_name=PurePath(source_name).name[:120], source_digest=digest, accepted=intake.accepted,
        duplicates=intake.duplicates, rejected=intake.rejected, reasons=intake.reasons, created_by=actor.user_id,
        created_at=now,
    )  # fmt: skip
    session.add(audience)
    session.flush()
    _keep_tokens(session, store, audience, intake, partnership_of)
    session.flush()
    audience.similar_to_id = similarity.similar_audience(session, store, audience, now.date())
    return Previewed(
        audience, intake.accepted, intake.duplicates, intake.rejected, intake.reasons, intake.header, intake.failures
    )


def confirm_audience(session: Session, actor: Actor, audience_id: str, now: datetime) -> Audience:
    """Take a preview as an audience and let its overlaps be counted.

    Raises:
        NoPreview: it was confirmed before.
    """
    audience = _preview(session, actor, audience_id)
    audience.confirmed_at = now
    after: dict[str, object] = {
        "community": audience.community_id, "as_of": audience.as_of.isoformat(), "accepted": audience.accepted,
        "rejected": audience.rejected, "source": audience.source_digest,
    }  # fmt: skip
    audit.record(session, actor, "register_audience", audience, now, after=after)
    outbox.emit(session, "audience.registered", audience, actor, now)
    return audience


def discard_audience(session: Session, actor: Actor, store: FolderStore, audience_id: str, now: datetime) -> None:
    """Remove a preview: nothing of it stays but a line in the audit log."""
    audience = _preview(session, actor, audience_id)
    audit.record(session, actor, "discard_audience", audience, now, after={"accepted": audience.accepted})
    remove_preview(session, store, audience, now)


def remove_preview(session: Session, store: FolderStore, audience: Audience, now: datetime) -> None:
    """Delete the rows of a preview, and its files with the commit.

    Of the lists that were left uncounted for it, the first takes its place; otherwise two of them might be counted.
    """
    wanted = select(Audience).where(Audience.similar_to_id == audience.id).order_by(Audience.created_at, Audience.id)
    for number, similar in enumerate(waiting := list(session.scalars(wanted))):
        similar.similar_to_id = waiting[0].id if number else None
    if waiting and waiting[0].confirmed_at is not None:
        outbox.emit(session, "audience.registered", waiting[0], audit.Platform(audience.partner_id), now)
    for row in session.scalars(select(TokenFile).where(TokenFile.audience_id == audience.id)).all():
        delete_after_commit(session, store, row.store_key)
        session.delete(row)
    session.flush()
    session.delete(audience)
    session.flush()


def _preview(session: Session, actor: Actor, audience_id: str) -> Audience:
    policy.require(actor, Action.REGISTER_AUDIENCES)
    own_audience(session, actor, audience_id)
    audience: Audience = locked(session)(Audience, audience_id)
    if audience.confirmed_at is not None:
        raise NoPreview()
    return audience


def _partnerships(session: Session, actor: Actor, intake: Intake) -> dict[str, str]:
    """Return name of key -> partnership for the keys of a list; all of them must be in use now."""
    current = current_key_names(session, actor, to=Action.REGISTER_AUDIENCES)
    for column in intake.columns:
        if column.key_name not in current:
            raise UnknownKey(column=token_column(column.key_name))
    return current


def _require_new(session: Session, community_id: str, digest: str) -> None:
    same = select(Audience.created_at).where(Audience.community_id == community_id, Audience.source_digest == digest)
    registered_at = session.scalar(same)
    if registered_at is not None:
        raise SameFile(registered_on=registered_at.date())


def _keep_tokens(
    session: Session, store: FolderStore, audience: Audience, intake: Intake, partnership_of: dict[str, str]
) -> None:
    """Write a file for each key, and for each key and segment that has members."""
    for column in intake.columns:
        partnership_id = partnership_of[column.key_name]
        for number, segment in enumerate(("", *intake.segments)):
            tokens = column.segment(number) if number else column.tokens
            if len(tokens):
                key = store_key(audience.id, partnership_id, number)
                session.add(
                    TokenFile(
                        audience_id=audience.id, partner_id=audience.partner_id, partnership_id=partnership_id,
                        key_name=column.key_name, segment=segment, members=len(tokens),
                        digest=write_tokens(session, store, key, tokens), store_key=key,
                    )
                )  # fmt: skip
