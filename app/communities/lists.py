"""The lists of communities: the own ones with how large they were, and those that partners show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.filters import named
from app.listing import Column, Listing
from partners.audiences import queries as audiences
from partners.audiences.queries import AudienceCard
from partners.communities.queries import CommunityCard
from partners.directory.policy import Actor


def own(session: Session, actor: Actor, cards: Sequence[CommunityCard], now: datetime) -> Listing:
    """Return the communities of the actor's partner, with their members; none where no audience is valid."""
    sizes = audiences.latest_sizes(session, actor, [card.id for card in cards], now)
    columns = [
        Column("name", _("Community"), href=_page),
        Column("code", _("Code")),
        Column("theme", _("Theme")),
        Column("channel", _("Where it meets")),
        Column("members", _("Members"), "count", value=lambda card: sizes.get(card.id)),
    ]
    return Listing.of(cards, columns, request.args)


def others(cards: Iterable[CommunityCard]) -> Listing:
    """Return the communities that partners show; how large they are is not among it."""
    columns = [
        Column("name", _("Community"), href=_page),
        Column("partner_name", _("Partner"), value=whose),
        Column("theme", _("Theme")),
        Column("channel", _("Where it meets")),
    ]
    return Listing.of(cards, columns, request.args, "theirs_")


def audiences_of(session: Session, actor: Actor, card: CommunityCard, now: datetime) -> list[AudienceCard]:
    """Return the audiences of an own community, newest first; none of a partner's."""
    return audiences.audiences(session, actor, now, card.id) if card.is_own else []


def whose(card: CommunityCard) -> str:
    """Return the name of a community's partner in the reader's language."""
    both: dict[str, Any] = {"name": card.partner_name, "name_zh": card.partner_name_zh}
    return named(both)


def _page(card: CommunityCard) -> str:
    return url_for("communities.show", community_id=card.id)
