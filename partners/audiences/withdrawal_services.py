"""Taking people out of every list of a brand because they withdrew: now, and at the intake of every later list."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePath
from typing import BinaryIO

import numpy as np
from sqlalchemy.orm import Session

from partners import audit
from partners.audiences.blinding.columns import token_column
from partners.audiences.file_queries import files_of
from partners.audiences.intake.files import (
    delete_after_commit,
    digest_of,
    kept_tokens,
    next_version,
    withdrawn_key,
    write_tokens,
)
from partners.audiences.intake.reading import Intake, Tokens, read_tokens
from partners.audiences.keys.queries import current_key_names, own_copies_with_former
from partners.audiences.models import TokenFile, Withdrawal
from partners.audiences.register_services import UnknownKey
from partners.database import locked
from partners.directory import policy
from partners.directory.models import Partner
from partners.directory.policy import Action, Actor
from partners.errors import Invalid
from partners.store import FolderStore


class KeyMissing(Invalid):
    """The file lacks the column {column}, so these people would stay in the lists of one partnership. Blind it again
    with all keys that you have.
    """


def withdraw_members(
    session: Session, actor: Actor, store: FolderStore, source_name: str, stream: BinaryIO, now: datetime
) -> Withdrawal:
    """Remove people from every kept list of the actor's brand, and leave them out of every later one.

    The same file sent again changes nothing. Lists that the platform keyed itself, before brands did, are not changed.

    Args:
        stream: a token file of the people who withdrew, under every key that the brand has in use and every former one
            under which a list is kept; seekable.

    Raises:
        UnknownKey, KeyMissing; NotBlinded, NoMembers and the other errors of ``intake`` and ``tabular``.
    """
    policy.require(actor, Action.REGISTER_AUDIENCES)
    digest, intake = digest_of(stream), read_tokens(stream)
    locked(session)(Partner, actor.partner_id)  # nobody registers a list meanwhile
    _require_keys(session, actor, intake)
    gone = {column.key_name: column.tokens for column in intake.columns}
    effects: list[list[object]] = []
    for row in files_of(session, actor.partner_id, gone):
        before = row.members
        if _take_out(session, store, row, gone[row.key_name]) and not row.segment:
            effects.append([row.audience_id, row.partnership_id, before, row.members])
    withdrawal = Withdrawal(
        partner_id=actor.partner_id, source_name=PurePath(source_name).name[:120], source_digest=digest,
        members=intake.accepted, effects=effects, created_by=actor.user_id, created_at=now,
    )  # fmt: skip
    session.add(withdrawal)
    after: dict[str, object] = {"members": intake.accepted, "lists": withdrawal.lists}
    audit.record(session, actor, "withdraw_members", withdrawal, now, after=after)
    for key_name, tokens in gone.items():  # should the commit fail, they are left out all the same
        key = withdrawn_key(actor.partner_id, key_name)
        store.put(key, np.union1d(kept_tokens(store, key), tokens).tobytes())
    return withdrawal


def _require_keys(session: Session, actor: Actor, intake: Intake) -> None:
    """Refuse a file under keys that the brand does not have, and one that lacks a key of its lists."""
    current = set(current_key_names(session, actor, to=Action.REGISTER_AUDIENCES))
    held = {copy.key_name for copy in own_copies_with_former(session, actor, to=Action.REGISTER_AUDIENCES)}
    kept = {row.key_name for row in files_of(session, actor.partner_id, held)}
    sent = {column.key_name for column in intake.columns}
    for name in sorted(sent - current - held):
        raise UnknownKey(column=token_column(name))
    for name in sorted((current | kept) - sent):
        raise KeyMissing(column=token_column(name))


def _take_out(session: Session, store: FolderStore, row: TokenFile, gone: Tokens) -> bool:
    """Write a token file anew without some tokens, and say whether any of them was in it."""
    tokens = kept_tokens(store, row.store_key)
    stays = tokens[~np.isin(tokens, gone, assume_unique=True)]
    if len(stays) == len(tokens):
        return False
    former, row.store_key = row.store_key, next_version(row.store_key)
    write_tokens(session, store, row.store_key, stays)
    delete_after_commit(session, store, former)
    row.withdrawn += len(tokens) - len(stays)
    row.members = len(stays)
    return True
