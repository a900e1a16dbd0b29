"""The arithmetic of a settlement: worked examples of the specification, laws, and an independent second opinion."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.money import allocate
from partners.revenue.settle import Conversion, Refund, Settled, settle
from partners.revenue.split import Agreed, accrued, reversal, row_shares

VECTORS = json.loads((Path(__file__).parent / "allocation.json").read_text())

PARTIES = ("a", "b", "c", "d")


def sale(seq: int, base: int, gross: int | None = None, terms: int = 0, minute: int = 0) -> Conversion:
    at = f"2026-09-01T10:{minute:02d}:00+00:00"
    return Conversion(
        seq, seq, at, f"o{seq:05d}", 1, terms, base, base if gross is None else gross, 0, 0, 0, 1, "", "c", None
    )


def refund(seq: int, of: int, gross: int, minute: int = 30) -> Refund:
    return Refund(seq, seq, f"2026-09-02T10:{minute:02d}:00+00:00", f"o{of:05d}", 1, f"refund:{seq}", gross, of)


def agreed(rate: str, *weights: int) -> Agreed:
    return Agreed(Fraction(rate), PARTIES[: len(weights)], weights)


def held(settled: Settled) -> dict[int, dict[str, int]]:
    """Return what each party holds of each sale after all refunds, by number."""
    found: dict[int, dict[str, int]] = {}
    for pool in settled.pools:
        for k, place in enumerate(pool.lines):
            rows = {party: rows[k] for party, rows in zip(pool.parties, pool.rows, strict=True)}
            found[settled.conversions[place].seq] = rows
    for each in settled.reversals:
        for party, minor in each.taken:
            found[each.before.seq][party] -= minor
    return found


@pytest.mark.parametrize(("total", "weights", "start", "parts"), VECTORS)
def test_allocation_vectors(total: int, weights: list[int], start: int, parts: list[int]) -> None:
    assert allocate(total, weights, start) == parts
    assert allocate(total, [Fraction(weight, 3) for weight in weights], start) == parts


def test_three_thirds_and_their_refunds() -> None:
    settled = settle([agreed("1", 1, 1, 1)], [sale(1, 10000)], [refund(2, 1, 4000), refund(3, 1, 6000, 31)], {})

    assert settled.pools[0].shares == [3334, 3333, 3333]
    assert [dict(each.taken) for each in settled.reversals] == [
        {"a": 1334, "b": 1333, "c": 1333}, {"a": 2000, "b": 2000, "c": 2000},
    ]  # fmt: skip


def test_yen_and_dinar_are_neither_lost_nor_invented() -> None:
    assert settle([agreed("1", 45, 35, 20)], [sale(1, 1001)], [], {}).pools[0].shares == [451, 350, 200]
    assert settle([agreed("1", 45, 35, 20)], [sale(1, 999)], [], {}).pools[0].shares == [449, 350, 200]
    assert settle([agreed("1", 50, 30, 20)], [sale(1, 12345)], [], {}).pools[0].shares == [6173, 3703, 2469]
    assert accrued(Fraction("0.175"), 12345) == 2160


def test_small_lines_are_rounded_once_a_pool() -> None:
    settled = settle([agreed("0.05", 1)], [sale(n, 30) for n in range(1000)], [], {})

    assert settled.pools[0].accrued == 1500


def test_a_refund_never_credits_a_party() -> None:
    first = reversal(11, 11, 1, [5, 5, 1])  # the Alabama paradox: 10 over 6:6:2 is 4/4/2

    assert min(first) >= 0
    assert sum(first) == 1


def test_a_refund_is_priced_by_its_sale() -> None:
    terms = [agreed("0.1", 1), agreed("0.5", 1)]

    settled = settle(terms, [sale(1, 1000), sale(2, 1000, terms=1)], [refund(3, 1, 500)], {})

    assert settled.reversals[0].taken == (("a", 50),)


def test_a_line_of_nothing_earns_and_returns_nothing() -> None:
    settled = settle([agreed("0.1", 1, 1)], [sale(1, 0)], [refund(2, 1, 0)], {})

    assert settled.reversals[0].taken == (("a", 0), ("b", 0))


@st.composite
def agreements(draw: st.DrawFn) -> tuple[list[Agreed], list[Conversion], list[Refund]]:
    rates = st.fractions(min_value=Fraction(1, 1000), max_value=1, max_denominator=1000)
    weights = st.lists(st.integers(1, 100), min_size=1, max_size=4)
    terms = [Agreed(draw(rates), PARTIES[: len(w)], tuple(w)) for w in draw(st.lists(weights, min_size=1, max_size=3))]
    bases = draw(st.lists(st.integers(0, 50_000), min_size=1, max_size=12))
    conversions = [
        sale(n, base, base + draw(st.integers(0, 5000)), draw(st.integers(0, len(terms) - 1)), draw(st.integers(0, 3)))
        for n, base in enumerate(bases)
    ]
    refunds, seq = [], 100
    for conversion in conversions:
        left = conversion.gross
        for _ in range(draw(st.integers(0, 3))):
            part = draw(st.integers(0, left))
            refunds.append(refund(seq, conversion.seq, part, draw(st.integers(0, 59))))
            seq, left = seq + 1, left - part
    return terms, conversions, refunds


@given(agreements())
def test_shares_and_rows_sum_to_what_was_accrued(case: tuple[list[Agreed], list[Conversion], list[Refund]]) -> None:
    for pool in settle(*case, {}).pools:
        assert sum(pool.shares) == pool.accrued
        assert [sum(rows) for rows in pool.rows] == pool.shares


@given(agreements())
def test_nothing_held_is_ever_negative(case: tuple[list[Agreed], list[Conversion], list[Refund]]) -> None:
    settled = settle(*case, {})

    assert all(minor >= 0 for rows in held(settled).values() for minor in rows.values())
    assert all(minor >= 0 for each in settled.reversals for _, minor in each.taken)


@given(agreements())
def test_a_full_refund_returns_exactly_what_was_earned(
    case: tuple[list[Agreed], list[Conversion], list[Refund]],
) -> None:
    terms, conversions, refunds = case
    paid_back = {c.seq: c.gross - sum(r.gross for r in refunds if r.sale == c.seq) for c in conversions}
    rest = [refund(1000 + seq, seq, minor, 59)._replace(at="2026-09-09") for seq, minor in paid_back.items()]

    left = held(settle(terms, conversions, [*refunds, *rest], {}))

    assert all(minor == 0 for c in conversions if c.gross for minor in left[c.seq].values())


@given(agreements(), st.randoms(use_true_random=False))
def test_the_order_of_evidence_does_not_matter(
    case: tuple[list[Agreed], list[Conversion], list[Refund]], shuffler: random.Random
) -> None:
    terms, conversions, refunds = case
    mixed, back = list(conversions), list(refunds)
    shuffler.shuffle(mixed)
    shuffler.shuffle(back)

    assert settle(terms, mixed, back, {}) == settle(terms, conversions, refunds, {})


@given(agreements())
def test_refunds_over_two_periods_are_the_same_as_in_one(
    case: tuple[list[Agreed], list[Conversion], list[Refund]],
) -> None:
    terms, conversions, refunds = case
    ordered = [each.refund for each in settle(terms, conversions, refunds, {}).reversals]
    first, second = ordered[: len(ordered) // 2], ordered[len(ordered) // 2 :]
    whole = settle(terms, conversions, refunds, {}).reversals
    states = {each.before.seq: each.before for each in reversed(whole) if each.refund in second}

    later = settle(terms, [], second, states).reversals

    assert settle(terms, conversions, first, {}).reversals + later == whole


def test_two_thousand_random_agreements_equal_a_second_implementation() -> None:
    dice = random.Random(20260901)
    for _ in range(2000):
        terms, conversions, refunds = _random_case(dice)

        assert held(settle(terms, conversions, refunds, {})) == _second_opinion(terms, conversions, refunds)


def _random_case(dice: random.Random) -> tuple[list[Agreed], list[Conversion], list[Refund]]:
    terms = []
    for _ in range(dice.randint(1, 3)):
        count = dice.randint(1, 4)
        rate = Fraction(dice.randint(1, 10**6), 10**6)
        terms.append(Agreed(rate, PARTIES[:count], tuple(dice.randint(1, 100) for _ in range(count))))
    conversions, refunds = [], []
    for seq in range(1, dice.randint(2, 12)):
        base = dice.choice([0, 1, 99, dice.randint(0, 10**6)])
        conversions.append(sale(seq, base, base + dice.randint(0, 999), dice.randrange(len(terms)), dice.randrange(4)))
        left = conversions[-1].gross
        for step in range(dice.choice([0, 0, 1, 2, 3])):
            part = dice.choice([left, dice.randint(0, left)])
            refunds.append(refund(100 * seq + step, seq, part, 10 * step))
            left -= part
    dice.shuffle(conversions)
    dice.shuffle(refunds)
    return terms, conversions, refunds


def _second_opinion(
    terms: list[Agreed], conversions: list[Conversion], refunds: list[Refund]
) -> dict[int, dict[str, int]]:
    """The same from the words of the specification: exact quotas as fractions, one unit handed out at a time."""
    books: dict[int, dict[str, int]] = {}
    for number, each in enumerate(terms):
        lines = sorted((c for c in conversions if c.terms == number), key=lambda c: (c.at, c.order, c.line))
        exact = {c.seq: c.base * each.rate for c in lines}
        whole = _half_up(sum(exact.values(), Fraction(0)))
        parts = _hand_out(whole, dict(zip(each.parties, map(Fraction, each.weights), strict=True)))
        rows = {party: _hand_out(parts[party], exact) for party in each.parties}
        books |= {c.seq: {party: rows[party][c.seq] for party in each.parties} for c in lines}
    earned = {seq: sum(rows.values()) for seq, rows in books.items()}
    gross = {c.seq: c.gross for c in conversions}
    back = dict.fromkeys(books, 0)
    for r in sorted(refunds, key=lambda r: (r.at, r.order, r.line, r.key)):
        back[r.sale] += r.gross
        target = earned[r.sale] - _half_up(earned[r.sale] * Fraction(back[r.sale], gross[r.sale] or 1))
        surplus = sum(books[r.sale].values()) - target
        for party, minor in _hand_out(surplus, {p: Fraction(m) for p, m in books[r.sale].items()}).items():
            books[r.sale][party] -= minor
    return books


def _half_up(value: Fraction) -> int:
    whole, rest = divmod(value.numerator, value.denominator)
    return whole + (2 * rest >= value.denominator)


def _hand_out(total: int, weights: dict[Any, Fraction]) -> dict[Any, int]:
    everything = sum(weights.values())
    quota = {key: total * weight / everything if everything else Fraction(0) for key, weight in weights.items()}
    given_out = {key: int(exact) for key, exact in quota.items()}
    while sum(given_out.values()) < total:
        neediest = max(weights, key=lambda key: quota[key] - given_out[key])  # the first of equals
        given_out[neediest] += 1
    return given_out


def test_rows_follow_their_bases() -> None:
    assert row_shares(10, [0, 0, 5]) == [0, 0, 10]
