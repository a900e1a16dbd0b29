"""Verbs of second factors: one-time codes of an app, passkeys, recovery codes. Secrets are never written to the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from partners import audit
from partners.database import locked
from partners.directory.accounts import one_time
from partners.directory.accounts.models import Factor, Passkey, RecoveryCode, User
from partners.directory.policy import Actor
from partners.errors import Conflict, Invalid, NotFound
from partners.seal import seal, unseal

MOST_PASSKEYS = 10


class CodeWrong(Invalid):
    """This is not the code that the app shows now. Look again, and check that the phone's clock is right."""


class CodesOnAlready(Conflict):
    """Codes of an app are switched on already. Switch them off first to use another app."""


class PasskeyTaken(Conflict):
    """This passkey is kept here already."""


class TooManyPasskeys(Invalid):
    """Ten passkeys are the most. Remove one that you no longer use."""


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """What a browser tells of a passkey it has made, checked by whoever knows WebAuthn."""

    credential_id: str
    public_key: bytes
    sign_count: int
    name: str


def switch_codes_on(session: Session, actor: Actor, key: str, code: str, seal_key: bytes, now: datetime) -> list[str]:
    """Ask for a code of an app from now on; the first right one proves that the app has the key.

    Returns the recovery codes that were made, to be shown once; none where the user has some already.
    """
    user = locked(session)(User, actor.user_id)
    if user.code_key_sealed is not None:
        raise CodesOnAlready()
    step = one_time.step_of(key, code, now)
    if step is None:
        raise CodeWrong()
    user.code_key_sealed = seal(seal_key, key, _purpose(user.id))
    user.code_step = step
    audit.record(session, actor, "switch_codes_on", user, now)
    return _first_recovery_codes(session, actor, user, now)


def switch_codes_off(session: Session, actor: Actor, now: datetime) -> None:
    """Ask for no code of an app any more; where no passkey is left, recovery codes go too."""
    user = locked(session)(User, actor.user_id)
    if user.code_key_sealed is None:
        return
    user.code_key_sealed = None
    audit.record(session, actor, "switch_codes_off", user, now)
    _drop_codes_without_factor(session, user)


def renew_recovery_codes(session: Session, actor: Actor, now: datetime) -> list[str]:
    """Make ten new recovery codes, to be shown once; the old ones are worth nothing any more."""
    user = locked(session)(User, actor.user_id)
    if not _has_factor(session, user):
        raise NotFound()
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = one_time.new_recovery_codes()
    session.add_all(RecoveryCode(digest=one_time.recovery_digest(user.id, code), user_id=user.id) for code in codes)
    audit.record(session, actor, "renew_recovery_codes", user, now)
    return codes


def use_code(session: Session, user_id: str, code: str, seal_key: bytes, now: datetime) -> Factor | None:
    """Take a code of the app or a recovery code; each works once. None where it is wrong. Commit before going on."""
    if one_time.is_code(code):
        return _use_app_code(session, user_id, code, seal_key, now)
    used = session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.digest == one_time.recovery_digest(user_id, code), RecoveryCode.user_id == user_id,
               RecoveryCode.used_at.is_(None))
        .values(used_at=now)
    )  # fmt: skip
    return Factor.RECOVERY if used.rowcount == 1 else None  # type: ignore[attr-defined]


def add_passkey(session: Session, actor: Actor, made: NewPasskey, now: datetime) -> list[str]:
    """Keep a passkey; returns the recovery codes that were made, none where the user has some already."""
    user = locked(session)(User, actor.user_id)
    if session.scalar(select(exists().where(Passkey.credential_id == made.credential_id))):
        raise PasskeyTaken()
    if (session.scalar(select(func.count()).where(Passkey.user_id == user.id)) or 0) >= MOST_PASSKEYS:
        raise TooManyPasskeys()
    passkey = Passkey(
        user_id=user.id, credential_id=made.credential_id, public_key=made.public_key, sign_count=made.sign_count,
        name=made.name.strip()[:120], created_at=now,
    )  # fmt: skip
    session.add(passkey)
    audit.record(session, actor, "add_passkey", passkey, now, after={"name": passkey.name})
    return _first_recovery_codes(session, actor, user, now)


def remove_passkey(session: Session, actor: Actor, passkey_id: str, now: datetime) -> None:
    """Forget a passkey of the actor; where no factor is left, recovery codes go too."""
    user = locked(session)(User, actor.user_id)
    passkey = session.scalar(select(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user.id))
    if passkey is None:
        raise NotFound()
    audit.record(session, actor, "remove_passkey", passkey, now, before={"name": passkey.name})
    session.delete(passkey)
    session.flush()  # what is left is counted in the database
    _drop_codes_without_factor(session, user)


def _use_app_code(session: Session, user_id: str, code: str, seal_key: bytes, now: datetime) -> Factor | None:
    user = locked(session)(User, user_id)
    if user is None or user.code_key_sealed is None:
        return None
    step = one_time.step_of(unseal(seal_key, user.code_key_sealed, _purpose(user.id)), code, now)
    if step is None or step <= user.code_step:
        return None
    user.code_step = step
    return Factor.CODE


def _first_recovery_codes(session: Session, actor: Actor, user: User, now: datetime) -> list[str]:
    has_some = select(exists().where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None)))
    return [] if session.scalar(has_some) else renew_recovery_codes(session, actor, now)


def _drop_codes_without_factor(session: Session, user: User) -> None:
    if not _has_factor(session, user):
        session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def _has_factor(session: Session, user: User) -> bool:
    return user.code_key_sealed is not None or bool(session.scalar(select(exists().where(Passkey.user_id == user.id))))


def _purpose(user_id: str) -> str:
    return f"code:{user_id}"
