"""Recomputing a settlement or a statement from nothing but itself. Pure; the same arithmetic, and anyone can run it.

Amounts follow from the document's own conversions, refunds, terms, earlier balance and payouts; whatever differs is
named by its path, with what was found and what was expected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from partners.digest import digest_of
from partners.errors import Invalid
from partners.revenue.settle import ENGINE, Conversion, Refund, Settled, Sold, settle
from partners.revenue.split import agreed

SETTLEMENT = "tandem-settlement/1"
STATEMENT = "tandem-statement/1"
SUMMED = ("gross", "tax", "shipping", "payment_fee", "base")


class NotAStatement(Invalid):
    """This is not a statement of Tandem, or a part of it is missing: {part}."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that does not follow from the rest of the document."""

    path: str
    found: Any
    expected: Any


def recompute(document: Mapping[str, Any]) -> list[Difference]:
    """Recompute every amount and digest of a statement or settlement document; an empty list means that all hold.

    Raises:
        NotAStatement: another format, another engine, or a part is missing.
    """
    try:
        if document.get("format") == STATEMENT:
            inner = document["settlement"]
            found = _differ("settlement_digest", document["settlement_digest"], digest_of(inner))
            return [*found, *_settlement(inner, "settlement.")]
        return list(_settlement(document, ""))
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise NotAStatement(part=str(error)) from error


def totals(
    conversions: Sequence[Mapping[str, Any]], refunds: Iterable[Mapping[str, Any]], label: str, opening: int, paid: int
) -> dict[str, int]:
    """Return every total of a settlement from its lines; ``label`` is its own period."""
    earned = sum(row["share"] for row in conversions)
    now = earlier = 0
    for row in refunds:
        if row["sale"]["period"] == label:
            now -= row["share"]
        else:
            earlier -= row["share"]
    closing = opening + earned - now - earlier - paid
    return {
        "orders": len({row["order"] for row in conversions}), "lines": len(conversions),
        "units": sum(row["quantity"] for row in conversions),
        **{name: sum(row[name] for row in conversions) for name in SUMMED},
        "earned": earned, "reversed_now": now, "reversed_earlier": earlier, "opening": opening, "paid": paid,
        "closing": closing, "payable": max(closing, 0),
    }  # fmt: skip


def _settlement(inner: Mapping[str, Any], at: str) -> Iterator[Difference]:
    if inner["format"] != SETTLEMENT or inner["engine"] != ENGINE:
        raise NotAStatement(part="format")
    label, payee = inner["period"]["label"], inner["payee"]["partner"]
    yield from _terms(inner, at)
    yield from _evidence(inner, at)
    settled = settle([agreed(terms["document"]) for terms in inner["terms"]], *_inputs(inner))
    yield from _pools(inner, settled, at)
    shares = _shares(inner, settled, payee)
    for number, (row, share) in enumerate(zip(inner["conversions"], shares, strict=True)):
        yield from _differ(f"{at}conversions[{number}].share", row["share"], share)
    yield from _refunds(inner, settled, at)
    opening = inner["earlier"]["closing"] if inner["earlier"] else 0
    expected = totals(
        inner["conversions"], inner["refunds"], label, opening, sum(row["amount"] for row in inner["payouts"])
    )
    for name, value in expected.items():
        yield from _differ(f"{at}totals.{name}", inner["totals"][name], value)


def _inputs(inner: Mapping[str, Any]) -> tuple[list[Conversion], list[Refund], dict[int, Sold]]:
    conversions = [
        Conversion(
            0, row["seq"], row["at"], row["order"], row["line"], row["terms"], row["base"], row["gross"], row["tax"],
            row["shipping"], row["payment_fee"], row["quantity"], row["product"], row["campaign"], row["from"],
        )
        for row in inner["conversions"]
    ]  # fmt: skip
    refunds = [
        Refund(0, row["seq"], row["at"], row["order"], row["line"], row["key"], row["gross"], row["sale"]["seq"])
        for row in inner["refunds"]
    ]
    sold: dict[int, Sold] = {}
    for row in inner["refunds"]:
        sale = row["sale"]
        if sale["period"] != inner["period"]["label"]:
            held = tuple((party, minor) for party, minor in row["remaining"])
            first = Sold(0, sale["seq"], sale["gross"], row["refunded_before"], row["earned"], held, sale["period"])
            sold.setdefault(sale["seq"], first)
    return conversions, refunds, sold


def _terms(inner: Mapping[str, Any], at: str) -> Iterator[Difference]:
    for number, terms in enumerate(inner["terms"]):
        path, document = f"{at}terms[{number}]", terms["document"]
        yield from _differ(f"{path}.digest", terms["digest"], digest_of(document))
        yield from _differ(f"{path}.document.currency", document["currency"], inner["currency"])
        yield from _differ(f"{path}.document.partnership", document["partnership"], inner["partnership"]["id"])
        parties = sorted(party["partner"] for party in document["parties"])
        yield from _differ(f"{path}.signatures", sorted({s["partner"] for s in terms["signatures"]}), parties)


def _evidence(inner: Mapping[str, Any], at: str) -> Iterator[Difference]:
    """Every line is below the watermark, before the end, in force, once, in canonical order, with the right base."""
    days = [_days(terms["document"]) for terms in inner["terms"]]
    excludes = [terms["document"]["base_excludes"] for terms in inner["terms"]]
    for number, row in enumerate(inner["conversions"]):
        path = f"{at}conversions[{number}]"
        base = row["gross"] - sum(row[name] for name in excludes[row["terms"]])
        yield from _differ(f"{path}.base", row["base"], base)
        start, until, zone = days[row["terms"]]
        day = datetime.fromisoformat(row["at"]).astimezone(zone).date().isoformat()
        yield from _differ(f"{path}.at", start <= day < until, True)
    rows = [*inner["conversions"], *inner["refunds"]]
    yield from _differ(f"{at}watermark", all(row["seq"] <= inner["watermark"] for row in rows), True)
    yield from _differ(f"{at}period.until", all(row["at"] < inner["period"]["until"] for row in rows), True)
    yield from _differ(f"{at}seq", len({row["seq"] for row in rows}), len(rows))
    places = [(row["at"], row["order"], row["line"]) for row in inner["conversions"]]
    yield from _differ(f"{at}conversions", all(one < other for one, other in pairwise(places)), True)


def _days(document: Mapping[str, Any]) -> tuple[str, str, ZoneInfo]:
    return document["effective_from"], document["effective_until"], ZoneInfo(document["timezone"])


def _pools(inner: Mapping[str, Any], settled: Settled, at: str) -> Iterator[Difference]:
    expected = [
        {
            "terms": pool.terms, "lines": len(pool.lines), "base": pool.base, "accrued": pool.accrued,
            "shares": [list(pair) for pair in zip(pool.parties, pool.shares, strict=True)],
        }
        for pool in settled.pools
    ]  # fmt: skip
    yield from _differ(f"{at}pools", len(inner["pools"]), len(expected))
    for number, (found, pool) in enumerate(zip(inner["pools"], expected, strict=False)):
        for name, value in pool.items():
            yield from _differ(f"{at}pools[{number}].{name}", found[name], value)


def _shares(inner: Mapping[str, Any], settled: Settled, payee: str) -> list[int]:
    """Return what the payee earns on each conversion, in the document's own order."""
    by_seq: dict[int, int] = {}
    for pool in settled.pools:
        rows = pool.rows[pool.parties.index(payee)]
        by_seq.update((settled.conversions[place].seq, row) for place, row in zip(pool.lines, rows, strict=True))
    return [by_seq[row["seq"]] for row in inner["conversions"]]


def _refunds(inner: Mapping[str, Any], settled: Settled, at: str) -> Iterator[Difference]:
    yield from _differ(
        f"{at}refunds", [row["seq"] for row in inner["refunds"]], [each.refund.seq for each in settled.reversals]
    )
    found = {row["seq"]: (number, row) for number, row in enumerate(inner["refunds"])}
    for each in settled.reversals:
        number, row = found[each.refund.seq]
        expected = {
            "earned": each.before.earned, "refunded_before": each.before.refunded,
            "remaining": [list(held) for held in each.before.remaining],
            "share": -dict(each.taken)[inner["payee"]["partner"]],
        }  # fmt: skip
        for name, value in expected.items():
            yield from _differ(f"{at}refunds[{number}].{name}", row[name], value)


def _differ(path: str, found: Any, expected: Any) -> list[Difference]:
    return [] if found == expected else [Difference(path, found, expected)]
