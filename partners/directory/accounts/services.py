"""Verbs of one's own account: what a user changes for nobody but themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from partners import audit
from partners.directory.accounts import sign_in_services
from partners.directory.accounts.models import User
from partners.directory.policy import Actor


def change_password(
    session: Session, actor: Actor, password_digest: str, now: datetime, kept_sign_in_id: str = ""
) -> User:
    """Replace the actor's own password; neither digest is written to the audit log.

    Args:
        kept_sign_in_id: the sign-in in which it happens; every other one of the user ends.
    """
    user = session.get_one(User, actor.user_id)
    user.password_digest = password_digest
    audit.record(session, actor, "change_password", user, now)
    sign_in_services.end_sign_ins_of(session, actor, user.id, now, kept_sign_in_id)
    return user


def reset_password(session: Session, user_id: str, password_digest: str, now: datetime) -> User:
    """Replace the password of somebody who has lost it and proved who it is; every sign-in of the user ends."""
    user = session.get_one(User, user_id)
    user.password_digest = password_digest
    audit.record(session, None, "reset_password", user, now)
    sign_in_services.end_sign_ins_of(session, None, user.id, now)
    return user


def renew_digest(session: Session, user_id: str, password_digest: str) -> None:
    """Keep the same password under today's parameters of the digest; nothing that anybody notices or the log names."""
    session.get_one(User, user_id).password_digest = password_digest
