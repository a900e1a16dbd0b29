"""What the queries of evidence return: frozen values of primitives, for pages, reports and other rooms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from partners.directory.cards import PartnerName
from partners.referrals.problems import RowProblem


@dataclass(frozen=True, slots=True)
class ImportCard:
    """One uploaded file in a list, and how far it has been read. ``finished_at`` is None until it is.

    ``waits``: it is read, rows were rejected, and nobody has dealt with them yet.
    """

    id: str
    name: str
    kind: str
    state: str
    rows_total: int
    rows_read: int
    accepted: int
    duplicates: int
    rejected: int
    created_by: str
    created_at: datetime
    finished_at: datetime | None
    waits: bool


@dataclass(frozen=True, slots=True)
class FailedRow:
    """A row that was not taken: its line in the file, why not, and its values in the order of the kind's columns."""

    row_no: int
    problem: RowProblem
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportPage:
    """One import with the first rows that were not taken."""

    card: ImportCard
    source_digest: str
    columns: tuple[str, ...]
    failed: tuple[FailedRow, ...]
    may_report: bool


@dataclass(frozen=True, slots=True)
class SellingCampaignCard:
    """A campaign that takes the partner's sales now. ``referring``: codes of the partners' communities in it."""

    id: str
    code: str
    name: str
    currency: str
    timezone: str
    starts_on: date
    ends_on: date
    referring: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportsPage:
    """The files that the partner sent, newest first, the campaigns that take its sales, and whether it may send."""

    imports: tuple[ImportCard, ...]
    campaigns: tuple[SellingCampaignCard, ...]
    may_report: bool


@dataclass(frozen=True, slots=True)
class Sold:
    """What one merchant sold for a campaign, or all together. Amounts in minor units of the campaign's currency.

    ``orders``: different order numbers. ``gross``: paid incl. tax and shipping. ``base``: what the terms share.
    ``refunded``: gross paid back. ``new_customers``: buyers of whom no earlier order is recorded at the merchant.
    """

    orders: int = 0
    referred_orders: int = 0
    lines: int = 0
    units: int = 0
    gross_minor: int = 0
    base_minor: int = 0
    new_customers: int = 0
    refunds: int = 0
    refunded_minor: int = 0


@dataclass(frozen=True, slots=True)
class MerchantResult:
    """What one merchant sold for a campaign."""

    merchant: PartnerName
    sold: Sold


@dataclass(frozen=True, slots=True)
class DayResult:
    """What was sold on one local day; a refund counts on its own day."""

    day: date
    orders: int
    gross_minor: int
    base_minor: int
    refunded_minor: int


@dataclass(frozen=True, slots=True)
class GoalActual:
    """What a campaign has reached of one figure: minor units for revenue (gross less refunds), else a count."""

    kpi: str
    actual: int


@dataclass(frozen=True, slots=True)
class CampaignResults:
    """What a campaign has brought so far, the same for all its parties; ``last_seq`` is the newest evidence it knows.

    ``currency`` is empty while no terms are proposed. ``days`` are those with evidence, in order.
    """

    campaign_id: str
    currency: str
    last_seq: int
    total: Sold
    merchants: tuple[MerchantResult, ...]
    goals: tuple[GoalActual, ...]
    days: tuple[DayResult, ...]

    def actual(self, kpi: str) -> int:
        """Return what has been reached of a goal's figure."""
        return next(goal.actual for goal in self.goals if goal.kpi == kpi)


@dataclass(frozen=True, slots=True)
class ReferralFlow:
    """Orders that one community sent to one merchant for one campaign. ``base_minor``: what the terms share of them."""

    campaign_id: str
    from_community_id: str
    from_name: str
    from_name_zh: str
    from_partner_id: str
    merchant_id: str
    orders: int
    base_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One piece of evidence as a party may see it.

    ``order_id`` is whole for the merchant and ends in its last four characters for everyone else, who see no product
    either. ``refunded_minor`` is what has been paid back of a conversion, of a refund its own amount.
    """

    seq: int
    kind: str
    standing: str
    order_id: str
    line_no: int
    occurred_at: datetime
    merchant: PartnerName
    from_name: str
    from_name_zh: str
    product: str
    quantity: int
    currency: str
    gross_minor: int
    base_minor: int
    refunded_minor: int


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """One page of a campaign's evidence, newest first. ``pages`` is at least 1."""

    campaign_id: str
    campaign_name: str
    timezone: str
    lines: tuple[EvidenceLine, ...]
    total: int
    page: int
    pages: int
