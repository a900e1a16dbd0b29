"""The settlement of one payer for one period in one currency: a pure function of evidence and terms.

Standard library only: no clock, no randomness, no float, so that anyone can run it again. Engine version 1: one rate
per version of terms, rounded once a pool (``rounding: statement``), refunds taken back as earned (domain A6, A7).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import NamedTuple

from partners.money import allocate
from partners.revenue.split import Agreed, accrued, reversal, row_shares

ENGINE = "1"


class Conversion(NamedTuple):
    """One conversion line of the payer. ``at`` is ISO 8601 in UTC; ``terms`` the index of the terms that price it."""

    evidence_id: int
    seq: int
    at: str
    order: str
    line: int
    terms: int
    base: int
    gross: int
    tax: int
    shipping: int
    payment_fee: int
    quantity: int
    product: str
    campaign: str
    community: str | None


class Refund(NamedTuple):
    """One refund of a conversion of the payer; ``sale`` is the number of the conversion it takes back from."""

    evidence_id: int
    seq: int
    at: str
    order: str
    line: int
    key: str
    gross: int
    sale: int


@dataclass(frozen=True, slots=True)
class Sold:
    """A conversion as a refund finds it: paid, paid back before, earned by all, and what each party still holds.

    ``period`` is the label of the earlier period it was settled in, "" for the period at hand.
    """

    evidence_id: int
    seq: int
    gross: int
    refunded: int
    earned: int
    remaining: tuple[tuple[str, int], ...]
    period: str = ""


@dataclass(frozen=True, slots=True)
class Pool:
    """The lines priced by one version of terms: T = ``accrued``, and for each party a share of it and a list of rows.

    ``lines`` are positions in the canonical order; ``rows[p][k]`` is what party p earns on line ``lines[k]``.
    """

    terms: int
    parties: tuple[str, ...]
    lines: list[int]
    base: int
    accrued: int
    shares: list[int]
    rows: list[list[int]]


@dataclass(frozen=True, slots=True)
class Reversal:
    """What one refund takes back: the refund, the sale as it found it, and the part of each party, none negative."""

    refund: Refund
    before: Sold
    taken: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """The result: conversions in canonical order, the pools in the order of the terms, the reversals."""

    conversions: list[Conversion]
    pools: list[Pool]
    reversals: list[Reversal]


def settle(
    terms: Sequence[Agreed], conversions: Iterable[Conversion], refunds: Iterable[Refund], earlier: Mapping[int, Sold]
) -> Settled:
    """Settle one period of one payer in one currency.

    Args:
        terms: the versions that the conversions point at.
        conversions, refunds: the evidence of the period, in any order.
        earlier: by number, the conversions of earlier periods that the refunds take back from.

    Cost: about 5 seconds for a million lines and three parties.
    """
    ordered = sorted(conversions, key=itemgetter(2, 3, 4))  # at, order, line: bytewise, and unique for one merchant
    pools = _pools(terms, ordered)
    back = sorted(refunds, key=attrgetter("at", "order", "line", "key"))
    sold = {**earlier, **_sold_now(ordered, pools, {refund.sale for refund in back})}
    return Settled(ordered, pools, [_taken_back(refund, sold) for refund in back])


def _pools(terms: Sequence[Agreed], ordered: Sequence[Conversion]) -> list[Pool]:
    lines: list[list[int]] = [[] for _ in terms]
    for position, conversion in enumerate(ordered):
        lines[conversion.terms].append(position)
    return [_pool(number, agreed, lines[number], ordered) for number, agreed in enumerate(terms)]


def _pool(number: int, agreed: Agreed, lines: list[int], ordered: Sequence[Conversion]) -> Pool:
    bases = [ordered[position].base for position in lines]
    total = accrued(agreed.rate, sum(bases))
    shares = allocate(total, agreed.weights)
    return Pool(
        number, agreed.parties, lines, sum(bases), total, shares, [row_shares(share, bases) for share in shares]
    )


def _sold_now(ordered: Sequence[Conversion], pools: Sequence[Pool], wanted: set[int]) -> dict[int, Sold]:
    found = {}
    for position, sale in enumerate(ordered) if wanted else ():
        if sale.seq in wanted:
            pool = pools[sale.terms]
            k = bisect_left(pool.lines, position)
            held = [rows[k] for rows in pool.rows]
            remaining = tuple(zip(pool.parties, held, strict=True))
            found[sale.seq] = Sold(sale.evidence_id, sale.seq, sale.gross, 0, sum(held), remaining)
    return found


def _taken_back(refund: Refund, sold: dict[int, Sold]) -> Reversal:
    """Return the reversal, and put the sale as it is afterwards in its place."""
    before = sold[refund.sale]
    refunded = before.refunded + refund.gross
    parts = reversal(before.earned, before.gross, refunded, [minor for _, minor in before.remaining])
    taken = tuple((party, part) for (party, _), part in zip(before.remaining, parts, strict=True))
    left = tuple((party, minor - part) for (party, minor), part in zip(before.remaining, parts, strict=True))
    sold[refund.sale] = Sold(
        before.evidence_id, before.seq, before.gross, refunded, before.earned, left, before.period
    )  # fmt: skip
    return Reversal(refund, before, taken)
