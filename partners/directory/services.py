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
from partners.directory.models import Footing, Partner, Partnership, PartnershipPartner, PartnerType, Standing
from partners.directory.policy import Action, Actor
from partners.directory.relationship import checked_why, first_stage
from partners.directory.stage_services import PartnershipOver as PartnershipOver
from partners.directory.stage_services import held_partnership, take_step
from partners.errors import Conflict, Invalid


class NobodyInvited(Invalid):
    """Choose at least one other partner to invite."""


class PartnerUnknown(Invalid):
    """One of the chosen partners is not on the platform."""


class PartnershipExists(Invalid):
    """You have a partnership with exactly these partners already, or an open invitation."""


class InvitationSettled(Conflict):
    """This invitation has been answered already."""


def register_partner(
    session: Session, name: str, name_zh: str, code: str, partner_type: PartnerType, industry: str, region: str,
    about: str, now: datetime, standing: Standing = Standing.APPROVED,
) -> Partner:  # fmt: skip
    """Bring a brand onto the platform; set-up does it, or the brand itself: nobody is signed in yet.

    A brand that registers by itself is pending, and asks a second factor of all its seats from the first day.
    """
    if session.scalar(select(Partner.id).where(Partner.code == code)):
        raise codes.CodeTaken(code=code)
    partner = Partner(
        name=name.strip(), name_zh=name_zh.strip(), code=codes.checked_code(code), partner_type=partner_type,
        industry=industry.strip(), region=codes.checked_country(region), about=about.strip(), created_at=now,
        standing=standing, requires_second_factor=standing == Standing.PENDING,
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
    if queries.approved_ids(session, others) != others:
        raise PartnerUnknown()
    if _is_together(session, others | {actor.partner_id}):
        raise PartnershipExists()
    partnership = Partnership(
        name=name.strip(), footing=Footing.INVITED, stage=first_stage(Footing.INVITED),
        timezone=codes.checked_timezone(timezone), created_at=now,
    )  # fmt: skip
    session.add(partnership)
    session.flush()
    session.add(_accepted_side(partnership, actor, now))
    session.add_all(
        PartnershipPartner(partnership_id=partnership.id, partner_id=partner_id) for partner_id in sorted(others)
    )
    after = {"name": partnership.name, "partners": ",".join(sorted(others)), "timezone": timezone}
    audit.record(session, actor, "invite_partners", partnership, now, after=after)
    outbox.emit(session, "partnership.invited", partnership, actor, now)
    return partnership


def accept_partnership(session: Session, actor: Actor, partnership_id: str, now: datetime) -> Partnership:
    """Accept for the actor's side; the last side to accept begins the partnership and its counting."""
    partnership, side = _own_side(session, actor, partnership_id)
    if partnership.footing != Footing.INVITED or side.accepted_at is not None:
        raise InvitationSettled()
    side.accepted_at, side.accepted_by = now, actor.user_id
    session.flush()
    if not queries.sides_still_waiting(session, partnership_id):
        _stand(session, actor, partnership, Footing.EXPLORING, "", now)
        outbox.emit(session, "partnership.accepted", partnership, actor, now)
    after = {"name": partnership.name, "footing": partnership.footing.value}
    audit.record(session, actor, "accept_partnership", partnership, now, after=after)
    return partnership


def decline_partnership(session: Session, actor: Actor, partnership_id: str, why: str, now: datetime) -> Partnership:
    """Turn an invitation down, or withdraw one's own; since every side must accept, it is over for all.

    Args:
        why: for the other sides; 1 to 400 characters.
    """
    partnership, _ = _own_side(session, actor, partnership_id)
    if partnership.footing != Footing.INVITED:
        raise InvitationSettled()
    return _end(session, actor, partnership, "decline_partnership", why, now)


def end_partnership(session: Session, actor: Actor, partnership_id: str, why: str, now: datetime) -> Partnership:
    """End a partnership from any side: nothing new is counted or agreed, what was earned is still settled.

    Args:
        why: for the other sides; 1 to 400 characters.
    """
    partnership, _ = _own_side(session, actor, partnership_id)
    if partnership.footing == Footing.INVITED:
        raise InvitationSettled()
    if partnership.footing == Footing.ENDED:
        raise PartnershipOver()
    return _end(session, actor, partnership, "end_partnership", why, now)


def end_every_partnership(session: Session, actor: Actor, why: str, now: datetime) -> int:
    """End all partnerships of a partner that leaves the platform, and close its invitations; return how many."""
    policy.require(actor, Action.ADMINISTER)
    found = queries.partnerships_not_ended(session, actor.partner_id)
    for partnership_id in found:
        partnership: Partnership = locked(session)(Partnership, partnership_id)
        was_open = partnership.footing == Footing.INVITED
        _end(session, actor, partnership, "decline_partnership" if was_open else "end_partnership", why, now)
    return len(found)


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
        _stand(session, actor, partnership, Footing.SIGNED, "", now)
        after = {"name": partnership.name, "footing": partnership.footing.value}
        audit.record(session, actor, "mark_signed", partnership, now, {"footing": "exploring"}, after)
    return partnership


def _own_side(session: Session, actor: Actor, partnership_id: str) -> tuple[Partnership, PartnershipPartner]:
    """Return the partnership, locked, and the actor's side of it."""
    partnership = held_partnership(session, actor, partnership_id)
    return partnership, session.get_one(PartnershipPartner, (partnership_id, actor.partner_id))


def _end(session: Session, actor: Actor, partnership: Partnership, action: str, why: str, now: datetime) -> Partnership:
    before = {"footing": partnership.footing.value}
    _stand(session, actor, partnership, Footing.ENDED, checked_why(why), now)
    partnership.ended_at, partnership.ended_by = now, actor.partner_id
    audit.record(session, actor, action, partnership, now, before, {"name": partnership.name, "footing": "ended"})
    return partnership


def _stand(session: Session, actor: Actor, partnership: Partnership, footing: Footing, why: str, now: datetime) -> None:
    """Put a partnership on a footing; that moves it to the first stage there."""
    partnership.footing = footing
    take_step(session, actor, partnership, first_stage(footing), why, now)


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
