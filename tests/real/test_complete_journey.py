"""The whole job on a year of a real grocer, through the command line, against an independent computation.

Conversions of campaigns 8, 13 and 18: 2,464, 3,399 and 3,977 lines worth 7,018.77, 9,867.10 and 12,723.74.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from pypdf import PdfReader
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cli import main
from partners import audit
from partners.database import reading, writing
from partners.directory.models import Partner
from partners.ledger.queries import check_ledger
from partners.referrals.models import Evidence
from partners.revenue.models import Earning, Statement
from tests.real.brands import Brand, Deal, agree, bring, join
from tests.real.grocer import CAMPAIGNS, Grocer, read_grocer
from tests.real.platform import Platform

pytestmark = pytest.mark.real
MONTHS = ("2017-05", "2017-06", "2017-07", "2017-08", "2017-09", "2017-10", "2017-11", "2017-12")
EXPECTED = {"8": (2464, 701877), "13": (3399, 986710), "18": (3977, 1272374)}
COLUMNS = ("order_id", "line_no", "occurred_at", "campaign", "currency", "gross", "quantity", "product", "customer",
           "referred_by")  # fmt: skip


@pytest.fixture(scope="module")
def grocer() -> Grocer:
    return read_grocer()


@pytest.fixture(scope="module")
def platform(grocer: Grocer, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """The real world with everything done to it: lists, conversions, closed periods."""
    var = tmp_path_factory.mktemp("journey")
    shutil.copy(sqlite_template, var / "tandem.db")
    made = Platform(var)
    with writing(made.engine()) as session:
        brands, codes = _agreed(session, grocer)
        session.commit()
    _register_lists(made, grocer, brands)
    _report(made, grocer, codes, brands)
    for month in MONTHS:
        _close(made, month, grocer.brands)
    return made


def test_every_line_is_evidence_once_and_worth_what_was_paid(platform: Platform, grocer: Grocer) -> None:
    with reading(platform.engine()) as session:
        found = session.execute(
            select(Evidence.campaign_id, func.count(), func.sum(Evidence.base_minor)).group_by(Evidence.campaign_id)
        ).all()
        numbers = session.scalars(select(Evidence.seq).order_by(Evidence.seq)).all()

    independent = {
        number: (len(lines), sum(line.cents for line in lines))
        for number in CAMPAIGNS for lines in [list(grocer.conversions(number))]
    }  # fmt: skip
    assert independent == EXPECTED
    assert sorted((count, total) for _, count, total in found) == sorted(EXPECTED.values())
    assert list(numbers) == list(range(1, len(numbers) + 1))


def test_every_conversion_is_in_exactly_one_period(platform: Platform) -> None:
    with reading(platform.engine()) as session:
        periods = session.execute(
            select(Earning.evidence_id, func.count(func.distinct(Earning.period_id))).group_by(Earning.evidence_id)
        ).all()
        conversions = session.scalar(select(func.count()).select_from(Evidence))

    assert len(periods) == conversions
    assert {count for _, count in periods} == {1}


def test_statements_equal_an_independent_sum_to_the_cent(platform: Platform, grocer: Grocer) -> None:
    expected = _independent(grocer)

    with reading(platform.engine()) as session:
        found = _issued(session)

    assert {key: amount for key, amount in found.items() if amount} == {k: v for k, v in expected.items() if v}
    assert sum(found.values()) > 0


def test_ledger_and_audit_log_hold(platform: Platform) -> None:
    with reading(platform.engine()) as session:
        assert check_ledger(session) == []
        assert audit.first_break(session) is None


def test_a_pdf_is_verified_and_a_changed_digit_is_named(platform: Platform, grocer: Grocer, tmp_path: Path) -> None:
    brand = grocer.brands[0]
    with reading(platform.engine()) as session:
        number = session.scalars(select(Statement.number).order_by(Statement.number)).first()
        payer = session.scalars(select(Statement).where(Statement.number == number)).one().payer_id
        brand = _code_of(session, payer)
    file = tmp_path / "statement.pdf"

    platform.run("statement", "pdf", number, "--out", file, "--as", f"finance@{brand}.example")
    assert "holds" in platform.run("verify", file).output

    changed = _with_changed_digit(file, tmp_path / "changed.pdf")
    result = CliRunner().invoke(main, ["verify", str(changed)])
    assert result.exit_code == 1
    assert "settlement.totals" in result.output


def _agreed(session: Session, grocer: Grocer) -> tuple[dict[str, Brand], dict[str, str]]:
    at = datetime(2017, 1, 2, tzinfo=UTC)
    brands = {code: bring(session, code, grocer.names[code], "US", "USD", at, "-") for code in grocer.brands}
    partnership = join(session, list(brands.values()), "The store", "UTC", at)
    codes = {}
    for number in CAMPAIGNS:
        first, last = grocer.dates[number]
        weights = dict.fromkeys(grocer.brands, 1)
        deal = Deal(f"Campaign {number}", first, last, weights, grocer.brands, "1/10", "USD")
        codes[number] = agree(session, brands, partnership, deal)
    return brands, codes


def _register_lists(platform: Platform, grocer: Grocer, brands: dict[str, Brand]) -> None:
    expires = (datetime.now(UTC) + timedelta(days=365)).date()
    for code, brand in brands.items():
        file = platform.var / f"{code}.csv"
        households = sorted(grocer.buyers(code))
        file.write_text("email\n" + "".join(f"household{each}@homes.example\n" for each in households))
        result = platform.run(
            "audience", "register", file, "--community", brand.community, "--as-of", "2017-12-31", "--expires", expires,
            "--basis", "consent", "--purpose", "joint campaigns", "--as", f"manager@{code}.example",
        )  # fmt: skip
        assert f"{len(households)} members" in result.output


def _report(platform: Platform, grocer: Grocer, codes: dict[str, str], brands: dict[str, Brand]) -> None:
    """Send one file a merchant, with the lines of all three campaigns."""
    rows: dict[str, list[list[object]]] = defaultdict(list)
    for number in CAMPAIGNS:
        homes = grocer.home_brands(grocer.dates[number][0])
        for line in grocer.conversions(number):
            home = homes.get(line.household, line.brand)
            sender = brands[home].community if home != line.brand else ""
            rows[line.brand].append(
                [line.basket, line.product, line.at.isoformat(), codes[number], "USD", f"{line.cents / 100:.2f}",
                 line.quantity, line.product, f"H{line.household}", sender]
            )  # fmt: skip
    for brand, lines in rows.items():
        file = platform.var / f"{brand}-conversions.csv"
        with file.open("w", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(COLUMNS)
            writer.writerows(lines)
        result = platform.run("conversions", "import", file, "--as", f"finance@{brand}.example")
        assert f"{len(lines)} taken, 0 known before, 0 not taken" in result.output


def _close(platform: Platform, month: str, brands: list[str]) -> None:
    where = ("--partnership", "The store")
    platform.run("period", "close", month, *where, "--as", f"finance@{brands[0]}.example")
    for brand in brands:
        result = CliRunner().invoke(
            main, ["period", "approve", month, *where, "--as", f"finance2@{brand}.example"],
            env={"TANDEM_VAR": str(platform.var)}, catch_exceptions=False,
        )  # fmt: skip
        assert result.exit_code in (0, 1), result.output  # 1: this brand sold nothing in this month


def _independent(grocer: Grocer) -> dict[tuple[str, str, str], int]:
    """Compute (month, payer, payee) -> cents without a line of the platform: pools, a tenth, seven equal parts."""
    pools: dict[tuple[str, str, str], int] = defaultdict(int)
    for number in CAMPAIGNS:
        for line in grocer.conversions(number):
            pools[f"{line.at:%Y-%m}", line.brand, number] += line.cents
    owed: dict[tuple[str, str, str], int] = defaultdict(int)
    for (month, payer, _), cents in pools.items():
        accrued = (cents + 5) // 10  # a tenth, half a cent up
        part, left = divmod(accrued, len(grocer.brands))
        for position, payee in enumerate(grocer.brands):
            if payee != payer:
                owed[month, payer, payee] += part + (position < left)
    return owed


def _issued(session: Session) -> dict[tuple[str, str, str], int]:
    codes = {partner.id: partner.code for partner in session.scalars(select(Partner))}
    return {
        (row.document["settlement"]["period"]["label"], codes[row.payer_id], codes[row.payee_id]): row.earned_minor
        for row in session.scalars(select(Statement))
    }


def _code_of(session: Session, partner_id: str) -> str:
    return session.get_one(Partner, partner_id).code


def _with_changed_digit(file: Path, out: Path) -> Path:
    """Write a copy in which one digit of the attached statement.json is another."""
    from pypdf import PdfWriter

    document = json.loads(PdfReader(file).attachments["statement.json"][0])
    document["settlement"]["totals"]["payable"] += 1
    writer = PdfWriter(clone_from=file)
    names = writer.root_object["/Names"]["/EmbeddedFiles"]["/Names"]  # type: ignore[index]
    position = next(i for i, name in enumerate(names) if name == "statement.json")
    stream = names[position + 1].get_object()["/EF"]["/F"].get_object()
    stream.set_data(json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode())
    writer.write(out)
    return out
