"""What follows from ending one partnership, counted before anybody decides: gathered from the rooms that know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from partners.audiences import queries as audiences
from partners.audiences.release.pair_queries import overlap_matrix
from partners.campaigns.lifecycle import LADDER, Stage
from partners.campaigns.queries import campaigns_of_partnership
from partners.directory import queries as directory
from partners.directory import stage_queries
from partners.directory.policy import Actor
from partners.revenue.cards import MonthState
from partners.revenue.queries import periods, statements

_RUNNING = (Stage.LIVE, Stage.PAUSED)


@dataclass(frozen=True, slots=True)
class Consequences:
    """What is at stake, seen from the actor's side.

    ``running``: names of campaigns that are live or paused; ``preparing``: of those that are not live yet. ``months``:
    not issued yet. ``overlaps``: pairs of which something is shown now. ``audiences``: own ones whose tokens are kept.
    ``is_last``: whether the actor has no other partnership, so that these tokens go ``token_days`` after the end.
    """

    running: tuple[str, ...]
    preparing: tuple[str, ...]
    months: int
    overlaps: int
    statements: int
    audiences: int
    token_days: int
    is_last: bool


def consequences(session: Session, actor: Actor, partnership_id: str, now: datetime) -> Consequences:
    """Return what ending this partnership would touch now."""
    cards = campaigns_of_partnership(session, actor, partnership_id)
    ahead = LADDER[: LADDER.index(Stage.LIVE)]
    months = [line for line in periods(session, actor, now) if line.partnership_id == partnership_id]
    matrix = overlap_matrix(session, actor, partnership_id, now)
    cells = [cell for row in matrix.cells for cell in row if cell]
    kept = [card for card in audiences.audiences(session, actor, now) if card.tokens_deleted_at is None]
    return Consequences(
        running=tuple(card.name for card in cards if card.stage in _RUNNING),
        preparing=tuple(card.name for card in cards if card.stage in ahead),
        months=sum(line.state != MonthState.ISSUED for line in months),
        overlaps=sum(cell.is_shown for cell in cells),
        statements=sum(card.partnership_id == partnership_id for card in statements(session, actor)),
        audiences=len(kept), token_days=stage_queries.token_days(session, actor),
        is_last=directory.partnerships_not_ended(session, actor.partner_id) == [partnership_id],
    )  # fmt: skip
