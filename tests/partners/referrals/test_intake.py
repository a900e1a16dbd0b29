"""One reported row: text to a value, its time, its digest, and the buyer's pseudonym."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.digest import digest_of
from partners.referrals import intake, problems
from partners.referrals.intake import ReportedConversion, ReportedRefund
from partners.referrals.local_time import LocalClock, instant

KEY = bytes(range(32))
BERLIN = ZoneInfo("Europe/Berlin")
ROW = {
    "order_id": "O-1", "line_no": "1", "occurred_at": "2026-09-10T12:00:00+02:00", "campaign": "Autumn",
    "currency": "eur", "gross": "119.00", "tax": "", "shipping": "", "payment_fee": "", "quantity": "",
    "product": "", "customer": "", "referred_by": "",
}  # fmt: skip
REFUND = {"refund_id": "R-1", "order_id": "O-1", "line_no": "1", "occurred_at": "2026-09-10T12:00:00Z",
          "currency": "EUR", "amount": "19"}  # fmt: skip

NAIVE = datetime.fromisoformat("2026-09-01")
texts = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), max_size=30)
amounts = st.integers(0, 10**12)
conversions = st.builds(
    ReportedConversion, texts, st.integers(0, 99), st.just(NAIVE), texts, st.just("EUR"), amounts,
    amounts, amounts, amounts, st.integers(1, 99), texts, st.none() | st.integers(-(2**63), 2**63 - 1), texts,
)  # fmt: skip
refunds = st.builds(ReportedRefund, texts, texts, st.integers(0, 99), st.just(NAIVE), st.just("JPY"), amounts)


def _read(**changes: str) -> ReportedConversion:
    return intake.conversion(list({**ROW, **changes}.values()))


def test_a_row_is_read_with_its_defaults() -> None:
    found = _read()

    assert found.key == "O-1/1"
    assert (found.campaign, found.currency, found.gross_minor, found.quantity) == ("autumn", "EUR", 11900, 1)
    assert (found.tax_minor, found.customer_token, found.referred_by) == (0, None, "")


@pytest.mark.parametrize(
    ("column", "text", "problem"),
    [
        ("order_id", " ", problems.FieldMissing),
        ("order_id", "x" * 41, problems.FieldTooLong),
        ("order_id", "O\x00-1", problems.FieldUnprintable),
        ("order_id", "refund:1", problems.IdReserved),
        ("order_id", "EXAMPLE-1001", problems.IdOfExample),
        ("line_no", "1.5", problems.NumberUnreadable),
        ("line_no", "-1", problems.NumberUnreadable),
        ("line_no", "²", problems.NumberUnreadable),
        ("line_no", "9" * 5000, problems.NumberUnreadable),
        ("quantity", "-1", problems.NumberUnreadable),
        ("quantity", "2147483648", problems.NumberUnreadable),
        ("occurred_at", "10.09.2026", problems.TimeUnreadable),
        ("occurred_at", "2026-09-31T10:00:00", problems.TimeUnreadable),
        ("occurred_at", "2026-09-10", problems.TimeUnreadable),
        ("occurred_at", "0001-01-01T00:00:00+14:00", problems.TimeUnreadable),
        ("campaign", "", problems.FieldMissing),
        ("currency", "EURO", problems.CurrencyUnreadable),
        ("currency", "XAU", problems.CurrencyUnreadable),
        ("currency", "", problems.FieldMissing),
        ("gross", "1,234.50", problems.AmountUnclear),
        ("gross", "12.345", problems.AmountUnclear),
        ("gross", "1e3", problems.AmountUnclear),
        ("gross", "١٢", problems.AmountUnclear),
        ("gross", "NaN", problems.AmountUnclear),
        ("gross", "9" * 30, problems.AmountUnclear),
        ("gross", "-1.00", problems.AmountNegative),
        ("tax", "-0.01", problems.AmountNegative),
        ("product", "x" * 121, problems.FieldTooLong),
        ("product", "a\tb", problems.FieldUnprintable),
    ],
)
def test_a_bad_field_is_named_with_its_reason(column: str, text: str, problem: type[problems.RowProblem]) -> None:
    with pytest.raises(problem) as caught:
        _read(**{column: text})

    assert caught.value.column == column
    assert len(str(caught.value)) < 200


def test_amounts_follow_the_currency() -> None:
    assert _read(currency="JPY", gross="1001").gross_minor == 1001
    assert _read(currency="KWD", gross="12.345").gross_minor == 12345
    with pytest.raises(problems.AmountUnclear):
        _read(currency="JPY", gross="10.5")


def test_a_refund_of_nothing_is_refused() -> None:
    assert intake.refund(list(REFUND.values())).amount_minor == 1900
    with pytest.raises(problems.AmountZero):
        intake.refund(list({**REFUND, "amount": "0.00"}.values()))


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-09-10T12:00:00", "2026-09-10T10:00:00+00:00"),
        ("2026-09-10 12:00:00", "2026-09-10T10:00:00+00:00"),
        ("2026-09-10T12:00:00Z", "2026-09-10T12:00:00+00:00"),
        ("2026-09-10T12:00:00+08:00", "2026-09-10T04:00:00+00:00"),
        ("2026-10-25T02:30:00", "2026-10-25T00:30:00+00:00"),  # twice: the first of the two
        ("2026-03-29T02:30:00", "2026-03-29T01:30:00+00:00"),  # never: with the offset before the change
    ],
)
def test_times_become_instants(written: str, utc: str) -> None:
    found = instant(_read(occurred_at=written).occurred_at, BERLIN)

    assert found.isoformat() == utc


@given(
    st.datetimes(datetime.fromisoformat("1990-01-01"), datetime.fromisoformat("2040-01-01")),
    st.sampled_from(["Europe/Berlin", "Asia/Shanghai", "Australia/Lord_Howe", "Pacific/Chatham", "Antarctica/Casey"]),
)
def test_a_clock_that_remembers_hours_says_the_same(written: datetime, zone: str) -> None:
    clock = LocalClock(ZoneInfo(zone))

    for minutes in (0, 17, 41, 60 * 24 * 180):
        at = written + timedelta(minutes=minutes)
        assert clock.instant(at) == instant(at, ZoneInfo(zone))


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_a_clock_that_remembers_hours_keeps_clock_changes(day: str) -> None:
    clock = LocalClock(BERLIN)

    for minute in range(24 * 60):
        at = datetime.fromisoformat(day) + timedelta(minutes=minute)
        assert clock.instant(at) == instant(at, BERLIN)


@given(conversions | refunds)
def test_the_digest_is_that_of_the_canonical_event(reported: ReportedConversion | ReportedRefund) -> None:
    at = datetime(2026, 9, 1, 10, 0, tzinfo=UTC)

    assert intake.event_digest(reported, at) == digest_of(intake.event_of(reported, at))


def test_spellings_of_one_buyer_have_one_pseudonym() -> None:
    mail = {intake.keyed(text, "m", KEY) for text in ("Ana@Example.com", " ana@example.com ")}
    phone = {intake.keyed(text, "m", KEY) for text in ("+49 170 123-45 67", "+491701234567")}

    assert len(mail) == len(phone) == 1
    assert "ana" not in mail.pop()


def test_a_buyer_has_another_pseudonym_at_another_merchant() -> None:
    assert intake.keyed("ana@example.com", "m", KEY) != intake.keyed("ana@example.com", "n", KEY)


def test_a_pseudonym_is_not_keyed_again() -> None:
    once = intake.keyed("ana@example.com", "m", KEY)

    assert intake.keyed(once, "m", KEY) == once
    assert isinstance(_read(customer=once).customer_token, int)


@given(texts)
def test_any_customer_can_be_keyed_and_read(customer: str) -> None:
    kept = intake.keyed(customer, "m", KEY)

    assert kept == "" or isinstance(_read(customer=kept).customer_token, int)
