"""Reading reported rows: the columns of the two kinds of files, one row's text to a value, and its digest.

Pure: knows no campaign and no table. A row is judged here as far as it can be alone; what it means beside other rows
is ``acceptance``'s question. Who the buyer is does not get past this module: a keyed pseudonym takes its place.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from json.encoder import encode_basestring  # quotes one string as canonical JSON does
from typing import Any, NamedTuple

from partners import money
from partners.money import AmountUnreadable, UnknownCurrency
from partners.referrals.problems import (
    AmountNegative,
    AmountUnclear,
    AmountZero,
    CurrencyUnreadable,
    FieldMissing,
    FieldTooLong,
    FieldUnprintable,
    IdOfExample,
    IdReserved,
    NumberUnreadable,
    TimeUnreadable,
)

CONVERSION_REQUIRED = ("order_id", "line_no", "occurred_at", "campaign", "currency", "gross")
CONVERSION_OPTIONAL = ("tax", "shipping", "payment_fee", "quantity", "product", "customer", "referred_by")
REFUND_REQUIRED = ("refund_id", "order_id", "line_no", "occurred_at", "currency", "amount")
CONVERSION_COLUMNS = (*CONVERSION_REQUIRED, *CONVERSION_OPTIONAL)
REFUND_COLUMNS = REFUND_REQUIRED

LONGEST_ID = 40
LONGEST_PRODUCT = 120
MOST = 2**31 - 1
"""Largest quantity or line number: what a 32-bit column holds."""

EXAMPLE = "EXAMPLE-"
"""What order numbers in example files begin with: evidence is for ever, an example that is sent must not become it."""

_REMEMBERED = 10_000
"""Fields of which the reading is remembered: amounts, products and quantities repeat."""

KEYED = "keyed:"
"""What a pseudonym begins with in a file, so that a mended row that is sent again is not keyed twice."""

_KEYED = re.compile(KEYED + r"[0-9a-f]{16}")
_PHONE = re.compile(r"\+?[\d\s().\-/]{6,}")
_SEPARATORS = re.compile(r"[\s().\-/]")


class ReportedConversion(NamedTuple):
    """One order line as reported: a tuple, because a million are made. ``occurred_at`` is naive without an offset."""

    order_id: str
    line_no: int
    occurred_at: datetime
    campaign: str
    currency: str
    gross_minor: int
    tax_minor: int
    shipping_minor: int
    payment_fee_minor: int
    quantity: int
    product: str
    customer_token: int | None
    referred_by: str

    @property
    def key(self) -> str:
        """What names the line within its merchant."""
        return f"{self.order_id}/{self.line_no}"


class ReportedRefund(NamedTuple):
    """One refund of an order line as reported. ``occurred_at`` is naive where no offset was given."""

    refund_id: str
    order_id: str
    line_no: int
    occurred_at: datetime
    currency: str
    amount_minor: int

    @property
    def key(self) -> str:
        """What names the refund within its merchant."""
        return f"refund:{self.refund_id}"

    @property
    def sale_key(self) -> str:
        """What names the line that is refunded."""
        return f"{self.order_id}/{self.line_no}"


def conversion(values: Sequence[str]) -> ReportedConversion:
    """Return the conversion that a row of CONVERSION_COLUMNS says.

    Raises:
        RowProblem: the first column that cannot be read.
    """
    order, line, at, campaign, currency, gross, tax, shipping, fee, quantity, product, customer, referred_by = values
    unit = _currency(currency)
    return ReportedConversion(
        _identifier("order_id", order),
        _integer("line_no", line, 0),
        _time(at),
        _required("campaign", campaign).lower(),
        unit,
        _amount("gross", gross, unit),
        _amount("tax", tax, unit) if tax else 0,
        _amount("shipping", shipping, unit) if shipping else 0,
        _amount("payment_fee", fee, unit) if fee else 0,
        _integer("quantity", quantity, 0) if quantity else 1,
        _product(product) if product else "",
        _token(customer) if customer else None,
        referred_by.strip().lower(),
    )


def refund(values: Sequence[str]) -> ReportedRefund:
    """Return the refund that a row of REFUND_COLUMNS says.

    Raises:
        RowProblem: the first column that cannot be read, or an amount of zero.
    """
    refund_id, order, line, at, currency, amount = values
    unit = _currency(currency)
    minor = _amount("amount", amount, unit)
    if minor == 0:
        raise AmountZero("amount")
    return ReportedRefund(
        _identifier("refund_id", refund_id), _identifier("order_id", order), _integer("line_no", line, 0), _time(at),
        unit, minor,
    )  # fmt: skip


def event_of(reported: ReportedConversion | ReportedRefund, at: datetime) -> dict[str, Any]:
    """Return the canonical event of a reported row at its instant: what an identical repeat must equal."""
    if isinstance(reported, ReportedRefund):
        return {
            "amount": reported.amount_minor, "at": at.isoformat(), "currency": reported.currency,
            "line": reported.line_no, "order": reported.order_id, "refund": reported.refund_id,
        }  # fmt: skip
    return {
        "at": at.isoformat(), "campaign": reported.campaign, "currency": reported.currency,
        "customer": reported.customer_token, "fee": reported.payment_fee_minor, "from": reported.referred_by,
        "gross": reported.gross_minor, "line": reported.line_no, "order": reported.order_id,
        "product": reported.product, "quantity": reported.quantity, "shipping": reported.shipping_minor,
        "tax": reported.tax_minor,
    }  # fmt: skip


def event_digest(reported: ReportedConversion | ReportedRefund, at: datetime) -> str:
    """Return ``digest_of(event_of(reported, at))``, written out because it runs once a row; a test holds them equal."""
    quoted = encode_basestring
    if isinstance(reported, ReportedRefund):
        text = (
            f'{{"amount":{reported.amount_minor},"at":"{at.isoformat()}","currency":"{reported.currency}",'
            f'"line":{reported.line_no},"order":{quoted(reported.order_id)},"refund":{quoted(reported.refund_id)}}}'
        )
    else:
        customer = "null" if reported.customer_token is None else reported.customer_token
        text = (
            f'{{"at":"{at.isoformat()}","campaign":{quoted(reported.campaign)},"currency":"{reported.currency}",'
            f'"customer":{customer},"fee":{reported.payment_fee_minor},"from":{quoted(reported.referred_by)},'
            f'"gross":{reported.gross_minor},"line":{reported.line_no},"order":{quoted(reported.order_id)},'
            f'"product":{quoted(reported.product)},"quantity":{reported.quantity},'
            f'"shipping":{reported.shipping_minor},"tax":{reported.tax_minor}}}'
        )
    return hashlib.sha256(text.encode()).hexdigest()


def keyed(customer: str, merchant_id: str, key: bytes) -> str:
    """Return the pseudonym of a buyer at one merchant, with its mark; empty stays empty, a pseudonym stays itself.

    E-mail addresses and telephone numbers are levelled first, so that different spellings of one buyer stay one. The
    same buyer at two merchants has two pseudonyms. HMAC-SHA256, 64 bits kept: among a million buyers two share one with
    a probability of 3 in 100 million, and the index of the pseudonyms stays small.
    """
    plain = customer.strip()
    if not plain or _KEYED.fullmatch(plain):
        return plain
    plain = plain if plain.isascii() else unicodedata.normalize("NFKC", plain)
    plain = plain.casefold()
    if "@" not in plain and _PHONE.fullmatch(plain):
        plain = _SEPARATORS.sub("", plain)
    return KEYED + hmac.digest(key, f"customer:v1:{merchant_id}:{plain}".encode(), "sha256").hex()[:16]


def _required(column: str, text: str) -> str:
    plain = text.strip()
    if not plain:
        raise FieldMissing(column)
    return plain


def _text(column: str, text: str, longest: int) -> str:
    plain = text.strip()
    if len(plain) > longest:
        raise FieldTooLong(column, longest=longest)
    if not plain.isprintable():
        raise FieldUnprintable(column)
    return plain


@lru_cache(_REMEMBERED)
def _product(text: str) -> str:
    return _text("product", text, LONGEST_PRODUCT)


def _identifier(column: str, text: str) -> str:
    plain = _text(column, _required(column, text), LONGEST_ID)
    if plain.startswith("refund:"):
        raise IdReserved(column)
    if plain.startswith(EXAMPLE):
        raise IdOfExample(column, value=plain)
    return plain


@lru_cache(_REMEMBERED)
def _integer(column: str, text: str, least: int) -> int:
    plain = _required(column, text)
    if plain.isascii() and plain.isdigit() and len(plain) <= 10 and least <= (number := int(plain)) <= MOST:
        return number
    raise NumberUnreadable(column, value=plain, least=least, most=MOST)


@lru_cache(_REMEMBERED)
def _currency(text: str) -> str:
    plain = _required("currency", text).upper()
    try:
        money.exponent(plain)
    except UnknownCurrency:
        raise CurrencyUnreadable("currency", value=plain) from None
    return plain


@lru_cache(_REMEMBERED)
def _amount(column: str, text: str, currency: str) -> int:
    try:
        minor = money.parse_minor(_required(column, text), currency)
    except (AmountUnreadable, money.AmountTooLarge):
        raise AmountUnclear(column, value=text.strip(), currency=currency) from None
    if minor < 0:
        raise AmountNegative(column)
    return minor


def _time(text: str) -> datetime:
    plain = _required("occurred_at", text)
    try:
        at = datetime.fromisoformat(plain)
    except ValueError:
        raise TimeUnreadable("occurred_at", value=plain) from None
    if len(plain) < len("2026-09-30T14:05") or not 1970 < at.year < 9000:
        raise TimeUnreadable("occurred_at", value=plain)
    return at


def _token(customer: str) -> int:
    """Return a pseudonym as a signed number of 64 bits; the rows that are read have been keyed on receipt."""
    return int.from_bytes(bytes.fromhex(customer.strip().removeprefix(KEYED)), signed=True)
