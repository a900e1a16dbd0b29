"""Which audiences partners took back, for telling those whose overlaps went with them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.audiences.models import Audience
from partners.directory.cards import Shared
from partners.directory.models import PartnershipPartner
from partners.directory.policy import Actor
from partners.directory.queries import accepted_partnership_ids


def shared_things(session: Session, actor: Actor) -> list[Shared]:
    """Return audiences of the actor's partners whose tokens are gone; each leads to the partnership's page."""
    side = PartnershipPartner
    rows = session.execute(
        select(Audience.id, side.partnership_id).join(side, side.partner_id == Audience.partner_id)
        .where(side.partnership_id.in_(accepted_partnership_ids(session, actor.partner_id)),
               side.partner_id != actor.partner_id, Audience.tokens_deleted_at.is_not(None))
    )  # fmt: skip
    pages = {row[0]: row[1] for row in rows}
    return [Shared("audience", "partnership", pages, ("revoke_audience",))]
