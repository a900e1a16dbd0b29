"""A blind count between Alder and Birch: their keys, declared lists, and what each side's command line would do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from partners.audiences.blind import counting_services, queries, services
from partners.audiences.blind.curve import count_common
from partners.audiences.blind.rounds import Round, blind_other, blind_own
from partners.audiences.ground import Ground, LawfulBasis, Use
from partners.audiences.keys.sealed import BrandKeyPair, make_brand_key
from partners.audiences.keys.services import publish_brand_key
from partners.audiences.models import BlindCount, BlindStep
from partners.database import EVERY_TENANT, reading, writing
from partners.directory.policy import Actor
from partners.store import FolderStore
from tests.cast import Brand, Cast
from tests.conftest import NOW

GROUND = Ground(
    as_of=date(2026, 10, 1), expires_on=date(2027, 10, 1), lawful_basis=LawfulBasis.CONSENT, consent_text="2026-1",
    collected_from=date(2025, 1, 1), collected_to=date(2026, 9, 30), purpose="joint campaigns", region="DE",
    uses=(Use.OVERLAP,),
)  # fmt: skip


LISTS = (range(1, 1_101), range(900, 2_001))
COMMON = 201
"""Members of both lists."""


def exactly(_epsilon_milli: int) -> int:
    """Be the noise that adds nothing."""
    return 0


@dataclass(frozen=True, slots=True)
class Player:
    """One brand in a count: who acts, its key pair, the numbers that stand for its members, its working folder."""

    actor: Actor
    pair: BrandKeyPair
    members: range
    folder: Path


@dataclass(frozen=True, slots=True)
class Play:
    """A blind count on an engine; every step is committed."""

    engine: Engine
    store: FolderStore
    count_id: str
    a: Player
    b: Player

    def step(self, player: Player, now: datetime = NOW) -> str:
        """Do what is next for a player and return what that was."""
        with reading(self.engine, player.actor.partner_id) as session:
            card = queries.blind_count(session, player.actor, self.count_id)
        assert card.own is not None
        assert card.other is not None
        mine = Round(player.folder, self.count_id, player.pair, bytes.fromhex(card.other.public_key))
        if card.turn is queries.Turn.BLIND_OWN:
            members = np.array(player.members, np.uint64)
            self.send(player, blind_own(mine, members, len(members), lambda _done, _of: None), "once", now)
        elif card.turn is queries.Turn.BLIND_OTHER:
            with writing(self.engine, player.actor.partner_id) as session:
                key = services.partners_points(session, player.actor, self.count_id, now)
            points = blind_other(mine, self.store.get(key), card.other.points, lambda _done, _of: None)
            self.send(player, points, "twice", now)
        return card.turn.value

    def send(self, player: Player, content: bytes, what: str, now: datetime = NOW) -> None:
        """Send points as the API does."""
        size, take = {
            "once": (services.once_size, services.take_once), "twice": (services.twice_size, services.take_twice),
        }[what]  # fmt: skip
        with writing(self.engine, player.actor.partner_id) as session:
            expected = size(session, player.actor, self.count_id, now)
        key = services.keep_points(self.store, self.count_id, [content], expected)
        with writing(self.engine, player.actor.partner_id) as session:
            take(session, player.actor, self.store, self.count_id, key, now)
            session.commit()


def begin(
    engine: Engine, store: FolderStore, cast: Cast, folder: Path, lists: tuple[range, range], joins: bool = True
) -> Play:
    """Publish keys, declare both lists, propose and join."""
    a, b = (
        Player(brand.manager, make_brand_key(), members, folder / brand.partner.code)
        for brand, members in zip((cast.alder, cast.birch), lists, strict=True)
    )
    with writing(engine, a.actor.partner_id) as session:
        publish_brand_key(session, a.actor, a.pair.public, NOW)
        audience_id = declared(session, cast.alder, len(a.members))
        row = services.propose_blind_count(session, a.actor, cast.partnership.id, audience_id, NOW)
        session.commit()
        count_id = row.id
    play = Play(engine, store, count_id, a, b)
    with writing(engine, b.actor.partner_id) as session:
        publish_brand_key(session, b.actor, b.pair.public, NOW)
        audience_id = declared(session, cast.birch, len(b.members))
        if joins:
            services.join_blind_count(session, b.actor, count_id, audience_id, NOW)
        session.commit()
    return play


def declared(session: Session, brand: Brand, members: int, ground: Ground = GROUND) -> str:
    """Declare a list of a brand and return its id."""
    return counting_services.declare_audience(session, brand.manager, brand.community.id, ground, members, NOW).id


def with_members(player: Player, members: range) -> Player:
    """Return a player whose list is another one."""
    return replace(player, members=members)


def done_by_both(play: Play) -> None:
    """Let both sides do their two steps."""
    for _ in range(2):
        play.step(play.a)
        play.step(play.b)


def count(play: Play, common: int) -> bool:
    """Record what both have in common, without noise; say whether it was kept."""
    with writing(play.engine, EVERY_TENANT) as session:
        is_kept = counting_services.record_blind_count(session, play.count_id, common, NOW, exactly)
        session.commit()
        return is_kept


def compared(play: Play) -> int:
    """Return how many points of both lists are the same."""
    with reading(play.engine, EVERY_TENANT) as session:
        row = session.get_one(BlindCount, play.count_id)
        return count_common(play.store.get(row.twice_a), play.store.get(row.twice_b))


def row_of(session: Session, play: Play) -> BlindCount:
    """Return the row of the count."""
    return session.get_one(BlindCount, play.count_id)


def row_is(play: Play, step: BlindStep) -> bool:
    """Say whether the count is at a step."""
    with reading(play.engine, EVERY_TENANT) as session:
        return row_of(session, play).step == step


Begin = Callable[..., Play]
