"""The Complete Journey as a world of brands: what a year of a real grocer looks like as joint campaigns.

The six product categories with the most lines of covered products are brands of their own, every other category
belongs to one more brand, "rest of the store". A brand's buyers are its community. Campaigns 8, 13 and 18 are joint
campaigns of all seven; a household that got a campaign is a referred member: the community that sends it is that of the
brand where it had bought most before the campaign. A conversion is a purchase line of a covered product by a targeted
household within the campaign's dates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from tests.real.files import columns, needed

CAMPAIGNS = ("8", "13", "18")
BRANDS = 6
REST = "rest"


@dataclass(frozen=True, slots=True)
class Purchase:
    """One purchase line; ``cents`` is what was paid (sales_value), exactly."""

    household: str
    basket: str
    product: str
    quantity: int
    cents: int
    at: datetime
    brand: str


@dataclass(frozen=True, slots=True)
class Grocer:
    """The whole data set, read and given to brands."""

    purchases: list[Purchase]
    brands: list[str]
    names: dict[str, str]
    dates: dict[str, tuple[date, date]]
    targeted: dict[str, set[str]]
    covered: dict[str, set[str]]

    def buyers(self, brand: str) -> set[str]:
        """Return the households that ever bought of a brand."""
        return {each.household for each in self.purchases if each.brand == brand}

    def conversions(self, campaign: str) -> Iterator[Purchase]:
        """Return the purchase lines that a campaign brought."""
        first, last = self.dates[campaign]
        for each in self.purchases:
            if (
                each.product in self.covered[campaign]
                and each.household in self.targeted[campaign]
                and first <= each.at.date() <= last
            ):
                yield each

    def home_brands(self, before: date) -> dict[str, str]:
        """Return for each household the brand it had bought most lines of before a day; the first by code in a tie."""
        counts: dict[str, Counter[str]] = {}
        for each in self.purchases:
            if each.at.date() < before:
                counts.setdefault(each.household, Counter())[each.brand] += 1
        return {who: min(found, key=lambda brand: (-found[brand], brand)) for who, found in counts.items()}


def read_grocer() -> Grocer:
    """Read the data set; skips the test where it is absent."""
    place = needed("complete_journey")
    categories = dict(columns(place / "products.parquet", "product_id", "product_category"))
    lines = columns(
        place / "transactions_sample.parquet", "household_id", "basket_id", "product_id", "quantity", "sales_value",
        "transaction_timestamp",
    )  # fmt: skip
    dates, targeted, covered = _campaigns(place)
    on_coupons = set().union(*(covered[number] for number in CAMPAIGNS))
    sold = Counter(categories.get(line[2]) for line in lines if line[2] in on_coupons and categories.get(line[2]))
    names = {_code(str(category)): str(category).title() for category, _ in sold.most_common(BRANDS)}
    names[REST] = "Rest of the store"
    purchases = [
        Purchase(
            household, basket, product, round(quantity), int(Decimal(str(round(value, 2))) * 100), at,
            _brand(categories.get(product), names),
        )
        for household, basket, product, quantity, value, at in lines
    ]  # fmt: skip
    return Grocer(purchases, list(names), names, dates, targeted, covered)


def _campaigns(place: Path) -> tuple[dict[str, tuple[date, date]], dict[str, set[str]], dict[str, set[str]]]:
    dates = {
        str(number): (first, last)
        for number, first, last in columns(
            place / "campaign_descriptions.parquet", "campaign_id", "start_date", "end_date"
        )
    }
    targeted: dict[str, set[str]] = {number: set() for number in dates}
    for number, household in columns(place / "campaigns.parquet", "campaign_id", "household_id"):
        targeted[str(number)].add(household)
    covered: dict[str, set[str]] = {number: set() for number in dates}
    for number, product in columns(place / "coupons.parquet", "campaign_id", "product_id"):
        covered[str(number)].add(product)
    return dates, targeted, covered


def _code(category: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in category.lower()).strip("-").replace("--", "-")[:24]


def _brand(category: str | None, names: dict[str, str]) -> str:
    code = _code(category) if category else REST
    return code if code in names else REST
