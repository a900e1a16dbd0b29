"""The settlement and the statement as documents: what is approved, issued, attached to the PDF and verified. Pure.

A settlement is of one payer, one payee, one period, one currency, and holds everything it was computed from. A payee
reads no line of an agreement that it has no share in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from partners.revenue.settle import ENGINE, Conversion, Pool, Reversal, Settled
from partners.revenue.verify import SETTLEMENT, STATEMENT, Difference, recompute, totals

__all__ = ["Difference", "recompute"]


@dataclass(frozen=True, slots=True)
class Side:
    """A payer or payee: the partner, and its legal entity as it stands at the time of the draft."""

    partner: str
    name: str
    name_zh: str
    entity: str
    entity_zh: str
    address: str
    country: str
    registration_number: str
    tax_number: str


@dataclass(frozen=True, slots=True)
class TermsUsed:
    """One signed version of terms: its document and digest, the campaign it prices, who signed when."""

    digest: str
    document: Mapping[str, Any]
    campaign: Mapping[str, str]
    signatures: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """What all settlements of one period have in common; ``starts_at`` and ``ends_at`` bound it as [start, end)."""

    partnership_id: str
    name: str
    label: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    watermark: int


@dataclass(frozen=True, slots=True)
class Before:
    """The statement before this one in the same chain, and its closing balance in minor units."""

    number: str
    digest: str
    closing: int


@dataclass(frozen=True, slots=True)
class Paid:
    """One payout since the statement before."""

    reference: str
    paid_on: date
    amount: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Payer and payee in one currency, with what went before: ``numbers`` gives earlier statements by period label."""

    payer: Side
    payee: Side
    currency: str
    before: Before | None
    payouts: tuple[Paid, ...]
    numbers: Mapping[str, str]


def settlement(
    heading: Heading, pair: Pair, parties: Sequence[Mapping[str, str]], terms: Sequence[TermsUsed], settled: Settled
) -> dict[str, Any]:
    """Return the settlement document of one pair, from the settlement of all that the payer owes."""
    payee = pair.payee.partner
    used = [pool for pool in settled.pools if payee in pool.parties and pool.lines]
    index = {pool.terms: number for number, pool in enumerate(used)}
    conversions = _conversions(settled, used, index, payee)
    refunds = [_refund(r, heading, pair) for r in settled.reversals if payee in dict(r.taken)]
    return {
        "format": SETTLEMENT, "engine": ENGINE,
        "partnership": {"id": heading.partnership_id, "name": heading.name},
        "period": {
            "label": heading.label, "from": heading.starts_at.isoformat(), "until": heading.ends_at.isoformat(),
            "timezone": heading.timezone,
        },
        "watermark": heading.watermark, "currency": pair.currency,
        "payer": asdict(pair.payer), "payee": asdict(pair.payee), "parties": [dict(party) for party in parties],
        "terms": [_terms(terms[pool.terms]) for pool in used],
        "conversions": conversions, "refunds": refunds,
        "pools": [_pool(pool, index[pool.terms]) for pool in used],
        "earlier": asdict(pair.before) if pair.before else None,
        "payouts": [
            {"reference": p.reference, "paid_on": p.paid_on.isoformat(), "amount": p.amount} for p in pair.payouts
        ],
        "totals": totals(
            conversions, refunds, heading.label, pair.before.closing if pair.before else 0,
            sum(payout.amount for payout in pair.payouts),
        ),
    }  # fmt: skip


def statement(
    settled: Mapping[str, Any], digest: str, number: str, issued_at: datetime, due_on: date,
    prepared: tuple[str, datetime], approved: tuple[str, datetime], audit: tuple[int, str],
) -> dict[str, Any]:  # fmt: skip
    """Return the statement document around a settlement document; ``audit`` is number and digest of an audit event."""
    return {
        "format": STATEMENT, "number": number, "issued_at": issued_at.isoformat(), "due_on": due_on.isoformat(),
        "settlement": settled, "settlement_digest": digest,
        "prepared": {"name": prepared[0], "at": prepared[1].isoformat()},
        "approved": {"name": approved[0], "at": approved[1].isoformat()},
        "audit": {"seq": audit[0], "digest": audit[1]},
    }  # fmt: skip


def payment_days(settled: Mapping[str, Any]) -> int:
    """Return the days until payment: the shortest of the terms used; 0 where only a balance is carried on."""
    return min((terms["document"]["payment_days"] for terms in settled["terms"]), default=0)


def _conversions(settled: Settled, used: Sequence[Pool], index: Mapping[int, int], payee: str) -> list[dict[str, Any]]:
    shares: dict[int, int] = {}
    for pool in used:
        shares.update(zip(pool.lines, pool.rows[pool.parties.index(payee)], strict=True))
    return [
        _conversion(each, index[each.terms], shares[position])
        for position, each in enumerate(settled.conversions)
        if each.terms in index
    ]


def _conversion(each: Conversion, terms: int, share: int) -> dict[str, Any]:
    return {
        "seq": each.seq, "order": each.order, "line": each.line, "at": each.at, "terms": terms,
        "campaign": each.campaign, "product": each.product, "from": each.community, "quantity": each.quantity,
        "gross": each.gross, "tax": each.tax, "shipping": each.shipping, "payment_fee": each.payment_fee,
        "base": each.base, "share": share,
    }  # fmt: skip


def _refund(reversal: Reversal, heading: Heading, pair: Pair) -> dict[str, Any]:
    refund, sale = reversal.refund, reversal.before
    return {
        "seq": refund.seq, "key": refund.key, "order": refund.order, "line": refund.line, "at": refund.at,
        "gross": refund.gross,
        "sale": {
            "seq": sale.seq, "gross": sale.gross, "period": sale.period or heading.label,
            "statement": pair.numbers.get(sale.period),
        },
        "earned": sale.earned, "refunded_before": sale.refunded,
        "remaining": [list(held) for held in sale.remaining], "share": -dict(reversal.taken)[pair.payee.partner],
    }  # fmt: skip


def _terms(terms: TermsUsed) -> dict[str, Any]:
    return {
        "digest": terms.digest, "document": dict(terms.document), "campaign": dict(terms.campaign),
        "signatures": [dict(signature) for signature in terms.signatures],
    }  # fmt: skip


def _pool(pool: Pool, terms: int) -> dict[str, Any]:
    return {
        "terms": terms, "lines": len(pool.lines), "base": pool.base, "accrued": pool.accrued,
        "shares": [[party, share] for party, share in zip(pool.parties, pool.shares, strict=True)],
    }  # fmt: skip
