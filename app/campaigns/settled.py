"""Whether a campaign's money is settled, which only the room of revenue knows."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from partners.campaigns import queries
from partners.directory import queries as directory
from partners.directory.policy import Actor
from partners.revenue.case_queries import issued_reach


def is_settled(session: Session, actor: Actor, campaign_id: str) -> bool:
    """Say whether the statements of every period up to the campaign's last day have been issued."""
    campaign = queries.own_campaign(session, actor, campaign_id)
    zone = ZoneInfo(directory.own_partnership(session, actor, campaign.partnership_id).timezone)
    end = datetime.combine(campaign.ends_on + timedelta(days=1), time(), zone)
    reach = issued_reach(session, campaign.partnership_id, end)
    return reach is not None and reach.ends_at >= end
