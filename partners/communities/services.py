"""Verbs of communities: a partner says which lasting publics it has."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners import audit
from partners.communities import queries
from partners.communities.models import Community
from partners.directory import codes, policy
from partners.directory.policy import Action, Actor


def open_community(
    session: Session, actor: Actor, code: str, name: str, name_zh: str, theme: str, channel: str, about: str,
    now: datetime,
) -> Community:  # fmt: skip
    """Add a community of the actor's partner.

    Raises:
        CodeUnusable, CodeTaken: files name a community by its code, across all partners; so it is unique.
    """
    policy.require(actor, Action.RUN_COMMUNITIES)
    if session.scalar(select(Community.id).where(Community.code == codes.checked_code(code))):
        raise codes.CodeTaken(code=code)
    community = Community(
        partner_id=actor.partner_id, code=code, name=name.strip(), name_zh=name_zh.strip(), theme=theme.strip(),
        channel=channel.strip(), about=about.strip(), created_at=now,
    )  # fmt: skip
    session.add(community)
    audit.record(session, actor, "open_community", community, now, after={"code": code, "name": community.name})
    return community


def edit_community(
    session: Session, actor: Actor, community_id: str, *, name: str, name_zh: str, theme: str, channel: str,
    about: str, now: datetime,
) -> Community:  # fmt: skip
    """Change how an own community is described; its code stays, because files and evidence carry it."""
    policy.require(actor, Action.RUN_COMMUNITIES)
    community = queries.own_community(session, actor, community_id)
    wanted = {"name": name, "name_zh": name_zh, "theme": theme, "channel": channel, "about": about}
    after = {key: text.strip() for key, text in wanted.items() if text.strip() != getattr(community, key)}
    if not after:
        return community
    before = {key: getattr(community, key) for key in after}
    for key, text in after.items():
        setattr(community, key, text)
    audit.record(session, actor, "edit_community", community, now, before, {"name": community.name, **after})
    return community
