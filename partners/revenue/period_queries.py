"""Reads about one period: what it spans, what its drafts are called together, which month closes next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from partners.campaigns.models import Agreement, Campaign, Party
from partners.digest import digest_of
from partners.errors import NotFound
from partners.referrals.models import Evidence
from partners.revenue.case_queries import Reach, Span, issued_reach
from partners.revenue.models import Draft, Period, PeriodState
from partners.revenue.months import following, month_of


def span_of(session: Session, period: Period) -> Span:
    """Return the evidence that a closed period settles; the period before it is issued."""
    reach = Reach(period.ends_at, period.watermark or 0)
    return Span(period.partnership_id, reach, issued_reach(session, period.partnership_id, period.starts_at))


def drafts_digest(session: Session, period_id: str, payer_id: str) -> str:
    """Return the one digest that stands for all drafts of a payer in a period; NotFound where there are none."""
    digests = session.scalars(select(Draft.digest).where(Draft.period_id == period_id, Draft.payer_id == payer_id))
    found = sorted(digests)
    if not found:
        raise NotFound()
    return digest_of(found)


def sells_in(session: Session, partner_id: str, partnership_id: str) -> bool:
    """Say whether a partner is a merchant in some agreement of a partnership."""
    found = session.scalar(
        select(Party.partner_id).join(Agreement, Agreement.id == Party.agreement_id)
        .where(Agreement.partnership_id == partnership_id, Party.partner_id == partner_id, Party.is_merchant).limit(1)
    )  # fmt: skip
    return found is not None


def next_label(session: Session, partnership_id: str, timezone: str) -> str | None:
    """Return the month that closes next; None where no evidence has come yet."""
    last = session.scalar(
        select(Period).where(Period.partnership_id == partnership_id).order_by(Period.starts_at.desc()).limit(1)
    )
    if last is not None:
        return last.label if last.state == PeriodState.OPEN else following(last.label)
    first = first_evidence(session, [partnership_id]).get(partnership_id)
    return month_of(first, timezone) if first else None


def first_evidence(session: Session, partnership_ids: Iterable[str]) -> dict[str, datetime]:
    """Return when the earliest conversion occurred, by partnership; those without any are left out.

    Cost: one step into an index per campaign, however many conversions there are.
    """
    earliest = (
        select(func.min(Evidence.occurred_at)).where(Evidence.campaign_id == Campaign.id).scalar_subquery()
    )  # fmt: skip
    found: dict[str, datetime] = {}
    for partnership_id, at in session.execute(
        select(Campaign.partnership_id, earliest).where(Campaign.partnership_id.in_(list(partnership_ids)))
    ):
        if at is not None:
            found[partnership_id] = min(at, found.get(partnership_id, at))
    return found
