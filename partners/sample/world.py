"""The hands of the sample world: who acts, and the few things every chapter of its story does, through the services."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from random import Random

from sqlalchemy.orm import Session

from partners.communities import services as communities
from partners.directory import entity_services, seat_services
from partners.directory import services as directory
from partners.directory.accounts.models import Role
from partners.directory.models import Partner
from partners.directory.policy import Actor
from partners.sample.brands import ROLES, Brand, Club
from partners.store import FolderStore

SEED = 20_240_229


@dataclass(slots=True)
class World:
    """What the story needs at hand. ``now`` is when it is loaded; nothing in it happens later."""

    session: Session
    store: FolderStore
    key: bytes
    seal_key: bytes
    password_digest: str
    now: datetime
    random: Random = field(default_factory=lambda: Random(SEED))
    actors: dict[tuple[str, str], Actor] = field(default_factory=dict)
    partner_ids: dict[str, str] = field(default_factory=dict)
    entity_ids: dict[str, str] = field(default_factory=dict)
    community_ids: dict[str, str] = field(default_factory=dict)
    partnership_ids: dict[str, str] = field(default_factory=dict)
    campaign_ids: dict[str, str] = field(default_factory=dict)
    token_keys: dict[str, list[tuple[str, bytes]]] = field(default_factory=dict)
    refunds_due: dict[str, list[tuple[datetime, dict[str, object]]]] = field(default_factory=dict)
    ordinals: Iterator[int] = field(default_factory=lambda: count(1))

    def manager(self, code: str) -> Actor:
        """Return the manager of a brand."""
        return self.actors[code, "manager"]

    def day(self, month: int, day: int, hour: int = 9) -> datetime:
        """Return an hour of a day, months counted from the current one; never later than now."""
        return min(datetime(*first_of(self.now.date(), month).timetuple()[:2], day, hour, tzinfo=UTC), self.now)


def first_of(today: date, month: int) -> date:
    """Return the first day of the month that many months from today's.

    >>> first_of(date(2026, 1, 31), -2)
    datetime.date(2025, 11, 1)
    """
    months = today.year * 12 + today.month - 1 + month
    return date(months // 12, months % 12 + 1, 1)


def last_of(today: date, month: int) -> date:
    """Return the last day of the month that many months from today's."""
    return first_of(today, month + 1) - timedelta(days=1)


def bring_brand(world: World, brand: Brand, at: datetime) -> None:
    """Register one brand with its company, people and communities."""
    partner = directory.register_partner(
        world.session, brand.name, brand.name_zh, brand.code, brand.partner_type, brand.industry, brand.region,
        brand.about, at,
    )  # fmt: skip
    world.partner_ids[brand.code] = partner.id
    for role, person in zip(ROLES, brand.people, strict=True):
        world.actors[brand.code, role] = _seat(world, partner, brand, role, person, at)
    entity = entity_services.add_legal_entity(
        world.session, world.actors[brand.code, "admin"], code=brand.series, name=brand.company,
        name_zh=brand.company_zh, address=brand.address, country=brand.region, currency=brand.currency,
        registration_number=brand.registration_number, tax_number=brand.tax_number, now=at,
    )  # fmt: skip
    world.entity_ids[brand.code] = entity.id
    for club in brand.clubs:
        _open_club(world, brand, club, at)


def _seat(world: World, partner: Partner, brand: Brand, role: str, person: str, at: datetime) -> Actor:
    user = seat_services.add_user(
        world.session, f"{role}@{brand.code}.example", person, world.password_digest, brand.locale, at
    )
    seat = seat_services.give_seat(world.session, None, user, partner, Role(role.rstrip("2")), at)
    world.session.flush()
    return Actor(user.id, seat.id, partner.id, seat.role.value)


def _open_club(world: World, brand: Brand, club: Club, at: datetime) -> None:
    opened = communities.open_community(
        world.session, world.manager(brand.code), club.code, club.name, club.name_zh, club.theme, club.channel,
        brand.about, at,
    )  # fmt: skip
    world.session.flush()
    world.community_ids[club.code] = opened.id
