"""Terms: what the parties sign. A frozen document, its one canonical form, and what it says. Pure; knows no table.

The document is what is digested, so two spellings of one rate ("0.10", "1/10") become one, and whatever is not an exact
number is refused. The money itself is computed elsewhere; here stands only what every sale is priced by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Protocol, TypeVar

from partners.campaigns.rate import RateUnusable, exact_rate, percent_of_rate
from partners.digest import digest_of
from partners.errors import Invalid
from partners.money import exponent

FORMAT = "tandem-terms/1"
EXCLUDABLE = ("tax", "shipping", "payment_fee")
"""What may be taken off the gross before the rate is applied, in the order in which a document lists it."""

MAX_WEIGHT = 1_000_000
MAX_PAYMENT_DAYS = 180


class WeightsUnusable(Invalid):
    """Weights are whole numbers from 0 to 1,000,000, at least one of them above 0. Write 1 : 1 : 1, not percentages."""


class TooFewParties(Invalid):
    """Terms need at least two different parties."""


class NoMerchant(Invalid):
    """At least one party sells. Mark who takes the customers' money."""


class TermsDatesReversed(Invalid):
    """The terms end before they begin. The last day must not be before the first."""


class BaseUnusable(Invalid):
    """Only tax, shipping and payment fees can be taken off, each once."""


class PaymentDaysUnusable(Invalid):
    """Payment is due 0 to 180 days after the statement."""


class TermsUnreadable(Invalid):
    """The terms document is not complete, or holds something that terms do not hold: {part}."""


class BaseNegative(Invalid):
    """Tax, shipping and payment fee together are more than what was paid."""


@dataclass(frozen=True, slots=True)
class PartyTerms:
    """One party: partner and legal entity by id, legal name, whether it sells, and its integer weight in the split."""

    partner: str
    entity: str
    name: str
    merchant: bool
    weight: int


@dataclass(frozen=True, slots=True)
class TermsDocument:
    """One version of terms. Making one checks it, so every instance can be signed.

    ``effective_until`` is the first day on which it no longer prices a sale. ``rate`` is normalised by ``exact_rate``.
    The order of the parties breaks ties of rounding.
    """

    agreement: str
    version: int
    partnership: str
    parties: tuple[PartyTerms, ...]
    currency: str
    timezone: str
    effective_from: date
    effective_until: date
    base_excludes: tuple[str, ...]
    rate: str
    payment_days: int

    def __post_init__(self) -> None:
        _check_parties(self.parties)
        exponent(self.currency)
        if self.effective_until <= self.effective_from:
            raise TermsDatesReversed()
        if tuple(name for name in EXCLUDABLE if name in self.base_excludes) != self.base_excludes:
            raise BaseUnusable()
        if self.rate != exact_rate(self.rate):
            raise RateUnusable(rate=self.rate)
        if not _is_integer(self.payment_days) or not 0 <= self.payment_days <= MAX_PAYMENT_DAYS:
            raise PaymentDaysUnusable()

    @property
    def merchants(self) -> frozenset[str]:
        """Ids of the partners that sell."""
        return frozenset(party.partner for party in self.parties if party.merchant)

    @property
    def digest(self) -> str:
        """What a signature binds."""
        return digest_of(to_dict(self))

    @property
    def fraction(self) -> Fraction:
        """The rate as an exact number."""
        return Fraction(self.rate)


@dataclass(frozen=True, slots=True)
class Words:
    """What terms say, as values that a template puts into a sentence in the reader's language.

    ``rate_percent`` is text without the sign ("10", "33.3333", "100/3"); ``last_day`` is inclusive.
    """

    rate_percent: str
    excludes: tuple[str, ...]
    names: tuple[str, ...]
    weights: tuple[int, ...]
    merchants: tuple[str, ...]
    currency: str
    timezone: str
    first_day: date
    last_day: date
    payment_days: int


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions. ``party`` is a legal name, or "" where the field is not a party's own."""

    field: str
    old: Any
    new: Any
    party: str = ""


class Dated(Protocol):
    """Anything with an interval [effective_from, effective_until) and a version."""

    @property
    def version(self) -> int: ...
    @property
    def effective_from(self) -> date: ...
    @property
    def effective_until(self) -> date: ...


D = TypeVar("D", bound=Dated)


def to_dict(document: TermsDocument) -> dict[str, Any]:
    """Return the canonical form: what is stored, shown to programs and digested."""
    return {
        "format": FORMAT, "agreement": document.agreement, "version": document.version,
        "partnership": document.partnership,
        "parties": [
            {"partner": p.partner, "entity": p.entity, "name": p.name, "merchant": p.merchant, "weight": p.weight}
            for p in document.parties
        ],
        "currency": document.currency, "timezone": document.timezone,
        "effective_from": document.effective_from.isoformat(), "effective_until": document.effective_until.isoformat(),
        "base_excludes": list(document.base_excludes), "rule": {"kind": "fixed_pct", "rate": document.rate},
        "rounding": "statement", "payment_days": document.payment_days,
    }  # fmt: skip


def from_dict(value: Mapping[str, Any]) -> TermsDocument:
    """Return the document of a canonical form, or raise TermsUnreadable where it is not one to the letter."""
    try:
        parties = tuple(PartyTerms(**party) for party in value["parties"])
        document = TermsDocument(
            agreement=value["agreement"], version=value["version"], partnership=value["partnership"], parties=parties,
            currency=value["currency"], timezone=value["timezone"],
            effective_from=date.fromisoformat(value["effective_from"]),
            effective_until=date.fromisoformat(value["effective_until"]),
            base_excludes=tuple(value["base_excludes"]), rate=value["rule"]["rate"],
            payment_days=value["payment_days"],
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise TermsUnreadable(part=str(error)) from error
    if to_dict(document) != value:
        raise TermsUnreadable(part="format")
    return document


def base_of(document: TermsDocument, gross: int, tax: int, shipping: int, payment_fee: int) -> int:
    """Return what the rate is applied to, in minor units: the gross without what the terms take off.

    Raises:
        BaseNegative: what is taken off is more than the gross.
    """
    base = gross
    for name in document.base_excludes:  # runs once a reported line
        base -= tax if name == "tax" else shipping if name == "shipping" else payment_fee
    if base < 0:
        raise BaseNegative()
    return base


def in_force(versions: Iterable[D], on: date) -> D | None:
    """Return the newest of fully signed versions that prices a sale of that local day; None where none does."""
    pricing = [each for each in versions if each.effective_from <= on < each.effective_until]
    return max(pricing, key=lambda each: each.version, default=None)


def in_words(document: TermsDocument) -> Words:
    """Return what the terms say, for a plain sentence."""
    return Words(
        rate_percent=percent_of_rate(document.rate), excludes=document.base_excludes,
        names=tuple(party.name for party in document.parties),
        weights=tuple(party.weight for party in document.parties),
        merchants=tuple(party.name for party in document.parties if party.merchant),
        currency=document.currency, timezone=document.timezone, first_day=document.effective_from,
        last_day=document.effective_until - timedelta(days=1), payment_days=document.payment_days,
    )  # fmt: skip


def changes(old: TermsDocument, new: TermsDocument) -> tuple[Change, ...]:
    """Return every difference between two versions of one agreement, field by field; empty where they say the same."""
    before, after = in_words(old), in_words(new)
    fields = ("rate_percent", "excludes", "currency", "first_day", "last_day", "payment_days")
    found = [Change(field, getattr(before, field), getattr(after, field)) for field in fields]
    earlier = {party.partner: party for party in old.parties}
    for party in new.parties:
        was = earlier[party.partner]
        found += [Change(field, getattr(was, field), getattr(party, field), party.name)
                  for field in ("weight", "merchant", "name")]  # fmt: skip
    return tuple(change for change in found if change.old != change.new)


def _check_parties(parties: tuple[PartyTerms, ...]) -> None:
    if len({party.partner for party in parties}) != len(parties) or len(parties) < 2:
        raise TooFewParties()
    weights = [party.weight for party in parties]
    if not all(_is_integer(weight) and 0 <= weight <= MAX_WEIGHT for weight in weights) or not any(weights):
        raise WeightsUnusable()
    if not any(party.merchant is True for party in parties):
        raise NoMerchant()


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
