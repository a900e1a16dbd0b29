"""Which reported rows become evidence: pure decisions about a row beside the campaign, its terms and earlier rows.

The order of the checks matters: a row that was reported before, word for word, is a duplicate even where today it would
be refused, so sending a file again never fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from partners import money
from partners.campaigns import terms
from partners.campaigns.cards import IntakeCampaign, SignedTerms
from partners.campaigns.lifecycle import Stage
from partners.campaigns.terms import TermsDocument
from partners.referrals.intake import ReportedConversion, ReportedRefund, event_digest
from partners.referrals.local_time import LocalClock, instant
from partners.referrals.problems import (
    BaseNegative,
    CampaignNotOpen,
    CampaignUnknown,
    CommunityOwn,
    CommunityUnknown,
    CurrencyDiffers,
    KeyTaken,
    OutsideCampaign,
    RefundEarly,
    RefundTooLarge,
    SaleMissing,
    TermsMissing,
    TimeAhead,
)

_SUMS = ("orders", "lines", "units", "gross_minor", "base_minor", "new_customers", "refunds", "refunded_minor")

TAKES_SALES = frozenset({Stage.LIVE, Stage.PAUSED, Stage.ENDED})


class SellingCampaign:
    """A campaign in which the merchant sells, with its zone looked up and the terms of each day found once."""

    def __init__(self, facts: IntakeCampaign) -> None:
        self.facts = facts
        self.zone = ZoneInfo(facts.timezone)
        self.clock = LocalClock(self.zone)
        self._by_day: dict[date, SignedTerms | None] = {}

    def terms_on(self, day: date) -> SignedTerms | None:
        """Return the terms that price a sale of that local day; None where none that all have signed do."""
        if day not in self._by_day:
            self._by_day[day] = terms.in_force(self.facts.versions, day)
        return self._by_day[day]


@dataclass(frozen=True, slots=True)
class Sale:
    """A recorded conversion line that a refund may refer to."""

    id: int
    partnership_id: str
    campaign_id: str
    terms_id: str
    zone: tzinfo
    occurred_at: datetime
    currency: str
    gross_minor: int
    from_community_id: str | None


class Placed(NamedTuple):
    """A reported conversion with its campaign and its time: in UTC, and the local day."""

    reported: ReportedConversion
    campaign: SellingCampaign
    at: datetime
    day: date


@dataclass(slots=True)
class Recorded:
    """What is recorded already, as far as it concerns the rows at hand; grows with each row that is accepted.

    ``digests``: key -> digest. ``orders``: (campaign id, order id) with a line. ``buyers``: pseudonyms with
    an order. ``sales``: key -> conversion line. ``refunded``: id of a line -> gross paid back.
    """

    digests: dict[str, str] = field(default_factory=dict)
    orders: set[tuple[str, str]] = field(default_factory=set)
    buyers: set[int] = field(default_factory=set)
    sales: dict[str, Sale] = field(default_factory=dict)
    refunded: dict[int, int] = field(default_factory=dict)


class EvidenceRow(NamedTuple):
    """The columns of a row of evidence, but for its number and the time of recording."""

    occurred_at: datetime
    partnership_id: str
    kind: str
    key: str
    merchant_id: str
    campaign_id: str
    terms_id: str
    refers_to: int | None
    order_id: str
    line_no: int
    currency: str
    quantity: int
    gross_minor: int
    tax_minor: int
    shipping_minor: int
    payment_fee_minor: int
    base_minor: int
    product: str
    customer_token: int | None
    is_new_customer: bool
    from_community_id: str | None
    digest: str


class Accepted(NamedTuple):
    """A row that becomes evidence, its local day, and whether it is the first line of its order in the campaign."""

    row: EvidenceRow
    day: date
    opens_order: bool


def placed(reported: ReportedConversion, campaigns: Mapping[str, SellingCampaign]) -> Placed:
    """Find the campaign of a conversion, and with it the time zone of its time.

    Raises:
        CampaignUnknown: the merchant sells in no campaign of that code.
    """
    campaign = campaigns.get(reported.campaign)
    if campaign is None:
        raise CampaignUnknown("campaign", value=reported.campaign)
    at, written = campaign.clock.instant(reported.occurred_at), reported.occurred_at
    day = written.date() if written.tzinfo is None else at.astimezone(campaign.zone).date()
    return Placed(reported, campaign, at, day)


def conversion(sale: Placed, recorded: Recorded, merchant_id: str, now: datetime) -> Accepted | None:
    """Return the evidence that a conversion becomes; None where it was reported before, word for word.

    Raises:
        RowProblem: what speaks against it.
    """
    reported, campaign = sale.reported, sale.campaign.facts
    key, digest = reported.key, event_digest(reported, sale.at)
    if _is_known(key, digest, recorded):
        return None
    in_force = _terms(sale, now)
    base = _base(in_force.document, reported)
    community_id = _community(reported.referred_by, campaign, merchant_id) if reported.referred_by else None
    opening = (campaign.id, reported.order_id)
    opens_order = opening not in recorded.orders
    recorded.orders.add(opening)
    recorded.digests[key] = digest
    row = EvidenceRow(
        sale.at, campaign.partnership_id, "conversion", key, merchant_id, campaign.id, in_force.id, None,
        reported.order_id, reported.line_no, reported.currency, reported.quantity, reported.gross_minor,
        reported.tax_minor, reported.shipping_minor, reported.payment_fee_minor, base, reported.product,
        reported.customer_token, _is_new(reported.customer_token, recorded), community_id, digest,
    )  # fmt: skip
    return Accepted(row, sale.day, opens_order)


def refund(reported: ReportedRefund, recorded: Recorded, merchant_id: str, now: datetime) -> Accepted | None:
    """Return the evidence that a refund becomes; None where it was reported before, word for word.

    Raises:
        RowProblem: what speaks against it.
    """
    sale = recorded.sales.get(reported.sale_key)
    if sale is None:
        raise SaleMissing("order_id", value=reported.sale_key)
    at = instant(reported.occurred_at, sale.zone)
    digest = event_digest(reported, at)
    if _is_known(reported.key, digest, recorded):
        return None
    _check_refund(reported, sale, at, recorded.refunded.get(sale.id, 0), now)
    recorded.refunded[sale.id] = recorded.refunded.get(sale.id, 0) + reported.amount_minor
    recorded.digests[reported.key] = digest
    row = EvidenceRow(
        at, sale.partnership_id, "refund", reported.key, merchant_id, sale.campaign_id, sale.terms_id, sale.id,
        reported.order_id, reported.line_no, reported.currency, 0, reported.amount_minor, 0, 0, 0, 0, "", None, False,
        sale.from_community_id, digest,
    )  # fmt: skip
    return Accepted(row, at.astimezone(sale.zone).date(), opens_order=False)


def sums_by_day(accepted: Iterable[Accepted]) -> list[dict[str, Any]]:
    """Return what rows add to the sums of each campaign, merchant, local day and referring community."""
    sums: dict[tuple[str, str, date, str], list[int]] = {}
    for row, day, opens_order in accepted:
        group = (row.campaign_id, row.merchant_id, day, row.from_community_id or "")
        if (into := sums.get(group)) is None:
            into = sums[group] = [0] * len(_SUMS)
        if row.refers_to is None:
            into[0] += opens_order
            into[1] += 1
            into[2] += row.quantity
            into[3] += row.gross_minor
            into[4] += row.base_minor
            into[5] += row.is_new_customer
        else:
            into[6] += 1
            into[7] += row.gross_minor
    names = ("campaign_id", "merchant_id", "day", "community_id", *_SUMS)
    return [dict(zip(names, (*group, *values), strict=True)) for group, values in sorted(sums.items())]


def _is_known(key: str, digest: str, recorded: Recorded) -> bool:
    before = recorded.digests.get(key)
    if before is not None and before != digest:
        raise KeyTaken("refund_id" if key.startswith("refund:") else "order_id", value=key.removeprefix("refund:"))
    return before is not None


def _terms(sale: Placed, now: datetime) -> SignedTerms:
    """Return the terms that price a sale, or raise what keeps it from counting for its campaign."""
    campaign, reported = sale.campaign.facts, sale.reported
    if campaign.stage not in TAKES_SALES:
        raise CampaignNotOpen("campaign", value=campaign.code)
    if sale.at > now:
        raise TimeAhead("occurred_at", value=_shown(sale.at))
    if not campaign.starts_on <= sale.day <= campaign.ends_on:
        raise OutsideCampaign("occurred_at", value=sale.day, first=campaign.starts_on, last=campaign.ends_on)
    found = sale.campaign.terms_on(sale.day)
    if found is None:
        raise TermsMissing("occurred_at", value=sale.day)
    if reported.currency != found.document.currency:
        raise CurrencyDiffers("currency", value=reported.currency, expected=found.document.currency)
    return found


def _base(document: TermsDocument, reported: ReportedConversion) -> int:
    try:
        return terms.base_of(
            document, reported.gross_minor, reported.tax_minor, reported.shipping_minor, reported.payment_fee_minor
        )
    except terms.BaseNegative:
        raise BaseNegative("gross") from None


def _community(code: str, campaign: IntakeCampaign, merchant_id: str) -> str:
    community_id, partner_id = campaign.communities.get(code, ("", ""))
    if not community_id:
        raise CommunityUnknown("referred_by", value=code)
    if partner_id == merchant_id:
        raise CommunityOwn("referred_by", value=code)
    return community_id


def _is_new(token: int | None, recorded: Recorded) -> bool:
    """Say whether this is the first line of a buyer at the merchant that is recorded here."""
    if token is None or token in recorded.buyers:
        return False
    recorded.buyers.add(token)
    return True


def _check_refund(reported: ReportedRefund, sale: Sale, at: datetime, before: int, now: datetime) -> None:
    if reported.currency != sale.currency:
        raise CurrencyDiffers("currency", value=reported.currency, expected=sale.currency)
    if at > now:
        raise TimeAhead("occurred_at", value=_shown(at))
    if at < sale.occurred_at:
        raise RefundEarly("occurred_at", value=_shown(at))
    left = sale.gross_minor - before
    if reported.amount_minor > left:
        shown = [f"{money.to_decimal(minor, sale.currency)} {sale.currency}" for minor in (left, reported.amount_minor)]
        raise RefundTooLarge("amount", left=shown[0], value=shown[1])


def _shown(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
