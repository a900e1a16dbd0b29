"""What a form of a list offers to choose from, for lists that are sent and for lists that stay at home."""

from __future__ import annotations

from app import context
from app.audiences.forms import GroundForm
from app.context import actor, now
from partners.communities import queries as communities
from partners.database import reading
from partners.directory import queries as directory
from partners.directory.policy import Action


def offer(form: GroundForm) -> None:
    """Offer the own communities, days and the own country.

    Read in a session of its own: a writing one would hold its lock while an upload is read.
    """
    with reading(context.engine(), context.tenant()) as own:
        cards = communities.communities(own, actor(), to=Action.REGISTER_AUDIENCES)
        region = directory.partner_page(own, actor(), actor().partner_id).card.region
    form.offer(cards, now().date(), region)
