"""The whole job on a year of a real grocer, through the command line, against an independent computation.

Conversions of campaigns 8, 13 and 18: 2,464, 3,399 and 3,977 lines worth 7,018.77, 9,867.10 and 12,723.74.
"""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from pypdf import PdfReader
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cli import main
from partners import audit
from partners.database import reading
from partners.directory.models import Partner
from partners.ledger.queries import check_ledger
from partners.referrals.models import Evidence
from partners.revenue.models import Earning, Statement
from tests.real.grocer import CAMPAIGNS, Grocer, read_grocer
from tests.real.journey import build
from tests.real.platform import Platform

pytestmark = pytest.mark.real
EXPECTED = {"8": (2464, 701877), "13": (3399, 986710), "18": (3977, 1272374)}


@pytest.fixture(scope="module")
def grocer() -> Grocer:
    return read_grocer()


@pytest.fixture(scope="module")
def platform(grocer: Grocer, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """The real world with everything done to it: lists, conversions, closed periods."""
    var = tmp_path_factory.mktemp("journey")
    shutil.copy(sqlite_template, var / "tandem.db")
    made = Platform(var)
    build(made, grocer, "-", datetime.now(UTC))
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
