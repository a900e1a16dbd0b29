"""Reads of trust: what the actor's partner has itself seen of another, in partnerships that both are in.

Nothing is taken from elsewhere, so no partner learns of another's dealings: terms count where both are parties,
statements and drafts where the one owes the other, evidence of campaigns where both are parties.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from partners.directory import policy
from partners.directory.cards import PartnerName
from partners.directory.models import Partnership, PartnershipPartner
from partners.directory.policy import Action, Actor
from partners.directory.queries import names_of, own_partnership, partner_ids_in
from partners.errors import NotFound
from partners.revenue.arrears_queries import debts
from partners.trust.answer_queries import answers
from partners.trust.cards import SidesTrust, TrustPanel
from partners.trust.delivery_queries import approvals, deliveries
from partners.trust.panel import Duty, Item, Window, figure
from partners.trust.sight import Sight


def trust_panel(session: Session, actor: Actor, partner_id: str, window: Window, now: datetime) -> TrustPanel:
    """Return what the actor's partner has seen of another; NotFound where no partnership is shared."""
    found = trust_in(session, actor, partner_id, window, now)
    if found is None:
        raise NotFound()
    return found


def trust_in(session: Session, actor: Actor, partner_id: str, window: Window, now: datetime) -> TrustPanel | None:
    """Return the same for a page that also strangers open; None where no partnership is shared.

    Cost: nine queries, however many partnerships, campaigns and months there are.
    """
    policy.require(actor, Action.READ)
    shared = _shared(session, actor, partner_id)
    if not shared:
        return None
    sight = Sight(actor.partner_id, partner_id, shared)
    items = {
        Duty.ANSWER: answers(session, sight), Duty.PAY: _payments(session, sight),
        Duty.DELIVER: deliveries(session, sight), Duty.APPROVE: approvals(session, sight),
    }  # fmt: skip
    figures = tuple(figure(duty, items[duty], now.date(), window) for duty in Duty)
    name = PartnerName(partner_id, *names_of(session, [partner_id])[partner_id])
    return TrustPanel(name, window.value, figures)


def trust_of_sides(session: Session, actor: Actor, partnership_id: str, window: Window, now: datetime) -> SidesTrust:
    """Return it of every other side of a partnership, by name; NotFound for who is not in it."""
    partnership = own_partnership(session, actor, partnership_id)
    found = (trust_in(session, actor, side, window, now) for side in partner_ids_in(session, partnership_id))
    panels = sorted((panel for panel in found if panel), key=lambda panel: panel.partner.name)
    return SidesTrust(partnership.id, partnership.name, tuple(panels))


def _shared(session: Session, actor: Actor, partner_id: str) -> list[Partnership]:
    if partner_id == actor.partner_id:
        return []
    mine, theirs = aliased(PartnershipPartner), aliased(PartnershipPartner)
    return list(
        session.scalars(
            select(Partnership)
            .join(mine, mine.partnership_id == Partnership.id).join(theirs, theirs.partnership_id == Partnership.id)
            .where(mine.partner_id == actor.partner_id, theirs.partner_id == partner_id)
            .order_by(Partnership.created_at)
        )
    )  # fmt: skip


def _payments(session: Session, sight: Sight) -> list[Item]:
    """Return the statements by which the other owed the actor's partner."""
    return [
        Item("statement", debt.statement_id, debt.number, "", debt.issued_at.date(), debt.due_on, debt.covered_on)
        for debt in debts(session, sight.partnership_ids, (sight.own_id, sight.other_id))
        if debt.payer_id == sight.other_id
    ]
