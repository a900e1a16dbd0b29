"""Verbs of one's own account: what a user changes for nobody but themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from partners import audit
from partners.directory.account_models import User
from partners.directory.policy import Actor


def change_password(session: Session, actor: Actor, password_digest: str, now: datetime) -> User:
    """Replace the actor's own password; neither digest is written to the audit log."""
    user = session.get_one(User, actor.user_id)
    user.password_digest = password_digest
    audit.record(session, actor, "change_password", user, now)
    return user
