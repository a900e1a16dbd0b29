"""Verbs of the directory: who comes onto the platform, who sits where, and how partnerships begin and end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners import audit, outbox
from partners.database import locked
from partners.directory import codes, policy, queries
from partners.directory.models import Footing, Partner, Partnership, PartnershipPartner, PartnerType
from partners.directory.policy import Action, Actor
from partners.errors import Conflict, Invalid


class NobodyInvited(Invalid):
    """Choose at least one other partner to invite."""


class PartnerUnknown(Invalid):
    """One of the chosen partners is not on the platform."""


class PartnershipExists(Invalid):
    """You have a partnership with exactly these partners already, or an open invitation."""


class InvitationSettled(Conflict):
    """This invitation has been answered already."""


class PartnershipOver(Conflict):
    """This partnership has ended."""


def register_partner(
    session: Session, name: str, name_zh: str, code: str, partner_type: PartnerType, industry: str, region: str,
    about: str, now: datetime,
) -> Partner:  # fmt: skip
    """Bring a brand onto the platform; set-up does it, nobody is signed in yet."""
    if session.scalar(select(Partner.id).where(Partner.code == code)):
        raise codes.CodeTaken(code=code)
    partner = Partner(
        name=name.strip(), name_zh=name_zh.strip(), code=codes.checked_code(code), partner_type=partner_type,
        industry=industry.strip(), region=codes.checked_country(region), about=about.strip(), created_at=now,
    )  # fmt: skip
    session.add(partner)
    audit.record(session, None, "register_partner", partner, now, after={"code": code, "name": partner.name})
    return partner


def invite_partners(
    session: Session, actor: Actor, partner_ids: Sequence[str], name: str, timezone: str, now: datetime
) -> Partnership:
    """Propose a partnership to one or more partners; the inviter's side is accepted at once."""
    policy.require(actor, Action.RUN_PARTNERSHIPS)
    others = set(partner_ids) - {actor.partner_id}
    if not others:
        raise NobodyInvited()
    if len(queries.names_of(session, others)) != len(others):
        raise PartnerUnknown()
    if _is_together(session, others | {actor.partner_id}):
        raise PartnershipExists()
    partnership = Partnership(
        name=name.strip(), footing=Footing.INVITED, timezone=codes.checked_timezone(timezone), created_at=now
    )
    session.add(partnership)
    session.flush()
    session.add(_accepted_side(partnership, actor, now))
    session.add_all(
        PartnershipPartner(partnership_id=partnership.id, partner_id=partner_id) for partner_id in sorted(others)
    )
    after = {"name": partnership.name, "partners": ",".join(sorted(others)), "timezone": timezone}
    audit.record(session, actor, "invite_partners", partnership, now, after=after)
    return partnership


def accept_partnership(session: Session, actor: Actor, partnership_id: str, now: datetime) -> Partnership:
    """Accept for the actor's side; the last side to accept begins the partnership and its counting."""
    partnership, side = _own_side(session, actor, partnership_id)
    if partnership.footing != Footing.INVITED or side.accepted_at is not None:
        raise InvitationSettled()
    side.accepted_at, side.accepted_by = now, actor.user_id
    session.flush()
    if not queries.sides_still_waiting(session, partnership_id):
        partnership.footing = Footing.EXPLORING
        outbox.emit(session, "partnership.accepted", partnership, actor, now)
    after = {"name": partnership.name, "footing": partnership.footing.value}
    audit.record(session, actor, "accept_partnership", partnership, now, after=after)
    return partnership


def decline_partnership(session: Session, actor: Actor, partnership_id: str, now: datetime) -> Partnership:
    """Turn an invitation down, or withdraw one's own; since every side must accept, it is over for all."""
    partnership, _ = _own_side(session, actor, partnership_id)
    if partnership.footing != Footing.INVITED:
        raise InvitationSettled()
    return _end(session, actor, partnership, "decline_partnership", now)


def end_partnership(session: Session, actor: Actor, partnership_id: str, now: datetime) -> Partnership:
    """End a partnership from any side: nothing new is counted or agreed, what was earned is still settled."""
    partnership, _ = _own_side(session, actor, partnership_id)
    if partnership.footing == Footing.INVITED:
        raise InvitationSettled()
    if partnership.footing == Footing.ENDED:
        raise PartnershipOver()
    return _end(session, actor, partnership, "end_partnership", now)


def set_floor(session: Session, actor: Actor, partnership_id: str, floor: int, now: datetime) -> PartnershipPartner:
    """Set the smallest overlap, in members, that the actor's side lets be shown; the larger of all counts."""
    partnership, side = _own_side(session, actor, partnership_id)
    if partnership.footing == Footing.ENDED:
        raise PartnershipOver()
    before, side.floor = side.floor, codes.checked_floor(floor)
    after = {"name": partnership.name, "floor": floor}
    audit.record(session, actor, "set_floor", partnership, now, {"floor": before}, after)
    return side


def mark_signed(session: Session, partnership_id: str, now: datetime, actor: Actor) -> Partnership:
    """Move an exploring partnership to signed, because a first agreement is in force; later calls change nothing."""
    queries.own_partnership(session, actor, partnership_id)
    partnership: Partnership = locked(session)(Partnership, partnership_id)
    if partnership.footing == Footing.EXPLORING:
        partnership.footing = Footing.SIGNED
        after = {"name": partnership.name, "footing": partnership.footing.value}
        audit.record(session, actor, "mark_signed", partnership, now, {"footing": "exploring"}, after)
    return partnership


def _own_side(session: Session, actor: Actor, partnership_id: str) -> tuple[Partnership, PartnershipPartner]:
    """Return the partnership, locked, and the actor's side of it."""
    policy.require(actor, Action.RUN_PARTNERSHIPS)
    queries.own_partnership(session, actor, partnership_id)
    partnership: Partnership = locked(session)(Partnership, partnership_id)
    return partnership, session.get_one(PartnershipPartner, (partnership_id, actor.partner_id))


def _end(session: Session, actor: Actor, partnership: Partnership, action: str, now: datetime) -> Partnership:
    before = {"footing": partnership.footing.value}
    partnership.footing, partnership.ended_at, partnership.ended_by = Footing.ENDED, now, actor.partner_id
    audit.record(session, actor, action, partnership, now, before, {"name": partnership.name, "footing": "ended"})
    return partnership


def _accepted_side(partnership: Partnership, actor: Actor, now: datetime) -> PartnershipPartner:
    return PartnershipPartner(
        partnership_id=partnership.id, partner_id=actor.partner_id, accepted_at=now, accepted_by=actor.user_id
    )


def _is_together(session: Session, partner_ids: set[str]) -> bool:
    """Say whether exactly these partners, and no other, share a partnership that is invited or goes on."""
    side = PartnershipPartner
    members = defaultdict(set)
    of_one = select(side.partnership_id).where(side.partner_id == min(partner_ids))
    rows = session.execute(
        select(side.partnership_id, side.partner_id).join(Partnership, Partnership.id == side.partnership_id)
        .where(Partnership.footing != Footing.ENDED, side.partnership_id.in_(of_one))
    )  # fmt: skip
    for partnership_id, partner_id in rows:
        members[partnership_id].add(partner_id)
    return partner_ids in members.values()
