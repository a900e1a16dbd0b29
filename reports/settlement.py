"""What a settlement document says, read into frozen values that a template can print.

Computes nothing that is owed: amounts are taken from the document as they stand, so that the PDF is a view of it. Only
sums for explanation (what was taken off the gross, refunds by statement) are added up here, from the document's lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from partners.revenue.cards import Totals

EXCLUDABLE = ("tax", "shipping", "payment_fee")


@dataclass(frozen=True, slots=True)
class Company:
    """One side of a statement: the brand and its legal entity, in both scripts where it has both."""

    name: str
    name_zh: str
    entity: str
    entity_zh: str
    address: str
    country: str
    registration_number: str
    tax_number: str


@dataclass(frozen=True, slots=True)
class Part:
    """One party's part of a pool."""

    name: str
    name_zh: str
    weight: int
    amount: int
    is_payee: bool
    is_payer: bool


@dataclass(frozen=True, slots=True)
class Signed:
    """A party's signature under terms; the day is the period's time zone's."""

    name: str
    name_zh: str
    person: str
    day: date


@dataclass(frozen=True, slots=True)
class Pool:
    """What one version of terms earned in the period, and how it was divided."""

    agreement: str
    version: int
    campaign: str
    terms_digest: str
    signatures: tuple[Signed, ...]
    rate: str
    excludes: tuple[str, ...]
    lines: int
    base: int
    accrued: int
    parts: tuple[Part, ...]

    @property
    def whole(self) -> int:
        """The sum of the weights."""
        return sum(part.weight for part in self.parts)

    @property
    def together(self) -> int:
        """The sum of the parts, which must be what was accrued."""
        return sum(part.amount for part in self.parts)


@dataclass(frozen=True, slots=True)
class Reversal:
    """Refunds of sales of one period, taken together; ``statement`` is "" for sales of this period."""

    period: str
    statement: str
    refunds: int
    gross: int
    share: int


@dataclass(frozen=True, slots=True)
class Payment:
    """A payout that this statement takes off."""

    reference: str
    paid_on: date
    amount: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """One settlement, read. ``earlier`` is number and digest of the statement before it, or None for the first."""

    partnership: str
    period: str
    first_day: date
    last_day: date
    timezone: str
    watermark: int
    currency: str
    payer: Company
    payee: Company
    terms: tuple[Pool, ...]
    excluded: tuple[tuple[str, int], ...]
    reversals: tuple[Reversal, ...]
    earlier: tuple[str, str] | None
    payments: tuple[Payment, ...]
    totals: Totals
    engine: str


def read_settlement(document: Mapping[str, Any]) -> Settlement:
    """Return the values of a settlement document."""
    period = document["period"]
    zone = ZoneInfo(period["timezone"])
    earlier = document["earlier"]
    return Settlement(
        partnership=document["partnership"]["name"], period=period["label"],
        first_day=_day(period["from"], zone),
        last_day=_day(period["until"], zone) - timedelta(days=1),
        timezone=period["timezone"], watermark=document["watermark"], currency=document["currency"],
        payer=_company(document["payer"]), payee=_company(document["payee"]), terms=_pools(document),
        excluded=_excluded(document["conversions"], document["terms"]),
        reversals=_reversals(document["refunds"], period["label"]),
        earlier=(earlier["number"], earlier["digest"]) if earlier else None,
        payments=tuple(
            Payment(paid["reference"], date.fromisoformat(paid["paid_on"]), paid["amount"])
            for paid in document["payouts"]
        ),
        totals=Totals(**{name: document["totals"][name] for name in Totals.__slots__}), engine=document["engine"],
    )  # fmt: skip


def _day(at: str, zone: ZoneInfo) -> date:
    return datetime.fromisoformat(at).astimezone(zone).date()


def _company(side: Mapping[str, Any]) -> Company:
    return Company(**{name: side[name] for name in Company.__slots__})


def _pools(document: Mapping[str, Any]) -> tuple[Pool, ...]:
    return tuple(_pool(pool, document) for pool in document["pools"])


def _pool(pool: Mapping[str, Any], document: Mapping[str, Any]) -> Pool:
    entry, zone = document["terms"][pool["terms"]], ZoneInfo(document["period"]["timezone"])
    terms = entry["document"]
    names = {party["partner"]: (party["name"], party["name_zh"]) for party in document["parties"]}
    weights = {party["partner"]: party["weight"] for party in terms["parties"]}
    return Pool(
        agreement=terms["agreement"], version=terms["version"], campaign=entry["campaign"]["name"],
        terms_digest=entry["digest"],
        signatures=tuple(
            Signed(*names[signed["partner"]], signed["name"], _day(signed["at"], zone))
            for signed in entry["signatures"]
        ),
        rate=terms["rule"]["rate"], excludes=tuple(terms["base_excludes"]), lines=pool["lines"], base=pool["base"],
        accrued=pool["accrued"],
        parts=tuple(
            Part(*names[partner], weights[partner], amount, partner == document["payee"]["partner"],
                 partner == document["payer"]["partner"])
            for partner, amount in pool["shares"]
        ),
    )  # fmt: skip


def _excluded(
    conversions: Sequence[Mapping[str, Any]], terms: Sequence[Mapping[str, Any]]
) -> tuple[tuple[str, int], ...]:
    """Return what the terms take off the gross, kind by kind; a kind that no terms take off is left out."""
    excludes = [frozenset(entry["document"]["base_excludes"]) for entry in terms]
    taken_off = frozenset().union(*excludes) if excludes else frozenset()
    return tuple(
        (kind, sum(line[kind] for line in conversions if kind in excludes[line["terms"]]))
        for kind in EXCLUDABLE
        if kind in taken_off
    )


def _reversals(refunds: Sequence[Mapping[str, Any]], label: str) -> tuple[Reversal, ...]:
    """Return refunds grouped by the period of their sale, this period first."""
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for refund in refunds:
        sale = refund["sale"]
        number = "" if sale["period"] == label else sale["statement"] or ""
        groups.setdefault((sale["period"], number), []).append(refund)
    found = [
        Reversal(period, number, len(group), sum(r["gross"] for r in group), sum(r["share"] for r in group))
        for (period, number), group in groups.items()
    ]
    return tuple(sorted(found, key=lambda each: (each.period != label, each.period, each.statement)))
