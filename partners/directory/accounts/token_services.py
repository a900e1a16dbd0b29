"""Verbs of API tokens: made once, shown once, revoked for ever. Only a digest of a token is stored.

A token has 256 random bits, so its plain SHA-256 cannot be searched; a slow digest is for what people think up.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from partners import audit
from partners.database import locked
from partners.directory import policy
from partners.directory.accounts.models import ApiToken
from partners.directory.accounts.throttle_services import Limit
from partners.directory.policy import Action, Actor
from partners.errors import Invalid, NotFound

PREFIX = "tandem_"
"""Begins every token, so that people and secret scanners know one where they see it."""

SHOWN_CHARACTERS = 12
"""Of a token's beginning: the prefix and five more, enough to tell tokens apart, of no use to a thief."""

SCOPES = (Action.READ, Action.REPORT_EVIDENCE, Action.REGISTER_AUDIENCES, Action.COUNT_BLIND)
"""What a token may be allowed: never more than what ``policy`` allows a program."""

LONGEST_DAYS, USUAL_DAYS = 365, 90

USED_EVERY = timedelta(minutes=5)
"""How exactly the last use is kept: more often would be one write for every read."""

BAD_TOKENS = Limit("token", 60, timedelta(minutes=15))
"""Tokens that are none, from one network address."""


class ScopesMissing(Invalid):
    """Choose what the token may do."""


class TokenNameMissing(Invalid):
    """Write what the token is for, so that others know what stops when it is revoked."""


class DaysOutOfRange(Invalid):
    """A token lasts between 1 and {most} days."""


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A token that was just made. ``secret`` is to be shown now: nobody can read it again."""

    id: str
    name: str
    secret: str
    expires_at: datetime


def make_token(
    session: Session, actor: Actor, name: str, scopes: Collection[str], days: int, now: datetime
) -> MadeToken:
    """Make a token with which a program acts for the actor's brand, within the scopes, for so many days."""
    policy.require(actor, Action.ADMINISTER)
    if not name.strip():
        raise TokenNameMissing()
    if not scopes or not set(scopes) <= {scope.value for scope in SCOPES}:
        raise ScopesMissing()
    if not 1 <= days <= LONGEST_DAYS:
        raise DaysOutOfRange(most=LONGEST_DAYS)
    secret = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(
        partner_id=actor.partner_id, name=name.strip(), digest=digest_of(secret), start=secret[:SHOWN_CHARACTERS],
        scopes=sorted(scopes), created_by=actor.user_id, created_at=now, expires_at=now + timedelta(days=days),
    )  # fmt: skip
    session.add(row)
    after = {"name": row.name, "scopes": ", ".join(row.scopes), "expires_at": row.expires_at.isoformat()}
    audit.record(session, actor, "make_token", row, now, after=after)
    return MadeToken(row.id, row.name, secret, row.expires_at)


def revoke_token(session: Session, actor: Actor, token_id: str, now: datetime) -> None:
    """End a token of the actor's brand at once; ending one that has ended changes nothing."""
    policy.require(actor, Action.ADMINISTER)
    row: ApiToken | None = locked(session)(ApiToken, token_id)
    if row is None or row.partner_id != actor.partner_id:
        raise NotFound()
    if row.revoked_at is None:
        row.revoked_at = now
        audit.record(session, actor, "revoke_token", row, now, after={"name": row.name})


def note_use(session: Session, actor: Actor, now: datetime) -> None:
    """Write down that a program's token was used; to five minutes, and not in the audit log."""
    session.get_one(ApiToken, actor.seat_id).used_at = now


def digest_of(secret: str) -> str:
    """Return what is stored of a token. Looking it up compares digests, so timing tells nothing about the token."""
    return hashlib.sha256(secret.encode()).hexdigest()
