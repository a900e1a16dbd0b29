"""Search by name over what the reader may see. Each room's own query says what that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.filters import named
from app.labels import label
from partners.campaigns import queries as campaigns
from partners.communities import queries as communities
from partners.directory import queries as directory
from partners.directory.policy import Actor
from partners.revenue import queries as revenue

SHOWN = 30
"""Hits on a page; whoever needs more writes more."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found: what it is, its name, what tells it apart, where it is."""

    kind: str
    name: str
    detail: str
    href: str


def hits(session: Session, actor: Actor, query: str) -> list[Hit]:
    """Return what has every word of the query in its names, nearest first; nothing for an empty query."""
    words = query.casefold().split()
    if not words:
        return []
    sources = (_partners, _partnerships, _campaigns, _statements, _communities)
    matching = (
        hit for source in sources for text, hit in source(session, actor) if all(w in text.casefold() for w in words)
    )
    return list(islice(matching, SHOWN))


def _partners(session: Session, actor: Actor) -> Iterator[tuple[str, Hit]]:
    for card in directory.partners(session, actor):
        href = url_for("partners.show", partner_id=card.id)
        yield f"{card.name} {card.name_zh}", Hit(_("Partner"), named(card), card.industry, href)


def _partnerships(session: Session, actor: Actor) -> Iterator[tuple[str, Hit]]:
    for card in directory.partnerships(session, actor):
        href = url_for("partners.partnership", partnership_id=card.id)
        yield card.name, Hit(_("Partnership"), card.name, str(label(card.footing)), href)


def _campaigns(session: Session, actor: Actor) -> Iterator[tuple[str, Hit]]:
    for card in campaigns.campaigns(session, actor):
        href = url_for("campaigns.show", campaign_id=card.id)
        yield f"{card.name} {card.code}", Hit(_("Campaign"), card.name, str(label(card.stage)), href)


def _statements(session: Session, actor: Actor) -> Iterator[tuple[str, Hit]]:
    for card in revenue.statements(session, actor):
        sides = f"{named(card.payer)} → {named(card.payee)}"
        href = url_for("revenue.statement", statement_id=card.id)
        yield f"{card.number} {card.period}", Hit(_("Statement"), card.number, sides, href)


def _communities(session: Session, actor: Actor) -> Iterator[tuple[str, Hit]]:
    for card in communities.visible_communities(session, actor):
        whose: Any = {"name": card.partner_name, "name_zh": card.partner_name_zh}
        href = url_for("communities.show", community_id=card.id)
        yield f"{card.name} {card.name_zh} {card.code}", Hit(_("Community"), named(card), named(whose), href)
