"""Verbs of a partner's standing to the platform: approved, refused, suspended and resumed by the operator; left."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners import audit, outbox
from partners.database import locked
from partners.directory import invitation_services, policy, queries, services, standing_queries
from partners.directory.accounts.models import ApiToken, Invitation, Role, Seat
from partners.directory.models import Partner, Partnership, PartnerType, Standing
from partners.directory.policy import Action, Actor
from partners.directory.relationship import checked_why
from partners.errors import Conflict, Invalid, NotAllowed, NotFound

NOWHERE = "ZZ"
"""The country of who runs the platform, which is no brand: unknown, as the Unicode CLDR writes it."""


class StandingMoved(Conflict):
    """This partner's standing is another by now. Please look at it again."""


class NobodyThere(Invalid):
    """Nobody has opened the link that was sent to this brand's address yet, so nobody could use it."""


class CodeMistyped(Invalid):
    """This is not your brand's code. Type {code} to leave."""


class OperatorStays(NotAllowed):
    """Who runs the platform cannot leave it."""


class OperatorExists(Conflict):
    """Somebody runs this platform already. An admin there can invite others."""


def approve_partner(session: Session, actor: Actor, partner_id: str, now: datetime) -> Partner:
    """Let a brand that registered take part; whoever invited it gets the partnership that was promised."""
    partner = _held(session, actor, partner_id, Standing.PENDING)
    if not standing_queries.has_seat(session, partner_id):
        raise NobodyThere()
    _stand(session, actor, partner, Standing.APPROVED, "", "approve_partner", now)
    outbox.emit(session, "partner.approved", partner, actor, now)
    _begin_promised(session, partner, now)
    return partner


def refuse_partner(session: Session, actor: Actor, partner_id: str, why: str, now: datetime) -> Partner:
    """Turn a brand that registered away."""
    partner = _held(session, actor, partner_id, Standing.PENDING)
    return _stand(session, actor, partner, Standing.LEFT, checked_why(why), "refuse_partner", now)


def suspend_partner(session: Session, actor: Actor, partner_id: str, why: str, now: datetime) -> Partner:
    """Hold a brand back: its seats read and download, and do nothing else until it is resumed."""
    partner = _held(session, actor, partner_id, Standing.APPROVED)
    _stand(session, actor, partner, Standing.SUSPENDED, checked_why(why), "suspend_partner", now)
    outbox.emit(session, "partner.suspended", partner, actor, now)
    return partner


def resume_partner(session: Session, actor: Actor, partner_id: str, now: datetime) -> Partner:
    """Let a suspended brand take part again; what was not counted meanwhile is counted now."""
    partner = _held(session, actor, partner_id, Standing.SUSPENDED)
    _stand(session, actor, partner, Standing.APPROVED, "", "resume_partner", now)
    for partnership_id in queries.accepted_partnership_ids(session, partner_id):
        outbox.emit(session, "partnership.resumed", session.get_one(Partnership, partnership_id), actor, now)
    return partner


def leave_platform(session: Session, actor: Actor, code: str, why: str, now: datetime) -> Partner:
    """Leave with the actor's whole brand: partnerships end, programs are shut out, what was agreed stays readable.

    Args:
        code: the brand's own, typed by whoever leaves, so that nobody does by a slip of the hand.
        why: for the other sides of its partnerships; 1 to 400 characters.
    """
    policy.require(actor, Action.ADMINISTER)
    if actor.is_operator:
        raise OperatorStays()
    partner: Partner = locked(session)(Partner, actor.partner_id)
    if code.strip().lower() != partner.code:
        raise CodeMistyped(code=partner.code)
    services.end_every_partnership(session, actor, why, now)
    _shut_programs_out(session, actor, now)
    for invitation in session.scalars(
        select(Invitation).where(Invitation.partner_id == partner.id, Invitation.accepted_at.is_(None))
    ):
        invitation.withdrawn_at = invitation.withdrawn_at or now
    _stand(session, actor, partner, Standing.LEFT, checked_why(why), "leave_platform", now)
    return partner


def set_up_operator(session: Session, name: str, email: str, person: str, locale: str, now: datetime) -> Invitation:
    """Make the partner that runs the platform, once, and invite its first admin; nobody is signed in yet."""
    if session.scalar(select(Partner.id).where(Partner.is_operator)):
        raise OperatorExists()
    code = invitation_services.free_code(session, name)
    partner = services.register_partner(session, name, "", code, PartnerType.PLATFORM, "", NOWHERE, "", now)
    partner.is_operator = partner.requires_second_factor = True
    session.flush()
    return invitation_services.invite_first_admin(session, partner, email, person, locale, now)


def _held(session: Session, actor: Actor, partner_id: str, standing: Standing) -> Partner:
    """Return a brand that stands so, locked; NotFound for what is no brand."""
    policy.require(actor, Action.OPERATE)
    partner: Partner | None = locked(session)(Partner, partner_id)
    if partner is None or partner.is_operator:
        raise NotFound()
    if partner.standing != standing:
        raise StandingMoved()
    return partner


def _stand(
    session: Session, actor: Actor, partner: Partner, standing: Standing, why: str, action: str, now: datetime
) -> Partner:
    before = {"standing": partner.standing.value}
    partner.standing, partner.standing_why, partner.standing_at = standing, why, now
    after = {"name": partner.name, "standing": standing.value, "why": why}
    audit.record(session, actor, action, partner, now, before, after)
    return partner


def _begin_promised(session: Session, partner: Partner, now: datetime) -> None:
    """Invite an approved brand to a partnership with those who invited it here, where they still may."""
    rows = session.execute(
        select(Invitation, Partner, Seat)
        .join(Partner, Partner.id == Invitation.partner_id)
        .join(Seat, (Seat.partner_id == Partner.id) & (Seat.user_id == Invitation.invited_by))
        .where(Invitation.registered_id == partner.id, Invitation.withdrawn_at.is_(None),
               Partner.standing == Standing.APPROVED, Seat.role == Role.MANAGER, Seat.suspended_at.is_(None))
    )  # fmt: skip
    for invitation, inviter, seat in rows.all():
        manager = Actor(seat.user_id, seat.id, inviter.id, seat.role.value)
        name = f"{inviter.name} & {partner.name}"[:120]
        services.invite_partners(session, manager, [partner.id], name, invitation.timezone, now)


def _shut_programs_out(session: Session, actor: Actor, now: datetime) -> None:
    tokens = select(ApiToken).where(ApiToken.partner_id == actor.partner_id, ApiToken.revoked_at.is_(None))
    for token in session.scalars(tokens).all():
        token.revoked_at = now
        audit.record(session, actor, "revoke_token", token, now, after={"name": token.name})
