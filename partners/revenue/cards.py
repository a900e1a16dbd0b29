"""What the reads of revenue return: frozen values of primitives, for pages, documents and the command line.

Amounts are minor units of the currency beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from partners.directory.cards import PartnerName


class MonthState(StrEnum):
    """Where a month stands: going on, over and next to close, over but after another, then the states of its period."""

    OPEN = "open"
    CLOSABLE = "closable"
    WAITING = "waiting"
    CLOSING = "closing"
    DRAFTED = "drafted"
    ISSUED = "issued"


class WaitsFor(StrEnum):
    """What a month waits for; NOTHING also where it is somebody else's turn to compute."""

    NOTHING = ""
    CLOSE = "close"
    OWN_APPROVAL = "own_approval"
    THEIR_APPROVAL = "their_approval"


class Payment(StrEnum):
    """Where a statement's balance stands."""

    NOTHING = "nothing"
    DUE = "due"
    PAID = "paid"
    CARRIED = "carried"


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """One month of one partnership. ``name`` is the partnership's; ``id`` what its page takes, closed or not."""

    id: str
    partnership_id: str
    name: str
    label: str
    ends_at: datetime
    state: str
    waits_for: str
    waits_names: tuple[PartnerName, ...]
    since: datetime


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of a settlement, in minor units; orders, lines and units are counts."""

    orders: int
    lines: int
    units: int
    gross: int
    tax: int
    shipping: int
    payment_fee: int
    base: int
    earned: int
    reversed_now: int
    reversed_earlier: int
    opening: int
    paid: int
    closing: int
    payable: int


@dataclass(frozen=True, slots=True)
class DraftCard:
    """A computed statement that waits for approval."""

    id: str
    payer: PartnerName
    payee: PartnerName
    currency: str
    digest: str
    totals: Totals


@dataclass(frozen=True, slots=True)
class ApprovalCard:
    """Who approved a payer's drafts, and when."""

    id: str
    payer: PartnerName
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Control:
    """What the actor's own brand reported into a period, to compare with its order system."""

    currency: str
    conversions: int
    gross: int
    refunds: int
    refunded: int


@dataclass(frozen=True, slots=True)
class PendingShare:
    """What a payee has earned of a payer so far: computed as of now, not posted, and it may still change."""

    payer: PartnerName
    payee: PartnerName
    currency: str
    lines: int
    earned_minor: int
    reversed_minor: int


@dataclass(frozen=True, slots=True)
class Pending:
    """All pending shares of the actor's brand; ``events`` is how much evidence waits.

    ``shares`` is None where the evidence is more than a page waits for; closing the month computes it.
    """

    events: int
    shares: tuple[PendingShare, ...] | None


@dataclass(frozen=True, slots=True)
class PartyShare:
    """What one party got of what one merchant sold in a campaign: issued after reversals, and still pending."""

    payer_id: str
    payee_id: str
    currency: str
    issued_minor: int
    pending_minor: int


@dataclass(frozen=True, slots=True)
class StatementCard:
    """One statement as lists show it; ``outstanding_minor`` is what is left to pay on it, 0 once it is carried on."""

    id: str
    number: str
    partnership_id: str
    partnership: str
    period_id: str
    period: str
    payer: PartnerName
    payee: PartnerName
    currency: str
    closing_minor: int
    outstanding_minor: int
    state: str
    issued_at: datetime
    due_on: date
    digest: str


@dataclass(frozen=True, slots=True)
class PayoutCard:
    """One recorded payment of a statement."""

    amount_minor: int
    paid_on: date
    reference: str
    name: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class StatementPage:
    """One statement, its payouts, and the one that follows it; ``follower`` is None for the newest."""

    card: StatementCard
    payouts: tuple[PayoutCard, ...]
    follower: StatementCard | None
    may_pay: bool


@dataclass(frozen=True, slots=True)
class PeriodPage:
    """One month of a partnership, as far as the actor's brand may see it.

    ``id`` is what the page's address takes. ``own_digest`` stands for all of the brand's own drafts, "" without
    any. ``refused`` is why the actor may not approve them: "", role, preparer or author.
    """

    id: str
    partnership_id: str
    partnership: str
    timezone: str
    label: str
    starts_at: datetime
    ends_at: datetime
    state: str
    waits_for: str
    waits_names: tuple[PartnerName, ...]
    next_label: str
    watermark: int
    closed_by: str
    closed_at: datetime | None
    may_close: bool
    may_reopen: bool
    own_digest: str
    refused: str
    own_drafts: tuple[DraftCard, ...]
    due_drafts: tuple[DraftCard, ...]
    approvals: tuple[ApprovalCard, ...]
    statements: tuple[StatementCard, ...]
    controls: tuple[Control, ...]


@dataclass(frozen=True, slots=True)
class AccountCard:
    """One account over a time: opening + debit - credit = closing."""

    kind: str
    owner: PartnerName
    counterparty: PartnerName
    currency: str
    opening_minor: int
    debit_minor: int
    credit_minor: int
    closing_minor: int


@dataclass(frozen=True, slots=True)
class PostingCard:
    """One line of a journal entry."""

    kind: str
    owner: PartnerName
    currency: str
    minor: int


@dataclass(frozen=True, slots=True)
class EntryCard:
    """One journal entry."""

    seq: int
    text: str
    posted_at: datetime
    digest: str
    lines: tuple[PostingCard, ...]


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """The actor's own accounts of one partnership over a month, and the months there are."""

    partnership_id: str
    partnership: str
    timezone: str
    label: str
    labels: tuple[str, ...]
    accounts: tuple[AccountCard, ...]
    entries: tuple[EntryCard, ...]
