from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.campaigns import terms
from partners.campaigns.rate import RateUnusable, exact_rate
from partners.campaigns.terms import EXCLUDABLE, PartyTerms, TermsDocument, from_dict, to_dict
from partners.digest import canonical_json
from partners.errors import Invalid
from partners.money import UnknownCurrency

DOCUMENT = TermsDocument(
    agreement="AGR-2026-0001", version=1, partnership="p" * 16,
    parties=(
        PartyTerms("a" * 16, "x" * 16, "Alder Coffee GmbH", True, 60),
        PartyTerms("b" * 16, "y" * 16, "Birch", False, 40),
    ),
    currency="EUR", timezone="Europe/Berlin", effective_from=date(2026, 9, 1), effective_until=date(2026, 12, 1),
    base_excludes=("tax", "shipping"), rate="0.1", payment_days=30,
)  # fmt: skip

ids = st.text("abcdefghij23456789", min_size=16, max_size=16)


@st.composite
def documents(draw: st.DrawFn) -> TermsDocument:
    weights = draw(st.lists(st.integers(0, 1_000_000), min_size=2, max_size=6).filter(any))
    partners = draw(st.lists(ids, min_size=len(weights), max_size=len(weights), unique=True))
    merchant = draw(st.integers(0, len(weights) - 1))
    parties = tuple(
        PartyTerms(partner, draw(ids), draw(st.text(max_size=20)), position == merchant, weight)
        for position, (partner, weight) in enumerate(zip(partners, weights, strict=True))
    )
    begins = draw(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
    chosen = draw(st.sets(st.sampled_from(EXCLUDABLE)))
    return TermsDocument(
        agreement=draw(st.text(max_size=20)), version=draw(st.integers(1, 99)), partnership=draw(ids), parties=parties,
        currency=draw(st.sampled_from(["EUR", "CNY", "JPY", "KWD"])), timezone="Asia/Shanghai", effective_from=begins,
        effective_until=begins + timedelta(days=draw(st.integers(1, 1000))),
        base_excludes=tuple(name for name in EXCLUDABLE if name in chosen),
        rate=exact_rate(f"{draw(st.integers(1, 999_999))}/1000000"), payment_days=draw(st.integers(0, 180)),
    )  # fmt: skip


@given(documents())
def test_a_document_survives_its_canonical_form(document: TermsDocument) -> None:
    through_json = json.loads(canonical_json(to_dict(document)))

    assert from_dict(through_json) == document
    assert from_dict(through_json).digest == document.digest


@given(documents(), st.randoms())
def test_the_order_of_keys_does_not_change_the_digest(document: TermsDocument, random: object) -> None:
    items = list(to_dict(document).items())
    random.shuffle(items)  # type: ignore[attr-defined]

    assert from_dict(dict(items)).digest == document.digest


@given(documents(), documents())
def test_different_terms_have_different_digests(one: TermsDocument, other: TermsDocument) -> None:
    assert (one.digest == other.digest) == (one == other)


def test_the_canonical_form_is_the_agreed_one() -> None:
    assert to_dict(DOCUMENT) == {
        "format": "tandem-terms/1", "agreement": "AGR-2026-0001", "version": 1, "partnership": "p" * 16,
        "parties": [
            {"partner": "a" * 16, "entity": "x" * 16, "name": "Alder Coffee GmbH", "merchant": True, "weight": 60},
            {"partner": "b" * 16, "entity": "y" * 16, "name": "Birch", "merchant": False, "weight": 40},
        ],
        "currency": "EUR", "timezone": "Europe/Berlin", "effective_from": "2026-09-01", "effective_until": "2026-12-01",
        "base_excludes": ["tax", "shipping"], "rule": {"kind": "fixed_pct", "rate": "0.1"}, "rounding": "statement",
        "payment_days": 30,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"rate": "0.10"}, RateUnusable), ({"rate": 0.1}, RateUnusable), ({"rate": "0"}, RateUnusable),
        ({"effective_until": date(2026, 9, 1)}, terms.TermsDatesReversed),
        ({"base_excludes": ("shipping", "tax")}, terms.BaseUnusable),
        ({"base_excludes": ("gift",)}, terms.BaseUnusable),
        ({"parties": DOCUMENT.parties[:1]}, terms.TooFewParties),
        ({"parties": DOCUMENT.parties[:1] * 2}, terms.TooFewParties),
        ({"currency": "XAU"}, UnknownCurrency), ({"payment_days": -1}, terms.PaymentDaysUnusable),
        ({"payment_days": 30.0}, terms.PaymentDaysUnusable),
    ],
)  # fmt: skip
def test_a_rule_that_is_broken_is_named(wrong: dict[str, object], error: type[Invalid]) -> None:
    with pytest.raises(error):
        replace(DOCUMENT, **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("weights", [(0, 0), (-1, 2), (33.3, 66.7), (True, 1), (1_000_001, 1)])
def test_weights_are_integers_and_one_is_positive(weights: tuple[int, int]) -> None:
    parties = tuple(replace(party, weight=weight) for party, weight in zip(DOCUMENT.parties, weights, strict=True))

    with pytest.raises(terms.WeightsUnusable):
        replace(DOCUMENT, parties=parties)


def test_somebody_must_sell() -> None:
    parties = tuple(replace(party, merchant=False) for party in DOCUMENT.parties)

    with pytest.raises(terms.NoMerchant):
        replace(DOCUMENT, parties=parties)


@pytest.mark.parametrize(
    "change", [{"format": "other/1"}, {"rounding": "line"}, {"extra": 1}, {"parties": [{}]}, {"effective_from": "x"},
               {"rule": {"kind": "cpa", "rate": "0.1"}}]
)  # fmt: skip
def test_a_canonical_form_is_read_to_the_letter(change: dict[str, object]) -> None:
    with pytest.raises(terms.TermsUnreadable):
        from_dict({**to_dict(DOCUMENT), **change})


def test_the_base_is_the_gross_without_what_is_excluded() -> None:
    assert terms.base_of(DOCUMENT, 11900, 1900, 500, 300) == 9500
    assert terms.base_of(replace(DOCUMENT, base_excludes=()), 11900, 1900, 500, 300) == 11900


def test_a_base_below_zero_is_refused() -> None:
    with pytest.raises(terms.BaseNegative):
        terms.base_of(DOCUMENT, 100, 60, 50, 0)


def test_the_newest_version_that_covers_the_day_prices_it() -> None:
    amended = replace(DOCUMENT, version=2, effective_from=date(2026, 10, 1))

    found = [terms.in_force([DOCUMENT, amended], date(2026, month, 1)) for month in (8, 9, 10, 12)]

    assert found == [None, DOCUMENT, amended, None]


def test_words_say_percent_and_the_last_day() -> None:
    words = terms.in_words(DOCUMENT)

    assert (words.rate_percent, words.last_day, words.weights) == ("10", date(2026, 11, 30), (60, 40))
    assert words.merchants == ("Alder Coffee GmbH",)


def test_changes_are_told_field_by_field() -> None:
    parties = (replace(DOCUMENT.parties[0], weight=50), replace(DOCUMENT.parties[1], weight=50, merchant=True))
    newer = replace(DOCUMENT, version=2, rate="0.125", parties=parties, payment_days=14)

    found = {(each.field, each.party): (each.old, each.new) for each in terms.changes(DOCUMENT, newer)}

    assert found == {
        ("rate_percent", ""): ("10", "12.5"), ("payment_days", ""): (30, 14),
        ("weight", "Alder Coffee GmbH"): (60, 50), ("weight", "Birch"): (40, 50), ("merchant", "Birch"): (False, True),
    }  # fmt: skip


def test_a_new_version_that_says_the_same_has_no_changes() -> None:
    assert terms.changes(DOCUMENT, replace(DOCUMENT, version=2)) == ()
