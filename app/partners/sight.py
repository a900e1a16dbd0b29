"""What the brands of a partnership see of each other on each footing, in words, and the little that depends on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from app.labels import label
from partners.audiences.release.release import SizeBand
from partners.audiences.size_queries import members_band
from partners.campaigns.cards import CampaignCard
from partners.communities import queries as communities
from partners.communities.queries import CommunityCard
from partners.directory.cards import PartnerPage, PartnershipPage
from partners.directory.policy import Actor
from partners.outbox import JobView, newest_job

SIGHTS: dict[str, tuple[Any, Any, Any]] = {
    "discovery": (
        _("before a partnership"),
        _("What the directory says about you: name, kind, industry, country, description, and in which band the number "
          "of your members lies."),
        _("Any community, any number, any overlap, with whom you work."),
    ),
    "invited": (
        label("invited"),
        _("The same as before a partnership, and who is invited into this one."),
        _("Any community, any number, any overlap."),
    ),
    "exploring": (
        label("exploring"),
        _("Your communities by name; how far audiences overlap above the floor, as a band in percent of the smaller "
          "list."),
        _("Counts, exact sizes, lists, members, your other partnerships."),
    ),
    "signed": (
        label("signed"),
        _("Overlaps above the floor as rounded counts with noise; the terms you signed together; the results of joint "
          "campaigns, the same for all their parties."),
        _("Exact counts, lists, members, whether one person is in your list, orders outside of joint campaigns."),
    ),
    "running": (
        _("while a campaign runs"),
        _("Your sales of that campaign line by line: the last four characters of the order, amount, state, which "
          "community sent the buyer. It is the same the other way round."),
        _("Whole order numbers, products, buyers, sales outside of the campaign, and campaigns it is no party of."),
    ),
    "ended": (
        label("ended"),
        _("Nothing new. Statements that were issued and campaigns that ran stay readable for their parties."),
        _("Communities, overlaps and everything that is registered after the end."),
    ),
}  # fmt: skip
"""Footing -> its name, what the other side sees of us, and what it never sees then (domain specification D5).

Before a partnership and while a campaign runs are no footings of their own, but rows of that table.
"""


@dataclass(frozen=True, slots=True)
class Sight:
    """One row: when, what is seen, what is not, and whether it holds now."""

    title: Any
    seen: Any
    unseen: Any
    is_now: bool


def sights(page: PartnershipPage, campaigns: Iterable[CampaignCard]) -> list[Sight]:
    """Return all rows in order, the present footing marked, and the running campaign while one is live."""
    is_running = page.footing == "signed" and any(card.stage == "live" for card in campaigns)
    now = {page.footing, *(["running"] if is_running else [])}
    return [Sight(title, seen, unseen, key in now) for key, (title, seen, unseen) in SIGHTS.items()]


def communities_of(session: Session, actor: Actor, page: PartnerPage) -> list[CommunityCard]:
    """Return the partner's communities that the actor may see; none before a partnership is accepted."""
    return [card for card in communities.visible_communities(session, actor) if card.partner_id == page.card.id]


def band_of(session: Session, actor: Actor, page: PartnerPage, now: datetime) -> SizeBand | None:
    """Return the band of the partner's members, which every brand may know; None before it has registered any."""
    return members_band(session, actor, page.card.id, now)


def counting(session: Session, actor: Actor, page: PartnershipPage) -> JobView | None:
    """Return the count that began when the last side accepted, while it runs or where it failed; else None."""
    job = newest_job(session, actor, page.id, "count_partnership")
    return job if job and job.state != "done" else None
