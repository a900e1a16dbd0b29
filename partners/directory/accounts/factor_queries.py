"""Reads of second factors: what somebody has, and whose a passkey is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from partners.directory.accounts.models import Passkey, RecoveryCode, User
from partners.directory.policy import Actor


@dataclass(frozen=True, slots=True)
class PasskeyCard:
    """One passkey as its owner sees it."""

    id: str
    name: str
    created_at: datetime
    used_at: datetime | None
    """None while nobody has signed in with it."""
    credential_id: str
    """base64url; a browser that has it already does not make another."""


@dataclass(frozen=True, slots=True)
class FactorsPage:
    """The second factors of one user, without anything secret."""

    email: str
    has_codes: bool
    passkeys: tuple[PasskeyCard, ...]
    recovery_codes: int
    """How many are unused."""


@dataclass(frozen=True, slots=True)
class PasskeyFound:
    """What signing in with a passkey is checked against."""

    id: str
    user_id: str
    public_key: bytes
    sign_count: int


def own_factors(session: Session, actor: Actor) -> FactorsPage:
    """Return the actor's own second factors."""
    user = session.get_one(User, actor.user_id)
    mine = select(Passkey).where(Passkey.user_id == user.id).order_by(Passkey.created_at, Passkey.id)
    unused = select(func.count()).where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    cards = tuple(PasskeyCard(p.id, p.name, p.created_at, p.used_at, p.credential_id) for p in session.scalars(mine))
    return FactorsPage(user.email, user.code_key_sealed is not None, cards, session.scalar(unused) or 0)


def passkey_by_credential(session: Session, credential_id: str) -> PasskeyFound | None:
    """Return whose passkey this is, which takes no actor, because it makes one; None where no active user has it."""
    passkey = session.scalar(
        select(Passkey).join(User, User.id == Passkey.user_id)
        .where(Passkey.credential_id == credential_id, User.is_active)
    )  # fmt: skip
    return PasskeyFound(passkey.id, passkey.user_id, passkey.public_key, passkey.sign_count) if passkey else None
