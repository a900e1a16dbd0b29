"""What waits for the reader, gathered from every room: what to do, with what, with whom, until when, where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from app.filters import named
from partners.audiences import queries as audiences
from partners.audiences.blind import queries as blind_counts
from partners.campaigns import queries as campaigns
from partners.directory import bank_queries, standing_queries
from partners.directory import queries as directory
from partners.directory.cards import Waiting, WaitingKind
from partners.directory.policy import Actor
from partners.referrals import queries as referrals
from partners.revenue import queries as revenue


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the list. ``act`` is a verb, such as Sign; ``due`` is None where nobody has set a day."""

    act: Any
    name: str
    with_whom: str
    since: datetime
    href: str
    due: date | None
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Rest:
    """What to say where nothing waits, and where the role leads on."""

    text: Any
    endpoint: str
    action: Any


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
    WaitingKind.APPROVE_PARTNER: (_("Approve or refuse"), "admin.partner", "partner_id"),
    WaitingKind.TAKE_PART_IN_COUNT: (_("Go on with the blind count"), "audiences.blind_count", "blind_count_id"),
    WaitingKind.APPROVE_BANK_ACCOUNT: (_("Approve the bank account"), "admin.account", "account_id"),
}
"""Kind -> what to do, the endpoint of the page where it is done, and the name of the id in its address."""

RESTS = {
    "manager": Rest(
        _("Nothing waits for you. Terms to sign, invitations to answer and audiences to renew appear here."),
        "network.index", _("Look for the next partner"),
    ),
    "viewer": Rest(
        _("Nothing waits for you: a viewer has nothing to do here but read."), "campaigns.index",
        _("See the campaigns"),
    ),
    "finance": Rest(
        _("Nothing waits for you. Months to close, drafts to approve and statements to pay appear here."),
        "revenue.index", _("See the months"),
    ),
    "admin": Rest(
        _("Nothing waits for you. Bank accounts that need a second person appear here."), "admin.index",
        _("See who has a seat"),
    ),
}  # fmt: skip
"""Role -> what to say where nothing waits, and where to go instead."""


def items(session: Session, actor: Actor, now: datetime) -> list[Item]:
    """Return everything that waits for the actor, the soonest due first; then what has no day, the oldest first."""
    found = gathered(session, actor, now)
    names = _reader_names(session, actor)
    in_order = sorted(found, key=lambda each: (each.due or date.max, each.since, each.thing_id))
    return [_item(each, names, now.date()) for each in in_order]


def rest(actor: Actor) -> Rest:
    """Return what an empty list says to the actor's role."""
    return RESTS[actor.role]


def gathered(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """Ask every room; each answers for the actor's role. Who runs the platform has nothing to do with most of them."""
    if actor.is_operator:
        return standing_queries.registrations_waiting(session, actor)
    return [
        *directory.invitations_waiting(session, actor),
        *bank_queries.waiting_for(session, actor),
        *campaigns.waiting_for(session, actor),
        *audiences.waiting_for(session, actor, now),
        *blind_counts.waiting_for(session, actor),
        *referrals.waiting_for(session, actor),
        *revenue.waiting_for(session, actor, now),
    ]


def _item(each: Waiting, names: dict[str, str], today: date) -> Item:
    act, endpoint, key = ACTS[each.kind]
    address: dict[str, Any] = {key: each.thing_id}
    with_whom = gettext(", ").join(names.get(name, name) for name in each.with_names)
    is_overdue = each.due is not None and each.due < today
    return Item(act, each.name, with_whom, each.since, url_for(endpoint, **address), each.due, is_overdue)


def _reader_names(session: Session, actor: Actor) -> dict[str, str]:
    """Return the name in the reader's language of every partner that the actor has a partnership with."""
    cards = [] if actor.is_operator else directory.partnerships(session, actor)
    return {other.name: named(other) for card in cards for other in card.others}
