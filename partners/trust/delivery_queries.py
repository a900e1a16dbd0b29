"""Reads of closed months: whether a partner delivered evidence before the close, and when it approved its drafts."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from partners.audit import AuditEvent
from partners.campaigns.models import Campaign, Party, StageMove
from partners.directory.models import Partnership
from partners.referrals.models import Evidence
from partners.revenue.models import Approval, Draft, Period, Statement
from partners.revenue.queries import APPROVE_WITHIN
from partners.trust.panel import Item, was_live
from partners.trust.sight import Sight


def deliveries(session: Session, sight: Sight) -> list[Item]:
    """Return the closed months in which the other sold in a live campaign; done where evidence came before the close.

    Cost: one short step into an index for each campaign and closed month, whatever they hold.
    """
    moves = _moves(session, sight)
    months: dict[str, list[Any]] = defaultdict(list)
    for row in session.execute(_sold_in(sight)):
        since, until = _running(row)
        if since < until and was_live(moves.get(row.campaign_id, []), since, until):
            months[row.id].append(row)
    return [_delivery(rows) for rows in months.values()]


def approvals(session: Session, sight: Sight) -> list[Item]:
    """Return the months in which the other had drafts to approve of what it owes the actor's partner."""
    owed = [
        select(table.period_id).where(table.payer_id == sight.other_id, table.payee_id == sight.own_id)
        for table in (Draft, Statement)
    ]
    drafted = (
        select(AuditEvent.thing_id, func.max(AuditEvent.at).label("at"))
        .where(AuditEvent.action == "draft_statements", AuditEvent.thing == Period.__tablename__)
        .where(AuditEvent.thing_id.in_(select(Period.id).where(Period.partnership_id.in_(sight.partnership_ids))))
        .group_by(AuditEvent.thing_id).subquery()
    )  # fmt: skip
    rows = session.execute(
        select(Period.id, Period.label, Partnership.name, drafted.c.at, Approval.approved_at)
        .join(Partnership, Partnership.id == Period.partnership_id).join(drafted, drafted.c.thing_id == Period.id)
        .outerjoin(Approval, (Approval.period_id == Period.id) & (Approval.payer_id == sight.other_id))
        .where(
            Period.partnership_id.in_(sight.partnership_ids), or_(*(Period.id.in_(wanted) for wanted in owed))
        )
    )  # fmt: skip
    return [
        Item("period", row.id, row.name, row.label, row.at.date(), row.at.date() + APPROVE_WITHIN,
             row.approved_at.date() if row.approved_at else None)
        for row in rows
    ]  # fmt: skip


def _sold_in(sight: Sight) -> Any:
    """Return the closed months with each campaign the other sells in and the actor's partner is a party of."""
    own, other = aliased(Party), aliased(Party)
    first = (
        select(Evidence.recorded_at)
        .where(
            Evidence.campaign_id == Campaign.id, Evidence.merchant_id == sight.other_id,
            Evidence.occurred_at >= Period.starts_at, Evidence.occurred_at < Period.ends_at,
            Evidence.seq <= Period.watermark,
        )
        .order_by(Evidence.occurred_at).limit(1).scalar_subquery()
    )  # fmt: skip
    return (
        select(
            Period.id, Period.label, Period.starts_at, Period.ends_at, Period.closed_at, Partnership.timezone,
            Partnership.name, Campaign.id.label("campaign_id"), Campaign.name.label("campaign"), Campaign.starts_on,
            Campaign.ends_on, first.label("delivered_at"),
        )
        .join(Partnership, Partnership.id == Period.partnership_id)
        .join(Campaign, Campaign.partnership_id == Period.partnership_id)
        .join(own, (own.agreement_id == Campaign.agreement_id) & (own.partner_id == sight.own_id))
        .join(other, (other.agreement_id == Campaign.agreement_id) & (other.partner_id == sight.other_id))
        .where(
            Period.partnership_id.in_(sight.partnership_ids), Period.watermark.is_not(None), other.is_merchant
        )
        .order_by(Period.starts_at, Campaign.name)
    )  # fmt: skip


def _moves(session: Session, sight: Sight) -> dict[str, list[tuple[str, datetime]]]:
    """Return the steps of every campaign of the shared partnerships, oldest first."""
    found: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
    for campaign_id, stage, at in session.execute(
        select(StageMove.campaign_id, StageMove.to_stage, StageMove.at)
        .join(Campaign, Campaign.id == StageMove.campaign_id)
        .where(Campaign.partnership_id.in_(sight.partnership_ids)).order_by(StageMove.at)
    ):  # fmt: skip
        found[campaign_id].append((stage.value, at))
    return found


def _running(row: Any) -> tuple[datetime, datetime]:
    """Return from when to when a month and the days of a campaign have in common; a campaign lasts whole local days."""
    zone = ZoneInfo(row.timezone)
    begins = datetime.combine(row.starts_on, time(), zone)
    ends = datetime.combine(row.ends_on + timedelta(days=1), time(), zone)
    return max(begins, row.starts_at), min(ends, row.ends_at)


def _delivery(rows: list[Any]) -> Item:
    """Return one month of one partnership from a row per campaign."""
    month, closed = rows[0], rows[0].closed_at.date()
    begins = month.starts_at.astimezone(ZoneInfo(month.timezone)).date()
    came = min((row.delivered_at for row in rows if row.delivered_at), default=None)
    return Item("month", month.id, month.name, month.label, begins, closed, came.date() if came else None, is_over=True)
