"""What a campaign brought, as frozen values and as the canonical document that all its parties hold alike.

Holds no instant of reading: the same evidence, statements and lists give the same document and the same digest, whoever
of the parties asks and whenever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

FORMAT = "tandem-outcome/1"


@dataclass(frozen=True, slots=True)
class Party:
    """A partner in the campaign; the place in the list is how the rest of the document names it."""

    name: str
    name_zh: str
    entity: str
    entity_zh: str
    is_merchant: bool
    weight: int


@dataclass(frozen=True, slots=True)
class Goal:
    """A target and what was reached: minor units of the currency for revenue, else counts."""

    kpi: str
    baseline: int
    target: int
    actual: int
    due_on: date
    owner: int


@dataclass(frozen=True, slots=True)
class Community:
    """A community of the campaign, or a party as a whole.

    ``size`` is rounded as released; None where no size may be shown. ``place`` is where it is on the map, across and
    down in ten-thousandths; None where the map has no room for more.
    """

    name: str
    name_zh: str
    party: int
    is_whole_party: bool
    size: int | None
    place: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Pair:
    """What two communities share as released: a rounded count, or a band where that is None."""

    a: int
    b: int
    shared: int | None
    band: str


@dataclass(frozen=True, slots=True)
class Flow:
    """Orders that one community sent to another, and their eligible base."""

    source: int
    target: int
    orders: int
    base: int


@dataclass(frozen=True, slots=True)
class Sold:
    """What one merchant sold in the campaign, in minor units and counts, and what of it was paid back."""

    party: int
    orders: int
    lines: int
    gross: int
    base: int
    refunded: int
    new_customers: int
    referred_orders: int


@dataclass(frozen=True, slots=True)
class Earned:
    """What one party got of what one merchant sold: on issued statements after reversals, and still pending."""

    payer: int
    payee: int
    issued: int
    pending: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a campaign brought.

    ``rate`` is of the terms in force, empty where there are none; ``terms`` are version and digest of those. Pairs of
    communities are those released; ``held_back`` counts the others that were compared,
    ``self_orders`` the orders that communities sent to themselves, which are in no flow.
    """

    code: str
    name: str
    campaign_type: str
    objective: str
    stage: str
    starts_on: date
    ends_on: date
    timezone: str
    partnership: str
    agreement: str
    currency: str
    rate: str
    terms: tuple[tuple[int, str], ...]
    lessons: str
    parties: tuple[Party, ...]
    goals: tuple[Goal, ...]
    communities: tuple[Community, ...]
    pairs: tuple[Pair, ...]
    held_back: int
    self_orders: int
    flows: tuple[Flow, ...]
    sold: tuple[Sold, ...]
    earned: tuple[Earned, ...]


def outcome_document(outcome: Outcome) -> dict[str, Any]:
    """Return the canonical form, to be digested and attached."""
    return {"format": FORMAT, **_plain(asdict(outcome))}


def read_outcome(document: Mapping[str, Any]) -> Outcome:
    """Return the values of a canonical form.

    Raises:
        ValueError: another format.
        KeyError, TypeError: a part is missing, or there is one too many.
    """
    if document["format"] != FORMAT:
        raise ValueError(f"not an outcome report: {document['format']}")
    parts = {name: value for name, value in document.items() if name != "format"}
    days = {name: date.fromisoformat(parts[name]) for name in ("starts_on", "ends_on")}
    goals = tuple(Goal(**{**goal, "due_on": date.fromisoformat(goal["due_on"])}) for goal in parts["goals"])
    communities = tuple(
        Community(**{**each, "place": tuple(each["place"]) if each["place"] else None}) for each in parts["communities"]
    )
    kinds = {"parties": Party, "pairs": Pair, "flows": Flow, "sold": Sold, "earned": Earned}
    lists: dict[str, Any] = {name: tuple(kind(**each) for each in parts[name]) for name, kind in kinds.items()}
    terms = tuple((version, digest) for version, digest in parts["terms"])
    return Outcome(**{**parts, **days, **lists, "goals": goals, "communities": communities, "terms": terms})


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
