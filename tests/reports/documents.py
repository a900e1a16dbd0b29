"""Statement documents for the tests, with sums that hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from partners.digest import digest_of
from partners.money import allocate, rounded

PAYER, PAYEE, THIRD = "payer00000000001", "payee00000000001", "third00000000001"
WEIGHTS = {PAYER: 60, PAYEE: 32, THIRD: 8}
PERSON = {"name": "Lea Brandt", "at": "2026-10-05T09:12:00+00:00"}


def statement_document(lines: int = 9, refunds: int = 3, opening: int = -125000) -> dict[str, Any]:
    """Return a statement of that many conversions, and refunds half of this and half of an earlier period."""
    settlement = settlement_document(lines, refunds, opening)
    return {
        "format": "tandem-statement/1", "number": "TEA-2026-0009", "issued_at": "2026-10-08T08:00:00+00:00",
        "due_on": "2026-11-07", "settlement": settlement, "settlement_digest": digest_of(settlement),
        "prepared": PERSON, "approved": {"name": "陈雨", "at": "2026-10-07T02:30:00+00:00"},
        "audit": {"seq": 4821, "digest": "ab" * 32},
    }  # fmt: skip


def settlement_document(lines: int = 9, refunds: int = 3, opening: int = -125000) -> dict[str, Any]:
    terms, sales = _terms(), [_sale(n) for n in range(lines)]
    base = sum(sale["base"] for sale in sales)
    accrued = rounded(Fraction(base) * Fraction("0.1"))
    parts = allocate(accrued, list(WEIGHTS.values())) if lines else [0, 0, 0]
    columns = [allocate(part, [sale["base"] for sale in sales]) for part in parts]
    for sale, share in zip(sales, columns[1], strict=True):
        sale["share"] = share
    events = [_refund(n, sales, columns) for n in range(refunds)]
    settlement = {
        "format": "tandem-settlement/1", "engine": "1",
        "partnership": {"id": "partnership00001", "name": "Autumn breakfast"},
        "period": {"label": "2026-09", "from": "2026-08-31T22:00:00+00:00", "until": "2026-09-30T22:00:00+00:00",
                   "timezone": "Europe/Berlin"},
        "watermark": 48213, "currency": "EUR", "payer": _payer(), "payee": _payee(),
        "parties": [{"partner": PAYER, "name": "Morning Dairy", "name_zh": "晨光乳业"},
                    {"partner": PAYEE, "name": "Morgenrot Coffee", "name_zh": "曙光咖啡"},
                    {"partner": THIRD, "name": "Nordkorn Cereals", "name_zh": ""}],
        "terms": [{"digest": digest_of(terms), "document": terms,
                   "campaign": {"id": "campaign00000001", "code": "autumn-breakfast", "name": "Autumn breakfast"},
                   "signatures": [{"partner": PAYER, "name": "王敏", "at": "2026-08-02T03:00:00+00:00"},
                                  {"partner": PAYEE, "name": "Jonas Weber", "at": "2026-08-02T09:00:00+00:00"},
                                  {"partner": THIRD, "name": "Ida Holm", "at": "2026-08-03T09:00:00+00:00"}]}],
        "conversions": sales, "refunds": events,
        "pools": [{"terms": 0, "lines": lines, "base": base, "accrued": accrued,
                   "shares": [[partner, part] for partner, part in zip(WEIGHTS, parts, strict=True)]}],
        "earlier": {"number": "TEA-2026-0008", "digest": "1f0377ab90c2" + "5" * 48 + "e41d", "closing": opening},
        "payouts": [{"reference": "SEPA 2026-0917-114", "paid_on": "2026-09-17", "amount": 50000}],
        "totals": {},
    }  # fmt: skip
    settlement["totals"] = _totals(sales, events, opening, 50000, parts[1])
    return settlement


def _totals(sales: list[Any], events: list[Any], opening: int, paid: int, earned: int) -> dict[str, int]:
    now = -sum(event["share"] for event in events if event["sale"]["period"] == "2026-09")
    earlier = -sum(event["share"] for event in events if event["sale"]["period"] != "2026-09")
    closing = opening + earned - now - earlier - paid
    sums = {name: sum(sale[name] for sale in sales) for name in ("gross", "tax", "shipping", "payment_fee", "base")}
    return sums | {
        "orders": len({sale["order"] for sale in sales}), "lines": len(sales),
        "units": sum(sale["quantity"] for sale in sales), "earned": earned, "reversed_now": now,
        "reversed_earlier": earlier, "opening": opening, "paid": paid, "closing": closing, "payable": max(closing, 0),
    }  # fmt: skip


def _sale(n: int) -> dict[str, Any]:
    at = datetime(2026, 9, 1, 6, 0, tzinfo=UTC) + timedelta(minutes=40 * n % 42000)
    gross = 199000 + n * 791900 % 4800000
    tax, shipping = gross * 7 // 107, 4900 if n % 3 == 0 else 0
    return {
        "seq": 40000 + n, "order": f"MD-{100200 + n // 2}", "line": 1 + n % 2, "at": at.isoformat(), "terms": 0,
        "campaign": "autumn-breakfast", "product": ("Yoghurt, plain 500 g", "冷萃咖啡礼盒", "Granola")[n % 3],
        "from": (None, "morgenrot-club", "nordkorn-news")[n % 3], "quantity": 1 + n % 2, "gross": gross, "tax": tax,
        "shipping": shipping, "payment_fee": 0, "base": gross - tax - shipping, "share": 0,
    }  # fmt: skip


def _refund(n: int, sales: list[Any], columns: list[list[int]]) -> dict[str, Any]:
    if n % 2 == 0 and sales:
        at = n // 2 % len(sales)
        sale, parts = sales[at], [column[at] for column in columns]
        seq, gross, period, number, order = sale["seq"], sale["gross"], "2026-09", None, (sale["order"], sale["line"])
    else:
        seq, gross, period, number, order = 211 + n, 318000, "2026-06", "TEA-2026-0006", (f"MD-0{4711 + n}", 1)
        parts = allocate(rounded(Fraction(gross, 10)), list(WEIGHTS.values()))
    return {
        "seq": 47000 + n, "key": f"R-{800 + n}", "order": order[0], "line": order[1],
        "at": f"2026-09-{12 + n % 18:02d}T10:20:00+00:00", "gross": gross,
        "sale": {"seq": seq, "gross": gross, "period": period, "statement": number}, "earned": sum(parts),
        "refunded_before": 0, "remaining": [[p, part] for p, part in zip(WEIGHTS, parts, strict=True)],
        "share": -parts[1],
    }  # fmt: skip


def _terms() -> dict[str, Any]:
    names = {PAYER: "晨光乳业（上海）有限公司", PAYEE: "Morgenrot Kaffee GmbH", THIRD: "Nordkorn A/S"}
    return {
        "format": "tandem-terms/1", "agreement": "AGR-2026-0012", "version": 3, "partnership": "partnership00001",
        "parties": [{"partner": partner, "entity": f"entity{at:010d}", "name": names[partner], "merchant": at == 0,
                     "weight": weight} for at, (partner, weight) in enumerate(WEIGHTS.items())],
        "currency": "EUR", "timezone": "Europe/Berlin", "effective_from": "2026-09-01",
        "effective_until": "2026-12-01", "base_excludes": ["tax", "shipping"],
        "rule": {"kind": "fixed_pct", "rate": "0.1"}, "rounding": "statement", "payment_days": 30,
    }  # fmt: skip


def _payer() -> dict[str, Any]:
    return {
        "partner": PAYER, "name": "Morning Dairy", "name_zh": "晨光乳业",
        "entity": "Morning Dairy (Shanghai) Co., Ltd.", "entity_zh": "晨光乳业（上海）有限公司",
        "address": "上海市徐汇区虹桥路 1 号", "country": "CN", "registration_number": "91310000MA1K00000X",
        "tax_number": "",
    }  # fmt: skip


def _payee() -> dict[str, Any]:
    return {
        "partner": PAYEE, "name": "Morgenrot Coffee", "name_zh": "曙光咖啡", "entity": "Morgenrot Kaffee GmbH",
        "entity_zh": "", "address": "Hafenstraße 1, 20457 Hamburg", "country": "DE", "registration_number": "HRB 12345",
        "tax_number": "DE123456788",
    }  # fmt: skip
