"""What the network is tested in: audiences, overlaps and orders put beside the cast, by hand, with round numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from partners.audiences.ground import LawfulBasis
from partners.audiences.models import Audience, Overlap
from partners.campaigns.models import Campaign
from partners.communities.models import Community
from partners.directory.models import Partnership
from partners.referrals.models import CampaignDay
from tests.cast import Brand

NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)


def add_community(session: Session, brand: Brand, name: str, name_zh: str = "") -> Community:
    """Add another community of a brand."""
    community = Community(
        partner_id=brand.partner.id, code=name.lower().replace(" ", "-"), name=name, name_zh=name_zh, theme="breakfast",
        channel="email", created_at=NOW,
    )  # fmt: skip
    session.add(community)
    session.flush()
    return community


def add_audience(session: Session, brand: Brand, community: Community, members: int) -> Audience:
    """Add an audience of that many members, without a token file."""
    audience = Audience(
        community_id=community.id, partner_id=brand.partner.id, as_of=date(2026, 9, 1), expires_on=date(2027, 9, 1),
        lawful_basis=LawfulBasis.CONSENT, purpose="joint marketing", source_name="members.csv",
        source_digest=f"{community.id}{members}".ljust(64, "0")[:64], accepted=members, duplicates=0, rejected=0,
        reasons={}, uses=["overlap"], region="DE", created_by=brand.manager.user_id, created_at=NOW, confirmed_at=NOW,
    )  # fmt: skip
    session.add(audience)
    session.flush()
    return audience


def add_overlap(session: Session, partnership: Partnership, one: Audience, other: Audience, shared: int) -> None:
    """Add the count of what two audiences share."""
    a, b = sorted((one, other), key=lambda audience: audience.id)
    session.add(
        Overlap(
            partnership_id=partnership.id, audience_a_id=a.id, audience_b_id=b.id, size_a=a.accepted,
            size_b=b.accepted, noisy=shared, epsilon_milli=250, computed_at=NOW,
        )
    )  # fmt: skip
    session.flush()


def add_orders(session: Session, campaign: Campaign, merchant: Brand, sender: Community | None, orders: int) -> None:
    """Add what so many orders of one day, with a base of 10.00 each, come to; sent by a community, or by none."""
    session.add(
        CampaignDay(
            campaign_id=campaign.id, merchant_id=merchant.partner.id, day=date(2026, 9, 10),
            community_id=sender.id if sender else "", orders=orders, lines=orders, units=orders,
            gross_minor=1190 * orders, base_minor=1000 * orders, new_customers=0, refunds=0, refunded_minor=0,
        )
    )  # fmt: skip
    session.flush()
