"""What waits for the reader, gathered from every room: what to do, with what, with whom, since when, where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from app.filters import named
from partners.audiences import queries as audiences
from partners.campaigns import queries as campaigns
from partners.directory import queries as directory
from partners.directory.cards import Waiting, WaitingKind
from partners.directory.policy import Actor
from partners.referrals import queries as referrals
from partners.revenue import queries as revenue


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the list. ``act`` is a verb, such as Sign."""

    act: Any
    name: str
    with_whom: str
    since: datetime
    href: str


ACTS: dict[str, tuple[Any, str, str]] = {
    WaitingKind.ACCEPT_PARTNERSHIP: (_("Accept or decline"), "partners.partnership", "partnership_id"),
    WaitingKind.SIGN_TERMS: (_("Sign the terms"), "campaigns.show", "campaign_id"),
    WaitingKind.MOVE_CAMPAIGN: (_("Take the next step"), "campaigns.show", "campaign_id"),
    WaitingKind.REVIEW_CAMPAIGN: (_("Review the campaign"), "campaigns.show", "campaign_id"),
    WaitingKind.MEND_IMPORT: (_("Mend rows that were refused"), "referrals.show", "import_id"),
    WaitingKind.RENEW_AUDIENCE: (_("Renew the audience"), "audiences.show", "audience_id"),
    WaitingKind.CLOSE_PERIOD: (_("Close the period"), "revenue.period", "period_id"),
    WaitingKind.APPROVE_DRAFTS: (_("Approve the drafts"), "revenue.period", "period_id"),
    WaitingKind.PAY_STATEMENT: (_("Pay and record it"), "revenue.statement", "statement_id"),
}
"""Kind -> what to do, the endpoint of the page where it is done, and the name of the id in its address."""


def items(session: Session, actor: Actor, now: datetime) -> list[Item]:
    """Return everything that waits for the actor, the longest waiting first."""
    found = gathered(session, actor, now)
    names = _reader_names(session, actor)
    return [_item(each, names) for each in sorted(found, key=lambda each: (each.since, each.thing_id))]


def gathered(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """Ask every room; each answers for the actor's role."""
    return [
        *directory.invitations_waiting(session, actor),
        *campaigns.waiting_for(session, actor),
        *audiences.waiting_for(session, actor, now),
        *referrals.waiting_for(session, actor),
        *revenue.waiting_for(session, actor, now),
    ]


def _item(each: Waiting, names: dict[str, str]) -> Item:
    act, endpoint, key = ACTS[each.kind]
    address: dict[str, Any] = {key: each.thing_id}
    with_whom = gettext(", ").join(names.get(name, name) for name in each.with_names)
    return Item(act, each.name, with_whom, each.since, url_for(endpoint, **address))


def _reader_names(session: Session, actor: Actor) -> dict[str, str]:
    """Return the name in the reader's language of every partner that the actor has a partnership with."""
    cards = directory.partnerships(session, actor)
    return {other.name: named(other) for card in cards for other in card.others}
