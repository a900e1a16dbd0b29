"""Reads of single lines of evidence, as a party of the campaign may see them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from partners.campaigns.queries import own_campaign
from partners.communities.models import Community
from partners.directory import policy
from partners.directory.cards import PartnerName
from partners.directory.models import Partner, Partnership
from partners.directory.policy import Action, Actor
from partners.referrals.cards import EvidenceLine, EvidencePage
from partners.referrals.models import CampaignDay, Evidence, EvidenceKind
from partners.referrals.reading_queries import refunded

PAGE_LINES = 50
_STREAMED = 1_000


def evidence_lines(session: Session, actor: Actor, campaign_id: str, page: int) -> EvidencePage:
    """Return one page of a campaign's evidence, newest first; NotFound for who may not see the campaign.

    Args:
        page: from 1; an impossible number means the nearest page.
    """
    policy.require(actor, Action.READ)
    campaign = own_campaign(session, actor, campaign_id)
    events = func.coalesce(func.sum(CampaignDay.lines + CampaignDay.refunds), 0)
    total = int(session.scalars(select(events).where(CampaignDay.campaign_id == campaign.id)).one())
    pages = max(1, -(-total // PAGE_LINES))
    shown = min(max(page, 1), pages)
    rows = session.execute(_lines(campaign.id).offset((shown - 1) * PAGE_LINES).limit(PAGE_LINES)).all()
    return EvidencePage(
        campaign.id, campaign.name, session.get_one(Partnership, campaign.partnership_id).timezone,
        tuple(_seen(session, actor, rows)), total, shown, pages,
    )  # fmt: skip


def every_evidence_line(session: Session, actor: Actor, campaign_id: str) -> Iterator[EvidenceLine]:
    """Return all that ``evidence_lines`` pages through, read while it is used."""
    policy.require(actor, Action.READ)
    campaign = own_campaign(session, actor, campaign_id)
    found = session.execute(_lines(campaign.id).execution_options(yield_per=_STREAMED))
    return (line for rows in found.partitions() for line in _seen(session, actor, rows))


def _lines(campaign_id: str) -> Any:
    return (
        select(
            Evidence.id, Evidence.seq, Evidence.kind, Evidence.order_id, Evidence.line_no, Evidence.occurred_at,
            Evidence.merchant_id, Partner.name, Partner.name_zh, Community.name.label("from_name"),
            Community.name_zh.label("from_name_zh"), Evidence.product, Evidence.quantity, Evidence.currency,
            Evidence.gross_minor, Evidence.base_minor,
        )
        .join(Partner, Partner.id == Evidence.merchant_id)
        .join(Community, Community.id == Evidence.from_community_id, isouter=True)
        .where(Evidence.campaign_id == campaign_id)
        .order_by(Evidence.occurred_at.desc(), Evidence.seq.desc())
    )  # fmt: skip


def _seen(session: Session, actor: Actor, rows: Iterable[Row[Any]]) -> Iterator[EvidenceLine]:
    rows = list(rows)
    paid_back = refunded(session, [row.id for row in rows if row.kind == EvidenceKind.CONVERSION])
    return (_line(row, actor, paid_back) for row in rows)


def _line(row: Row[Any], actor: Actor, paid_back: Mapping[int, int]) -> EvidenceLine:
    is_refund, is_own = row.kind == EvidenceKind.REFUND, row.merchant_id == actor.partner_id
    back = row.gross_minor if is_refund else paid_back.get(row.id, 0)
    standing = "refund" if is_refund else "counted" if back == 0 else "refunded"
    if standing == "refunded" and back < row.gross_minor:
        standing = "partly_refunded"
    return EvidenceLine(
        seq=row.seq, kind=row.kind.value, standing=standing, order_id=row.order_id if is_own else masked(row.order_id),
        line_no=row.line_no, occurred_at=row.occurred_at,
        merchant=PartnerName(row.merchant_id, row.name, row.name_zh), from_name=row.from_name or "",
        from_name_zh=row.from_name_zh or "", product=row.product if is_own else "", quantity=row.quantity,
        currency=row.currency, gross_minor=0 if is_refund else row.gross_minor, base_minor=row.base_minor,
        refunded_minor=back,
    )  # fmt: skip


def masked(order_id: str) -> str:
    """Return an order number as the other parties see it.

    >>> masked("O-100234"), masked("77")
    ('…0234', '…')
    """
    return "…" + (order_id[-4:] if len(order_id) > 4 else "")
