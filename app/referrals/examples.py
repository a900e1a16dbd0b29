"""Example files, made from the reader's own campaigns: a first file is an example with other numbers in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from app.listing_csv import as_lines
from partners import money
from partners.referrals.cards import SellingCampaignCard
from partners.referrals.intake import CONVERSION_COLUMNS, EXAMPLE, REFUND_COLUMNS

_ANY = SellingCampaignCard("", "campaign-code", "", "EUR", "UTC", date(2026, 1, 1), date(2026, 12, 31), ())
_PRICES = ((11_900, 1_900, 490), (4_900, 782, 0))
"""Gross, tax and shipping of the two example lines, in hundredths of a unit."""


def conversions(campaigns: Sequence[SellingCampaignCard]) -> Iterator[bytes]:
    """Return two example lines for each campaign, the first of them referred where a partner's community takes part."""
    rows = [
        [
            f"{EXAMPLE}{1001 + at}", line, _time(card, 10 + line), card.code, card.currency,
            *(_written(hundredths, card.currency) for hundredths in _PRICES[line - 1]), "", 1, f"Product {line}",
            f"customer-{at + 1}", card.referring[0] if line == 1 and card.referring else "",
        ]
        for at, card in enumerate(campaigns or [_ANY]) for line in (1, 2)
    ]  # fmt: skip
    return as_lines(CONVERSION_COLUMNS, rows)


def refunds(campaigns: Sequence[SellingCampaignCard]) -> Iterator[bytes]:
    """Return an example refund of the second line of each example order."""
    rows = [
        [f"{EXAMPLE}R{1 + at}", f"{EXAMPLE}{1001 + at}", 2, _time(card, 12 + 24), card.currency,
         _written(_PRICES[1][0], card.currency)]
        for at, card in enumerate(campaigns or [_ANY])
    ]  # fmt: skip
    return as_lines(REFUND_COLUMNS, rows)


def _time(card: SellingCampaignCard, hours: int) -> str:
    day = card.starts_on + timedelta(days=hours // 24)
    return f"{day.isoformat()}T{hours % 24:02d}:30:00"


def _written(hundredths: int, currency: str) -> str:
    """Return an amount with as many decimals as its currency has."""
    minor = hundredths * 10 ** money.exponent(currency) // 100
    return f"{money.to_decimal(minor, currency):f}"
