"""The first steps of a brand on the platform, until they are taken: what an empty first page leads to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from partners.audiences import queries as audiences
from partners.campaigns import queries as campaigns
from partners.communities import queries as communities
from partners.directory import queries as directory
from partners.directory.policy import Actor


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it is, why, where it is taken, and whether it has been."""

    text: Any
    why: Any
    href: str
    is_done: bool


def steps(session: Session, actor: Actor, now: datetime) -> list[Step]:
    """Return the first steps while one of them is open; nothing once all are taken."""
    found = [
        Step(
            _("Say which communities you have"), _("They are what partners look for and what overlaps are counted of."),
            url_for("communities.index"), bool(communities.communities(session, actor)),
        ),
        Step(
            _("Register an audience"), _("A list of members goes in, only counts come out."),
            url_for("audiences.index"), bool(audiences.audiences(session, actor, now)),
        ),
        Step(
            _("Begin a partnership"), _("Overlaps are counted only between partners that have both agreed to it."),
            url_for("partners.index"), bool(directory.accepted_partnership_ids(session, actor.partner_id)),
        ),
        Step(
            _("Propose a campaign"), _("Its terms are signed by every party; revenue is shared as they say."),
            url_for("campaigns.index"), bool(campaigns.campaigns(session, actor)),
        ),
    ]  # fmt: skip
    return found if any(not step.is_done for step in found) else []
