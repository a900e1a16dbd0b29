"""What stands in a statement, and that the same document always gives the same bytes."""

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from partners.digest import digest_of
from partners.revenue.bundle import recompute
from reports.lines import TABLE_ROWS
from reports.statement import draft_pdf, statement_pdf
from tests.reports.documents import settlement_document, statement_document
from tests.reports.pdf import attached, text_of

MADE = datetime(2026, 10, 5, 9, 12, tzinfo=UTC)


def test_the_documents_of_these_tests_recompute():
    assert recompute(statement_document()) == []


@pytest.fixture(scope="module")
def issued(places):
    return statement_pdf(statement_document(), "en", places)


def test_a_statement_says_who_owes_whom_how_much(issued):
    first = text_of(issued)[0]

    for said in (
        "Settlement statement", "TEA-2026-0009", "Morning Dairy (Shanghai) Co., Ltd.", "晨光乳业（上海）有限公司",
        "Net payable, due 7 Nov 2026", "3,979.72 EUR", "10 % of the eligible base, shared 60 : 32 : 8",
        "closing balance of statement TEA-2026-0008", "Tax no. DE123456788", "Lea Brandt", "陈雨",
    ):  # fmt: skip
        assert said in first


def test_a_statement_never_calls_itself_an_invoice(issued):
    assert "invoice" not in "".join(text_of(issued)).lower()


def test_a_chinese_statement_reads_chinese(places):
    first = text_of(statement_pdf(statement_document(), "zh", places))[0]

    assert "结算单" in first
    assert "应付净额，2026年11月7日到期" in first
    assert "2026年9月1日至30日" in first


def test_every_page_names_the_statement_and_its_digest(issued):
    document = statement_document()
    pages = text_of(issued)

    for number, page in enumerate(pages, 1):
        assert "TEA-2026-0009" in page
        assert digest_of(document)[:8] in page
        assert f"{number} / {len(pages)}" in page


def test_the_data_is_attached_as_it_was_digested(issued):
    document = statement_document()
    files = attached(issued)

    assert hashlib.sha256(files["statement.json"]).hexdigest() == digest_of(document)
    rows = list(csv.DictReader(io.StringIO(files["lines.csv"].decode("utf-8-sig"))))
    shares = [int(row["share"].replace(".", "")) for row in rows if row["kind"] == "conversion"]
    assert sum(shares) == document["settlement"]["totals"]["earned"]


def test_a_draft_has_a_watermark_and_no_number(places):
    content = draft_pdf(settlement_document(), MADE, "en", places)
    first = text_of(content)[0]

    assert "Draft" in first
    assert "none, a draft" in first
    assert "Not approved yet" in first
    assert json.loads(attached(content)["settlement.json"]) == settlement_document()


def test_nothing_is_paid_when_more_was_taken_back_than_earned(places):
    document = statement_document(lines=0, refunds=0)
    first = text_of(statement_pdf(document, "en", places))[0]

    assert "Carried forward" in first
    assert "−1,750.00" in first
    assert "Net payable" not in first


def test_long_appendices_show_every_line_and_sums_that_hold(places):
    document = statement_document(TABLE_ROWS + 20, refunds=0)
    pages = text_of(statement_pdf(document, "en", places))

    text = "\n".join(pages)
    for line in document["settlement"]["conversions"]:
        assert f"{line['order']}/{line['line']}" in text
    assert text.count("This page") == 3
    assert f"{document['settlement']['totals']['earned'] / 100:,.2f}" in pages[-1] + pages[-2]


def test_formulas_in_texts_are_defused_in_the_csv(places):
    document = statement_document(3, refunds=0)
    document["settlement"]["conversions"][0]["product"] = "=HYPERLINK(1)"
    table = attached(statement_pdf(document, "en", places))["lines.csv"].decode("utf-8-sig")

    assert ",'=HYPERLINK(1)," in table


def test_markup_in_names_is_shown_and_fetches_nothing(places):
    document = statement_document(3, refunds=0)
    document["settlement"]["payee"]["entity"] = '<link rel="attachment" href="file:///etc/hostname">'
    document["settlement"]["conversions"][0]["product"] = '<img src="file:///etc/hostname">'
    content = statement_pdf(document, "en", places)

    assert "file:///etc/hostname" in "".join(text_of(content))
    assert sorted(attached(content)) == ["lines.csv", "statement.json"]


def test_the_same_document_gives_the_same_bytes_in_every_process(places):
    script = (
        "import hashlib, sys; from pathlib import Path; from reports.language import Places;"
        "from reports.statement import statement_pdf; from tests.reports.documents import statement_document;"
        "places = Places(Path(sys.argv[1]), Path(sys.argv[2]));"
        "print(hashlib.sha256(statement_pdf(statement_document(3), 'zh', places)).hexdigest())"
    )
    command = [sys.executable, "-c", script, str(places.fonts), str(places.translations)]
    here = hashlib.sha256(statement_pdf(statement_document(3), "zh", places)).hexdigest()
    statement_pdf(statement_document(2, 0), "en", places)
    again = hashlib.sha256(statement_pdf(statement_document(3), "zh", places)).hexdigest()

    elsewhere = subprocess.run(
        command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LANG": "C"},
    )  # fmt: skip
    assert elsewhere.stdout.strip() == here == again
