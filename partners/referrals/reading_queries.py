"""What reading a chunk looks up of evidence that is recorded already. Called by ``services`` under its locks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from partners.directory.models import Partnership
from partners.referrals.acceptance import Recorded, Sale
from partners.referrals.intake import ReportedConversion
from partners.referrals.models import Evidence


def recorded_lines(session: Session, merchant_id: str, reported: Sequence[ReportedConversion]) -> Recorded:
    """Return what is recorded of the same orders and buyers, in two queries."""
    recorded = Recorded()
    lines = select(Evidence.order_id, Evidence.key, Evidence.digest, Evidence.campaign_id).where(
        Evidence.merchant_id == merchant_id,
        Evidence.order_id.in_({each.order_id for each in reported}),
        Evidence.refers_to.is_(None),
    )
    for order_id, key, digest, campaign_id in session.execute(lines):
        recorded.digests[key] = digest
        recorded.orders.add((campaign_id, order_id))
    tokens = {each.customer_token for each in reported if each.customer_token is not None}
    if tokens:  # a pseudonym is one merchant's, so its index alone answers
        buyers = select(Evidence.customer_token).where(Evidence.customer_token.in_(tokens)).distinct()
        recorded.buyers.update(token for token in session.scalars(buyers) if token is not None)
    return recorded


def refund_digests(session: Session, merchant_id: str, keys: list[str]) -> dict[str, str]:
    """Return the digests of a merchant's recorded refunds of these keys."""
    rows = session.execute(
        select(Evidence.key, Evidence.digest)
        .where(Evidence.merchant_id == merchant_id, Evidence.key.in_(keys), Evidence.refers_to.is_not(None))
    )  # fmt: skip
    return {key: digest for key, digest in rows}  # noqa: C416, a Row is no pair to dict()


def sales_of(session: Session, merchant_id: str, order_ids: Iterable[str]) -> dict[str, Sale]:
    """Return the merchant's recorded conversion lines of these orders, by key."""
    rows = session.execute(
        select(
            Evidence.key, Evidence.id, Evidence.partnership_id, Evidence.campaign_id, Evidence.terms_id,
            Partnership.timezone, Evidence.occurred_at, Evidence.currency, Evidence.gross_minor,
            Evidence.from_community_id,
        )
        .join(Partnership, Partnership.id == Evidence.partnership_id)
        .where(Evidence.merchant_id == merchant_id, Evidence.order_id.in_(order_ids), Evidence.refers_to.is_(None))
    )  # fmt: skip
    return {
        key: Sale(id_, partnership_id, campaign_id, terms_id, ZoneInfo(zone), *rest)
        for key, id_, partnership_id, campaign_id, terms_id, zone, *rest in rows
    }


def refunded(session: Session, conversion_ids: Iterable[int]) -> dict[int, int]:
    """Return the gross paid back so far of each conversion that has refunds, in minor units."""
    rows = session.execute(
        select(Evidence.refers_to, func.sum(Evidence.gross_minor))
        .where(Evidence.refers_to.in_(conversion_ids))
        .group_by(Evidence.refers_to)
    )
    return {int(id_): int(total) for id_, total in rows if id_ is not None}
