"""What the brands of a partnership see of each other on each footing, in words, and the little that depends on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from partners.communities import queries as communities
from partners.communities.queries import CommunityCard
from partners.directory.cards import PartnerPage, PartnershipPage
from partners.directory.policy import Actor
from partners.outbox import JobView, newest_job

SIGHTS: dict[str, tuple[Any, Any]] = {
    "invited": (
        _("What the directory says about you: name, kind, industry, country, description."),
        _("Any community, any number, any overlap."),
    ),
    "exploring": (
        _("Your communities by name; how far audiences overlap above the floor, as a band in percent of the smaller "
          "list."),
        _("Counts, exact sizes, lists, members, your other partnerships."),
    ),
    "signed": (
        _("Overlaps above the floor as counts rounded to ten; the terms you signed together; the results of joint "
          "campaigns, the same for all their parties."),
        _("Exact counts, lists, members, whether one person is in your list, orders outside of joint campaigns."),
    ),
    "ended": (
        _("Nothing new. Statements that were issued and campaigns that ran stay readable for their parties."),
        _("Communities, overlaps and everything that is registered after the end."),
    ),
}  # fmt: skip
"""Stage -> what the other side sees of us, and what it never sees then (domain specification D5)."""


@dataclass(frozen=True, slots=True)
class Sight:
    """One footing: what is seen, what is not, and whether it is the present one."""

    footing: str
    seen: Any
    unseen: Any
    is_now: bool


def sights(page: PartnershipPage) -> list[Sight]:
    """Return all footings in order, the present one marked."""
    return [Sight(footing, seen, unseen, footing == page.footing) for footing, (seen, unseen) in SIGHTS.items()]


def communities_of(session: Session, actor: Actor, page: PartnerPage) -> list[CommunityCard]:
    """Return the partner's communities that the actor may see; none before a partnership is accepted."""
    return [card for card in communities.visible_communities(session, actor) if card.partner_id == page.card.id]


def counting(session: Session, actor: Actor, page: PartnershipPage) -> JobView | None:
    """Return the count that began when the last side accepted, while it runs or where it failed; else None."""
    job = newest_job(session, actor, page.id, "count_partnership")
    return job if job and job.state != "done" else None
