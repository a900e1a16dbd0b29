"""Verification names what was changed: in the data, in the lines, on a page."""

from datetime import UTC, datetime

import pytest

from partners.digest import canonical_json, digest_of
from reports import verify
from reports.render import RendererMissing
from reports.statement import draft_pdf, statement_pdf
from reports.verify import verify_json, verify_pdf
from tests.reports.documents import settlement_document, statement_document
from tests.reports.pdf import with_changed_data, with_changed_glyph


@pytest.fixture(scope="module")
def issued(places):
    return statement_pdf(statement_document(), "en", places)


def test_an_untouched_statement_is_right(issued, places):
    verdict = verify_pdf(issued, places, digest_of(statement_document()))

    assert verdict.ok
    assert (verdict.kind, verdict.number, verdict.notes) == ("statement", "TEA-2026-0009", ())


def test_a_chinese_statement_and_a_draft_are_right(places):
    made = datetime(2026, 10, 5, 9, 12, tzinfo=UTC)

    assert verify_pdf(statement_pdf(statement_document(), "zh", places), places).ok
    assert verify_pdf(draft_pdf(settlement_document(), made, "en", places), places).ok


def test_a_changed_amount_in_the_data_is_named(issued, places):
    def raise_payable(document):
        document["settlement"]["totals"]["payable"] += 10

    verdict = verify_pdf(with_changed_data(issued, "statement.json", raise_payable), places)

    assert not verdict.ok
    assert "data settlement.totals.payable: found 397982, expected 397972" in verdict.differences
    assert any(each.startswith("data settlement_digest: found") for each in verdict.differences)
    assert any("page 1: found 3,979.72" in each for each in verdict.differences)


def test_one_changed_digit_on_a_page_is_named(issued, places):
    verdict = verify_pdf(with_changed_glyph(issued, 0, "11,598.33", "11,598.43"), places)

    assert verdict.differences == ("page 1: found 11,598.43, expected 11,598.33",)


def test_a_changed_digit_in_an_appendix_is_named(issued, places):
    verdict = verify_pdf(with_changed_glyph(issued, 1, "1,243.66", "1,243.99"), places)

    assert verdict.differences == ("page 2: found 1,243.99, expected 1,243.66",)


def test_a_file_that_only_reads_the_same_is_not_the_same(issued, places):
    verdict = verify_pdf(with_changed_glyph(issued, 0, "11,598.33", "11,598.33"), places)

    assert verdict.differences == (
        "every page reads as it should, but the file is not the one that its data is rendered to",
    )


def test_another_digest_than_the_other_side_has_is_named(issued, places):
    verdict = verify_pdf(issued, places, "00" * 32)

    assert verdict.differences == (f"digest: found {digest_of(statement_document())}, expected {'00' * 32}",)


def test_without_the_renderer_the_amounts_are_compared(issued, places, monkeypatch):
    def missing(*_):
        raise RendererMissing()

    monkeypatch.setattr(verify, "_rendered", missing)
    forged = with_changed_glyph(issued, 0, "11,598.33", "11,598.43")

    right, wrong = verify_pdf(issued, places), verify_pdf(forged, places)

    assert right.ok
    assert "Of the pages only the amounts were compared" in right.notes[0]
    assert wrong.differences == ("page 1: found 11,598.43, which is no amount of its data",)


def test_json_alone_is_verified():
    document = statement_document()
    right = verify_json(canonical_json(document))
    document["settlement"]["conversions"][4]["share"] += 1
    wrong = verify_json(canonical_json(document))

    assert right.ok
    assert any(each.startswith("data settlement.conversions[4].share: found") for each in wrong.differences)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n", b"PK\x03\x04 no PDF at all", b"{}"])
def test_what_is_no_document_of_ours_is_said_so(content, places):
    assert not verify_pdf(content, places).ok
    assert not verify_json(content).ok


def test_json_written_otherwise_is_not_canonical():
    verdict = verify_json(canonical_json(statement_document()) + b"\n")

    assert verdict.differences == ("data: the attached JSON is not in canonical form",)
