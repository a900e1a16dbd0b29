"""A year of a real gift retailer: 541,909 invoice lines, of which the cancellations are the refunds.

Every line with a quantity, a price and a name of goods is a conversion of one long campaign; a cancellation takes back
part of the newest earlier line of the same customer and product that still holds as many pieces. Cancellations without
such a line are sent too: they are refused row by row, and nothing else is lost.
"""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from partners.database import reading, writing
from partners.ledger.queries import check_ledger
from partners.referrals.models import Evidence, EvidenceKind
from partners.revenue.models import Earning, Statement
from tests.real.brands import Deal, agree, bring, join
from tests.real.files import columns, needed
from tests.real.platform import Platform

pytestmark = pytest.mark.real
FIRST, LAST = date(2010, 12, 1), date(2011, 12, 9)
MONTHS = ("2010-12", *(f"2011-{month:02d}" for month in range(1, 13)))
COLUMNS = ("order_id", "line_no", "occurred_at", "campaign", "currency", "gross", "quantity", "product", "customer")
REFUND_COLUMNS = ("refund_id", "order_id", "line_no", "occurred_at", "currency", "amount")


@dataclass(slots=True)
class Line:
    """One sold line: pence paid, pieces and pence not yet taken back."""

    order: str
    number: int
    at: datetime
    pence: int
    pieces: int
    product: str
    customer: str
    pieces_left: int
    refunds: list[tuple[datetime, int]] = field(default_factory=list)

    @property
    def pence_left(self) -> int:
        """What has not been refunded."""
        return self.pence - sum(pence for _, pence in self.refunds)


@dataclass(frozen=True, slots=True)
class Back:
    """One cancellation and the line it takes back; None where there is none."""

    invoice: str
    number: int
    at: datetime
    pence: int
    line: Line | None


@dataclass(frozen=True, slots=True)
class Retailer:
    """The data set as sales and cancellations."""

    lines: list[Line]
    backs: list[Back]


@pytest.fixture(scope="module")
def retailer() -> Retailer:
    rows = columns(
        needed("online_retail") / "online_retail_uci.parquet", "InvoiceNo", "StockCode", "Quantity", "InvoiceDate",
        "UnitPrice", "CustomerID",
    )  # fmt: skip
    numbers: dict[str, int] = defaultdict(int)
    lines: list[Line] = []
    cancelled = []
    for invoice, code, pieces, at, price, customer in rows:
        numbers[invoice] += 1
        pence = round(price * 100) * abs(pieces)
        who = str(customer) if customer is not None else ""
        if invoice.startswith("C"):
            cancelled.append((invoice, numbers[invoice], at, pence, abs(pieces), code, who))
        elif pieces > 0 and price > 0:
            lines.append(Line(invoice, numbers[invoice], at, pence, pieces, code, who, pieces))
    return Retailer(lines, _matched(lines, cancelled))


@pytest.fixture(scope="module")
def platform(retailer: Retailer, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Platform:
    var = tmp_path_factory.mktemp("retail")
    shutil.copy(sqlite_template, var / "tandem.db")
    made = Platform(var)
    with writing(made.engine()) as session:
        code = _agreed(session)
        session.commit()
    _send_conversions(made, retailer, code)
    _send_refunds(made, retailer)
    for month in MONTHS:
        made.run("period", "close", month, "--partnership", "Gifts", "--as", "finance@retailer.example")
        made.run("period", "approve", month, "--partnership", "Gifts", "--as", "finance2@retailer.example")
    return made


def test_sales_and_refunds_are_evidence_once(platform: Platform, retailer: Retailer) -> None:
    with reading(platform.engine()) as session:
        found = {
            kind: (count, total)
            for kind, count, total in session.execute(
                select(Evidence.kind, func.count(), func.sum(Evidence.gross_minor)).group_by(Evidence.kind)
            )
        }

    taken = [back for back in retailer.backs if back.line is not None]
    assert found[EvidenceKind.CONVERSION] == (len(retailer.lines), sum(line.pence for line in retailer.lines))
    assert found[EvidenceKind.REFUND] == (len(taken), sum(back.pence for back in taken))


def test_every_event_is_in_exactly_one_period(platform: Platform) -> None:
    with reading(platform.engine()) as session:
        events = session.scalar(select(func.count()).select_from(Evidence))
        settled = session.scalar(select(func.count(func.distinct(Earning.evidence_id))))
        doubled = session.scalars(
            select(Earning.evidence_id).group_by(Earning.evidence_id)
            .having(func.count(func.distinct(Earning.period_id)) > 1).limit(1)
        ).all()  # fmt: skip

    assert settled == events
    assert doubled == []


def test_what_is_owed_equals_an_independent_sum_to_the_penny(platform: Platform, retailer: Retailer) -> None:
    earned: dict[str, int] = defaultdict(int)
    for line in retailer.lines:
        earned[f"{line.at:%Y-%m}"] += line.pence

    with reading(platform.engine()) as session:
        statements = session.scalars(select(Statement).order_by(Statement.issued_at)).all()
        faults = check_ledger(session)

    found = {row.document["settlement"]["period"]["label"]: row.earned_minor for row in statements}
    assert found == {month: (pence + 10) // 20 for month, pence in earned.items()}  # a twentieth, half a penny up
    assert [row.opening_minor for row in statements[1:]] == [row.closing_minor for row in statements[:-1]]
    assert faults == []


def test_a_full_refund_leaves_nothing_and_no_row_is_negative(platform: Platform) -> None:
    refunded = (
        select(Evidence.refers_to, func.sum(Evidence.gross_minor).label("back"))
        .where(Evidence.kind == EvidenceKind.REFUND).group_by(Evidence.refers_to).subquery()
    )  # fmt: skip
    with reading(platform.engine()) as session:
        left = session.execute(
            select(Evidence.gross_minor - refunded.c.back, func.sum(Earning.amount_minor))
            .join(refunded, refunded.c.refers_to == Evidence.id)
            .join(Earning, Earning.conversion_id == Evidence.id)
            .group_by(Evidence.id, Evidence.gross_minor, refunded.c.back)
        ).all()

    assert len(left) > 5_000
    assert all(earned == 0 for rest, earned in left if rest == 0)
    assert all(earned >= 0 for _, earned in left)


def _matched(lines: list[Line], cancelled: list[tuple[str, int, datetime, int, int, str, str]]) -> list[Back]:
    """Give each cancellation the newest earlier line of that customer and product with as many pieces left."""
    by_buyer: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        if line.customer:
            by_buyer[line.customer, line.product].append(line)
    backs = []
    for invoice, number, at, pence, pieces, product, customer in sorted(cancelled, key=lambda each: each[2]):
        fitting = [
            line for line in by_buyer.get((customer, product), ())
            if line.at <= at and line.pieces_left >= pieces and 0 < pence <= line.pence_left
        ]  # fmt: skip
        line = fitting[-1] if fitting else None
        if line is not None:
            line.pieces_left -= pieces
            line.refunds.append((at, pence))
        backs.append(Back(invoice, number, at, pence, line))
    return backs


def _agreed(session: Session) -> str:
    at = datetime(2010, 10, 1, tzinfo=UTC)
    brands = {code: bring(session, code, code.title(), "GB", "GBP", at, "-") for code in ("retailer", "catalogue")}
    partnership = join(session, list(brands.values()), "Gifts", "Europe/London", at)
    deal = Deal("A year of gifts", FIRST, LAST, {"retailer": 0, "catalogue": 1}, ["retailer"], "0.05", "GBP")
    return agree(session, brands, partnership, deal)


def _send_conversions(platform: Platform, retailer: Retailer, code: str) -> None:
    file = platform.var / "sales.csv"
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        writer.writerows(
            (line.order, line.number, line.at.isoformat(), code, "GBP", _pounds(line.pence), line.pieces, line.product,
             line.customer) for line in retailer.lines
        )  # fmt: skip
    result = platform.run("conversions", "import", file, "--as", "finance@retailer.example")
    assert f"{len(retailer.lines)} taken, 0 known before, 0 not taken" in result.output


def _send_refunds(platform: Platform, retailer: Retailer) -> None:
    file, failed = platform.var / "refunds.csv", platform.var / "failed.csv"
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(REFUND_COLUMNS)
        writer.writerows(
            (f"{back.invoice}-{back.number}", back.line.order if back.line else back.invoice,
             back.line.number if back.line else back.number, back.at.isoformat(), "GBP", _pounds(back.pence))
            for back in retailer.backs
        )  # fmt: skip
    result = platform.run(
        "conversions", "import", file, "--failed", failed, "--as", "finance@retailer.example"
    )  # fmt: skip
    missing = sum(back.line is None for back in retailer.backs)
    assert f"{len(retailer.backs) - missing} taken, 0 known before, {missing} not taken" in result.output
    assert len(failed.read_text(encoding="utf-8-sig").splitlines()) == missing + 1


def _pounds(pence: int) -> str:
    return f"{pence // 100}.{pence % 100:02d}"

