"""Numbers of goals as people write and read them: amounts for revenue, whole numbers for everything that is counted."""

from __future__ import annotations

from app import filters
from partners.campaigns.proposal import MAX_NUMBER, GoalKpi
from partners.errors import Invalid
from partners.money import parse_minor


class NumberUnreadable(Invalid):
    """“{text}” is not a whole number. Write digits only."""


def read_number(kpi: str, text: str, currency: str) -> int:
    """Return minor units for revenue, a count for any other figure."""
    plain = text.strip()
    if kpi == GoalKpi.REVENUE:
        return parse_minor(plain, currency)
    if not (plain.isascii() and plain.isdigit()) or len(plain) > len(str(MAX_NUMBER)):
        raise NumberUnreadable(text=text)
    return int(plain)


def written_number(kpi: str, value: int | None, currency: str) -> str:
    """Return the number of a goal as a page shows it; a dash where there is none yet."""
    return filters.money(value, currency) if kpi == GoalKpi.REVENUE else filters.count(value)
