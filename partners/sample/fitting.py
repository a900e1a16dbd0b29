"""How the brands of the sample world ask whether they suit each other: one fit with a score, one that half waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from partners.fit import services
from partners.fit.models import Gate
from partners.fit.score import RATED, Weights
from partners.sample.world import World

AGES = ("18–29", "30–44", "45–59", "60+")

BREAKFAST: dict[str, tuple[tuple[tuple[int, int, int], ...], tuple[int, ...]]] = {
    "morgenrot": (((4, 4, 3), (5, 4, 2)), (2100, 3900, 2600, 1200)),
    "chenguang": (((3, 2, 2), (4, 3, 3)), (2900, 4600, 2100, 900)),
    "nordkorn": (((5, 4, 3), (4, 5, 2)), (900, 1900, 1500, 700)),
}
"""Brand -> what its manager and its viewer rate (values, positioning, tone), and its members by age."""

OUTDOORS: dict[str, tuple[tuple[int, int, int], ...]] = {"saltwind": ((5, 4, 4), (4, 4, 5)), "velo": ((4, 3, 4),)}


def rate_fits(world: World, at: datetime) -> None:
    """Let the breakfast table find its score, and the outdoor brands begin to."""
    shared = world.partnership_ids["breakfast"]
    for code, (ratings, members) in BREAKFAST.items():
        _rate(world, shared, code, ratings, at)
        seen = AGES if code != "morgenrot" else ()
        services.set_segments(
            world.session, world.manager(code), shared, list(zip(AGES, members, strict=True)), seen, at
        )
        _declare(world, shared, code, tuple(Gate), at)
    services.set_weights(world.session, world.manager("chenguang"), shared, Weights(30, 20, 30, 20), 0, at)
    _rate_outdoors(world, world.partnership_ids["weather"], at)


def _rate_outdoors(world: World, shared: str, at: datetime) -> None:
    for code, ratings in OUTDOORS.items():
        _rate(world, shared, code, ratings, at)
    own = [("city", 1300), ("coast", 1700), ("mountains", 1100)]
    services.set_segments(world.session, world.manager("saltwind"), shared, own, (), at)
    _declare(world, shared, "saltwind", tuple(Gate), at)
    _declare(world, shared, "velo", (Gate.COMPETITION, Gate.SANCTIONS), at)


def _rate(world: World, shared: str, code: str, ratings: Sequence[tuple[int, int, int]], at: datetime) -> None:
    for role, given in zip(("manager", "viewer"), ratings, strict=False):
        actor = world.actors[code, role]
        services.rate_fit(world.session, actor, shared, 1, dict(zip(RATED, given, strict=True)), at)


def _declare(world: World, shared: str, code: str, gates: Sequence[Gate], at: datetime) -> None:
    declared: Mapping[Gate, tuple[bool, str]] = dict.fromkeys(gates, (True, ""))
    services.declare_gates(world.session, world.manager(code), shared, declared, at)
