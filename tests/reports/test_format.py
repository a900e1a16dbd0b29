"""How numbers, dates and digests read in both languages."""

import doctest
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.money import MAX_MINOR, UnknownCurrency
from reports import format as text


def test_examples_in_the_docstrings_run():
    failed, tried = doctest.testmod(text)

    assert tried > 0
    assert failed == 0


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [(0, "EUR", "0.00"), (-123456789, "CNY", "−1,234,567.89"), (-1, "JPY", "−1"), (1005, "KWD", "1.005"),
     (99, "CNY", "0.99"), (100000, "EUR", "1,000.00")],
)  # fmt: skip
def test_money_has_the_decimals_of_its_currency(minor, currency, shown):
    assert text.money(minor, currency, "en") == shown
    assert text.money(minor, currency, "zh") == shown


@given(st.integers(-MAX_MINOR, MAX_MINOR))
def test_money_can_be_read_back_exactly(minor):
    shown = text.money(minor, "EUR", "en")

    assert int(shown.replace(",", "").replace(".", "").replace("−", "-")) == minor


def test_money_of_an_unknown_currency_is_refused():
    with pytest.raises(UnknownCurrency):
        text.money(1, "XAU", "en")


def test_share_rounds_half_away_from_zero():
    assert text.share(Fraction(1, 800), "en") == "0.1 %"
    assert text.share(Decimal("0.0005"), "en") == "0.1 %"
    assert text.share(Fraction(-1, 3), "zh", 2) == "−33.33%"


def test_rate_keeps_every_digit_of_the_rule():
    assert [text.rate(x) for x in ("1", "0.1", "0.075", "0.123456")] == ["100 %", "10 %", "7.5 %", "12.3456 %"]


def test_dates_read_as_each_language_writes_them():
    at = datetime(2026, 9, 30, 22, 30, tzinfo=UTC)

    assert text.instant(at, "en", "Europe/Berlin") == "1 Oct 2026, 00:30"
    assert text.instant(at, "zh", "Asia/Shanghai") == "2026年10月1日 06:30"
    assert text.days(date(2026, 9, 1), date(2026, 11, 30), "zh") == "2026年9月1日至2026年11月30日"
    assert text.period_label("2026-12", "zh") == "2026年12月"


def test_an_unknown_language_reads_as_english():
    assert text.period_label("2026-09", "fr") == "September 2026"
