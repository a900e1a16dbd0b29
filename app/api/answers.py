"""What the API answers: frozen dataclasses of its own, so that a page may change and programs do not notice.

Amounts are minor units with their currency; instants are ISO 8601 in UTC, days ISO 8601.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from partners.audiences.blind.queries import BlindCountCard, BlindSide
from partners.campaigns.cards import CampaignCard, CampaignPage
from partners.communities.queries import CommunityCard
from partners.directory.cards import PartnerCard, PartnerName, PartnershipCard, PartnershipPage
from partners.money import Money
from partners.referrals.cards import CampaignResults, ImportCard
from partners.revenue.cards import StatementCard


@dataclass(frozen=True, slots=True)
class Named:
    """A partner by its names; ``name_zh`` is empty where it has no Chinese one."""

    id: str
    name: str
    name_zh: str

    @classmethod
    def of(cls, name: PartnerName) -> Named:
        """Return what is said of a partner wherever it is mentioned."""
        return cls(name.id, name.name, name.name_zh)


@dataclass(frozen=True, slots=True)
class PartnerAnswer:
    """A brand. ``footing`` is the furthest of the partnerships with it, empty without one."""

    id: str
    name: str
    name_zh: str
    kind: str
    industry: str
    country: str
    about: str
    footing: str
    is_own: bool

    @classmethod
    def of(cls, card: PartnerCard) -> PartnerAnswer:
        """Return what is said of a partner in the directory."""
        return cls(
            card.id, card.name, card.name_zh, card.partner_type, card.industry, card.region, card.about, card.footing,
            card.is_own,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PartnershipAnswer:
    """A partnership. ``waits_for``: those that have not accepted it yet, in lists without the own brand."""

    id: str
    name: str
    footing: str
    stage: str
    timezone: str
    created_at: datetime
    partners: list[Named]
    waits_for: list[Named]

    @classmethod
    def of(cls, card: PartnershipCard) -> PartnershipAnswer:
        """Return a partnership in a list; its partners are the others."""
        return cls(
            card.id, card.name, card.footing, card.stage, card.timezone, card.created_at,
            [Named.of(other) for other in card.others], [Named.of(other) for other in card.waits_for],
        )  # fmt: skip

    @classmethod
    def of_page(cls, page: PartnershipPage) -> PartnershipAnswer:
        """Return one partnership; its partners are all its sides."""
        return cls(
            page.id, page.name, page.footing, page.stage, page.timezone, page.created_at,
            [Named.of(side.partner) for side in page.sides],
            [Named.of(side.partner) for side in page.sides if side.accepted_at is None],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class CommunityAnswer:
    """A community of the own brand or of a partner."""

    id: str
    code: str
    name: str
    name_zh: str
    theme: str
    channel: str
    partner_id: str
    is_own: bool

    @classmethod
    def of(cls, card: CommunityCard) -> CommunityAnswer:
        """Return a community without how many are in it, which only an audience knows."""
        return cls(card.id, card.code, card.name, card.name_zh, card.theme, card.channel, card.partner_id, card.is_own)


@dataclass(frozen=True, slots=True)
class CampaignAnswer:
    """A campaign. ``code`` is what evidence names it by."""

    id: str
    code: str
    name: str
    kind: str
    stage: str
    partnership_id: str
    starts_on: date
    ends_on: date
    others: list[Named]

    @classmethod
    def of(cls, card: CampaignCard | CampaignPage) -> CampaignAnswer:
        """Return a campaign as lists show it."""
        return cls(
            card.id, card.code, card.name, card.campaign_type, card.stage, card.partnership_id, card.starts_on,
            card.ends_on, [Named.of(other) for other in card.others],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ResultsAnswer:
    """What a campaign has brought, the same for all its parties; ``last_evidence`` is the newest number it counts.

    ``gross``: paid incl. tax and shipping. ``base``: what the terms share. ``refunded``: gross paid back. The amounts
    are null while no terms are proposed, because then there is no currency.
    """

    orders: int
    referred_orders: int
    new_customers: int
    gross: Money | None
    base: Money | None
    refunded: Money | None
    last_evidence: int

    @classmethod
    def of(cls, found: CampaignResults) -> ResultsAnswer:
        """Return the sums of a campaign."""
        total, currency = found.total, found.currency
        amounts = (total.gross_minor, total.base_minor, total.refunded_minor)
        gross, base, refunded = (Money(minor, currency) if currency else None for minor in amounts)
        return cls(
            total.orders, total.referred_orders, total.new_customers, gross, base, refunded, found.last_seq
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class CampaignDetail:
    """One campaign with its results. ``terms_digest``: of the terms in force, empty without any."""

    campaign: CampaignAnswer
    objective: str
    agreement_number: str
    currency: str
    terms_digest: str
    results: ResultsAnswer


@dataclass(frozen=True, slots=True)
class StatementAnswer:
    """A statement that the own brand pays or is paid by. ``digest`` is of its document as canonical JSON."""

    id: str
    number: str
    partnership_id: str
    period: str
    payer: Named
    payee: Named
    closing: Money
    outstanding: Money
    state: str
    issued_at: datetime
    due_on: date
    digest: str

    @classmethod
    def of(cls, card: StatementCard) -> StatementAnswer:
        """Return a statement as lists show it."""
        return cls(
            card.id, card.number, card.partnership_id, card.period, Named.of(card.payer), Named.of(card.payee),
            Money(card.closing_minor, card.currency), Money(card.outstanding_minor, card.currency), card.state,
            card.issued_at, card.due_on, card.digest,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class StatementDetail:
    """One statement with its document, which holds everything it is computed from."""

    statement: StatementAnswer
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ImportAnswer:
    """A file of evidence and how far it is read; ``state`` is queued, reading or done, ``finished_at`` null until then.

    ``duplicates``: rows that were reported before, word for word; they count once and are no mistake.
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
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, card: ImportCard) -> ImportAnswer:
        """Return a file that was sent."""
        return cls(
            card.id, card.name, card.kind, card.state, card.rows_total, card.rows_read, card.accepted,
            card.duplicates, card.rejected, card.created_at, card.finished_at,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReceivedAnswer:
    """A file that was taken; the header Location says where to ask how far it is."""

    id: str
    kind: str
    rows_total: int


@dataclass(frozen=True, slots=True)
class BlindSideAnswer:
    """One side of a blind count. ``points``: its members to the next thousand; ``public_key``: X25519, in hex."""

    partner: Named
    community: str
    as_of: date
    points: int
    public_key: str

    @classmethod
    def of(cls, side: BlindSide | None) -> BlindSideAnswer | None:
        """Return what a program needs to know of a side; None while there is none."""
        if side is None:
            return None
        return cls(Named.of(side.partner), side.community, side.as_of, side.points, side.public_key)


@dataclass(frozen=True, slots=True)
class BlindCountAnswer:
    """A blind count. ``turn`` says what is next for the own brand; ``members`` is what it declared, None before."""

    id: str
    partnership: str
    turn: str
    members: int | None
    own: BlindSideAnswer | None
    other: BlindSideAnswer | None
    proposed_at: datetime
    ended_at: datetime | None
    refusal: str

    @classmethod
    def of(cls, card: BlindCountCard) -> BlindCountAnswer:
        """Return what a program needs to know of a count."""
        return cls(
            card.id, card.partnership, card.turn.value, card.own.members if card.own else None,
            BlindSideAnswer.of(card.own), BlindSideAnswer.of(card.other), card.proposed_at, card.ended_at, card.refusal,
        )  # fmt: skip
