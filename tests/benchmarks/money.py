"""Settling a period of three parties with refunds, beside the same rules written in plain Python Decimal."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from partners.digest import canonical_json
from partners.revenue.bundle import Heading, Paid, Pair, Side, TermsUsed, settlement
from partners.revenue.settle import Conversion, Refund, Settled, settle
from partners.revenue.split import Agreed
from tests.benchmarks.results import HEADS, Report, along, projected, row
from tests.benchmarks.timing import in_turn, measured

PARTIES = ("payer", "payee", "third")
RATES = ("0.1", "0.175")
WEIGHTS = (60, 32, 8)
REFUNDED = 0.05
LINES = 1_000_000
FEW = 20_000
Totals = dict[str, tuple[int, int]]
"""By party: earned, taken back."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a period is settled from."""

    conversions: list[Conversion]
    refunds: list[Refund]


def run(_folder: Path, is_full: bool) -> Report:
    """Measure the settlement alone, with its documents, and the peer."""
    lines = LINES if is_full else 200_000
    ours, decimal = in_turn((prepare_settle, lines), (prepare_decimal, lines))
    whole = measured(prepare_documents, lines, runs=1)
    few = measured(prepare_documents, FEW, runs=1)
    memory = along((FEW, few.peak_mb), (lines, whole.peak_mb), LINES)
    found = {
        "Tandem, settle": ours, "Decimal, the same sums": decimal,
        "Tandem, settle and both statements in canonical JSON": whole,
    }  # fmt: skip
    assert ours.result == decimal.result, "Decimal comes to other totals"
    assert sum(earned for earned, _ in ours.result.values()) > 0
    size_mb = sum(whole.result) / 1e6
    return Report(
        "Money",
        f"{lines:,} conversions of one payer under {len(RATES)} versions of terms, {len(PARTIES)} parties, "
        f"{REFUNDED:.0%} refunded in one or two parts; canonical JSON of {len(whole.result)} statements "
        f"({size_mb:,.0f} MB). Totals earned and taken back are equal to the unit for every party.",
        HEADS, [row(name, one) for name, one in found.items()],
        [projected("1,000,000 lines, refunds, JSON: time", whole.seconds, whole.seconds * LINES / lines, 10, " s"),
         projected("1,000,000 lines, refunds, JSON: memory", whole.peak_mb, memory, 1000, " MB")],
        [f"settle takes {ours.seconds / decimal.seconds:.2f} of the time of Decimal.",
         "The target speaks of a tiered rule; engine 1 has one rate a version of terms, so two versions are priced.",
         "The evidence is in memory before the clock starts; reading it from the database is not counted."],
    )  # fmt: skip


def evidence(lines: int) -> Evidence:
    """Return invented conversions and refunds, the same for every engine."""
    dice = random.Random(20260901)
    first = datetime(2026, 9, 1, tzinfo=UTC)
    conversions, refunds = [], []
    for seq in range(1, lines + 1):
        gross = dice.randrange(500, 25_000)
        tax = gross * 7 // 107
        at = (first + timedelta(seconds=dice.randrange(29 * 86_400))).isoformat()
        conversions.append(Conversion(
            seq, seq, at, f"MD-{seq // 2}", 1 + seq % 2, dice.randrange(len(RATES)), gross - tax, gross, tax, 0, 0, 1,
            "Granola", "autumn", None,
        ))  # fmt: skip
        if dice.random() < REFUNDED:
            part = dice.choice((gross, gross // 3))
            refunds += [_refund(conversions[-1], at, part, 0)]
            refunds += [_refund(conversions[-1], at, gross - part, 1)] if part < gross else []
    return Evidence(conversions, refunds)


def prepare_settle(lines: int) -> Callable[[], Totals]:
    """Settle with our own code; returns what each party earned and gave back."""
    given = evidence(lines)
    return lambda: _totals(_settled(given))


def prepare_documents(lines: int) -> Callable[[], list[int]]:
    """Settle and write the documents one after the other, as drafting does; returns their sizes in bytes."""
    given = evidence(lines)

    def documents() -> list[int]:
        settled = _settled(given)
        return [len(canonical_json(_document(settled, payee))) for payee in PARTIES[1:]]

    return documents


def prepare_decimal(lines: int) -> Callable[[], Totals]:
    """Settle in plain Decimal, from the words of the specification."""
    given = evidence(lines)
    return lambda: decimal_totals(given)


def decimal_totals(given: Evidence) -> Totals:
    """Return the totals; quotas are divided with remainder, because a Decimal quotient would be cut at 28 digits."""
    held: dict[int, list[Decimal]] = {}
    earned = [Decimal(0)] * len(PARTIES)
    groups: defaultdict[int, list[Conversion]] = defaultdict(list)
    for each in sorted(given.conversions, key=lambda each: (each.at, each.order, each.line)):
        groups[each.terms].append(each)
    for terms, rows in groups.items():
        bases = [Decimal(each.base) for each in rows]
        accrued = (Decimal(RATES[terms]) * sum(bases)).quantize(Decimal(1), ROUND_HALF_UP)
        shares = _divided(accrued, [Decimal(weight) for weight in WEIGHTS])
        parts = zip(*(_divided(share, bases) for share in shares), strict=True)
        held.update((each.seq, list(part)) for each, part in zip(rows, parts, strict=True))
        earned = [before + share for before, share in zip(earned, shares, strict=True)]
    taken = _taken_back(given, held)
    return {party: (int(e), int(t)) for party, e, t in zip(PARTIES, earned, taken, strict=True)}


def _taken_back(given: Evidence, held: dict[int, list[Decimal]]) -> list[Decimal]:
    gross = {each.seq: Decimal(each.gross) for each in given.conversions}
    wanted = {each.sale for each in given.refunds}
    first = {seq: sum(held[seq]) for seq in wanted}
    refunded: defaultdict[int, Decimal] = defaultdict(Decimal)
    taken = [Decimal(0)] * len(PARTIES)
    for each in sorted(given.refunds, key=lambda each: (each.at, each.order, each.line, each.key)):
        refunded[each.sale] += each.gross
        earned, paid, back = first[each.sale], gross[each.sale], refunded[each.sale]
        due = (2 * earned * back + paid) // (2 * paid) - (earned - sum(held[each.sale]))
        parts = _divided(due, held[each.sale]) if due else [Decimal(0)] * len(PARTIES)
        held[each.sale] = [one - part for one, part in zip(held[each.sale], parts, strict=True)]
        taken = [before + part for before, part in zip(taken, parts, strict=True)]
    return taken


def _divided(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Divide by largest remainder, earlier positions first among equals."""
    whole = sum(weights)
    quotas = [divmod(total * weight, whole) for weight in weights]
    parts = [part for part, _ in quotas]
    left = int(total - sum(parts))
    neediest = sorted(range(len(quotas)), key=lambda at: -quotas[at][1])[:left] if left else []
    for at in neediest:
        parts[at] += 1
    return parts


def _settled(given: Evidence) -> Settled:
    terms = [Agreed(Fraction(rate), PARTIES, WEIGHTS) for rate in RATES]
    return settle(terms, given.conversions, given.refunds, {})


def _totals(settled: Settled) -> Totals:
    taken = dict.fromkeys(PARTIES, 0)
    for each in settled.reversals:
        for party, minor in each.taken:
            taken[party] += minor
    earned = {party: sum(pool.shares[at] for pool in settled.pools) for at, party in enumerate(PARTIES)}
    return {party: (earned[party], taken[party]) for party in PARTIES}


def _refund(sale: Conversion, at: str, gross: int, number: int) -> Refund:
    seq = 10_000_000 + 2 * sale.seq + number
    return Refund(seq, seq, at, sale.order, sale.line, f"refund:{sale.seq}-{number}", gross, sale.seq)


def _document(settled: Settled, payee: str) -> dict[str, Any]:
    start, end = datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)
    heading = Heading("partnership", "Autumn", "2026-09", start, end, "UTC", 20_000_000)
    paid = Paid("SEPA 1", date(2026, 9, 17), 1000)
    pair = Pair(_side("payer"), _side(payee), "EUR", None, (paid,), {})
    parties = [{"partner": party, "name": party, "name_zh": ""} for party in PARTIES]
    return settlement(heading, pair, parties, [_terms(rate) for rate in RATES], settled)


def _side(partner: str) -> Side:
    return Side(partner, partner, "", f"{partner} GmbH", "", "Hafenstraße 1", "DE", "HRB 1", "DE123456788")


def _terms(rate: str) -> TermsUsed:
    return TermsUsed("ab" * 32, {"rule": {"kind": "fixed_pct", "rate": rate}}, {"code": "autumn"}, ())
