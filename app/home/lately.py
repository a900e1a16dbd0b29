"""What partners did lately to what is shared with the reader, as sentences: gathered from every room that shares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.filters import named
from app.home.activity import SENTENCES
from app.labels import label
from partners.audiences import activity_queries as audiences
from partners.campaigns import activity_queries as campaigns
from partners.directory import stage_queries as partnerships
from partners.directory.activity_queries import partners_activity
from partners.directory.cards import SharedLine
from partners.directory.policy import Actor
from partners.revenue import queries as revenue

SHOWN = 8
"""Lines on the first page; the pages they lead to have the rest."""

_PAGES = {"partnership": ("partners.partnership", "partnership_id"), "campaign": ("campaigns.show", "campaign_id")}


@dataclass(frozen=True, slots=True)
class Lately:
    """One sentence about a partner, when it became true, and the page that shows it."""

    at: datetime
    text: str
    href: str


def lines(session: Session, actor: Actor) -> list[Lately]:
    """Return what partners did to shared things, newest first, as far as it is shown."""
    rooms = (partnerships, audiences, campaigns)
    shared = [each for room in rooms for each in room.shared_things(session, actor)]
    told = [_line(each) for each in partners_activity(session, actor, shared, SHOWN)]
    return sorted([*told, *_issued(session, actor)], key=lambda line: line.at, reverse=True)[:SHOWN]


def _line(each: SharedLine) -> Lately:
    facts = {"who": named(each.partner), "what": each.name, "stage": label(each.stage)}
    endpoint, key = _PAGES[each.word]
    return Lately(each.at, str(SENTENCES[each.action]) % facts, _address(endpoint, key, each.page_id))


def _issued(session: Session, actor: Actor) -> Iterator[Lately]:
    """Tell of the newest statements that were issued to the reader's brand; their amounts stay on their pages."""
    mine = [card for card in revenue.statements(session, actor) if card.payee.id == actor.partner_id]
    for card in sorted(mine, key=lambda card: card.issued_at, reverse=True)[:SHOWN]:
        text = _("%(who)s issued the statement %(what)s to you", who=named(card.payer), what=card.number)
        yield Lately(card.issued_at, text, _address("revenue.statement", "statement_id", card.id))


def _address(endpoint: str, key: str, thing_id: str) -> str:
    values: dict[str, Any] = {key: thing_id}
    return url_for(endpoint, **values)
