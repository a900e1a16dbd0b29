"""Reads of withdrawals: which people's tokens were removed from which of the own lists, as a log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.audiences.keys.queries import own_copies_with_former
from partners.audiences.models import Audience, Withdrawal
from partners.communities.models import Community
from partners.directory import policy
from partners.directory import queries as directory
from partners.directory.accounts.models import User
from partners.directory.policy import Action, Actor


@dataclass(frozen=True, slots=True)
class WithdrawalLine:
    """What one withdrawal did to one list in one partnership.

    Where it changed no list, the line has no list: ``name`` and ``partnership`` are empty, ``as_of``, ``before`` and
    ``after`` None.
    """

    at: datetime
    by: str
    source_name: str
    people: int
    audience_id: str
    name: str
    name_zh: str
    as_of: date | None
    partnership: str
    before: int | None
    after: int | None


def withdrawal_lines(session: Session, actor: Actor) -> list[WithdrawalLine]:
    """Return the log of the own brand, the newest first; one line for each list that shrank, at least one."""
    policy.require(actor, Action.READ)
    rows = session.execute(
        select(Withdrawal, User.name).join(User, User.id == Withdrawal.created_by)
        .where(Withdrawal.partner_id == actor.partner_id).order_by(Withdrawal.created_at.desc(), Withdrawal.id)
    ).all()  # fmt: skip
    lists = {
        audience.id: (audience, community)
        for audience, community in session.execute(
            select(Audience, Community).join(Community, Community.id == Audience.community_id)
            .where(Audience.partner_id == actor.partner_id)
        )
    }  # fmt: skip
    in_them = {str(partnership_id) for row, _by in rows for _audience_id, partnership_id, *_ in row.effects}
    names = directory.names_of_partnerships(session, in_them)
    found = []
    for row, by in rows:
        for effect in row.effects or [["", "", None, None]]:
            audience_id, partnership_id, before, after = cast("tuple[str, str, int | None, int | None]", tuple(effect))
            audience, community = lists.get(audience_id, (None, None))
            found.append(
                WithdrawalLine(
                    row.created_at, by, row.source_name, row.members, str(audience_id),
                    community.name if community else "", community.name_zh if community else "",
                    audience.as_of if audience else None, names.get(partnership_id, ""), before, after,
                )
            )  # fmt: skip
    return found


def may_withdraw(session: Session, actor: Actor) -> bool:
    """Say whether the actor may take people out, and has a key to blind their list with."""
    return policy.may(actor, Action.REGISTER_AUDIENCES) and bool(own_copies_with_former(session, actor))
