"""Reads of invitations: those that wait, for who sent them; and the one behind a link, for who holds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners import outbox
from partners.directory import policy
from partners.directory.accounts.models import Invitation, User
from partners.directory.models import Partner, Standing
from partners.directory.policy import Action, Actor
from partners.errors import NotFound
from partners.outbox import JobView


class InvitationOver(NotFound):
    """This invitation is no longer open: it was accepted or withdrawn, or its time is over. Ask for a new one."""


@dataclass(frozen=True, slots=True)
class InvitationCard:
    """An invitation to a seat that has not been accepted. ``mail``: the job that sends it; None where none is known."""

    id: str
    email: str
    name: str
    role: str
    invited_at: datetime
    expires_at: datetime
    is_over: bool
    mail: JobView | None


@dataclass(frozen=True, slots=True)
class BrandInvitation:
    """An invitation to come onto the platform. ``state``: sent, registered, approved, refused or expired."""

    id: str
    name: str
    email: str
    invited_at: datetime
    expires_at: datetime
    state: str
    partner_id: str | None


@dataclass(frozen=True, slots=True)
class Invited:
    """What the holder of a link is told: who invites, where to, in which role; and who is meant.

    ``role`` is empty where a brand is invited, ``invited_by`` where the brand registered by itself; ``user_id`` is
    None unless the address signs in already.
    """

    id: str
    partner_name: str
    partner_name_zh: str
    role: str
    email: str
    name: str
    locale: str
    invited_by: str
    expires_at: datetime
    user_id: str | None


def open_invitation(session: Session, invitation_id: str, now: datetime) -> Invitation:
    """Return an invitation that may be accepted; InvitationOver for every other, and where its brand may not invite."""
    found = session.scalar(
        select(Invitation).join(Partner, Partner.id == Invitation.partner_id)
        .where(Invitation.id == invitation_id, Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None),
               Invitation.expires_at > now, Partner.standing.in_((Standing.APPROVED, Standing.PENDING)))
    )  # fmt: skip
    if found is None:
        raise InvitationOver()
    return found


def invited(session: Session, invitation_id: str, now: datetime) -> Invited:
    """Return what an open invitation says; for who holds its link."""
    row = open_invitation(session, invitation_id, now)
    partner = session.get_one(Partner, row.partner_id)
    inviter = session.get(User, row.invited_by) if row.invited_by else None
    return Invited(
        row.id, partner.name, partner.name_zh, row.role.value if row.role else "", row.email, row.name, row.locale,
        inviter.name if inviter else "", row.expires_at,
        session.scalar(select(User.id).where(User.email == row.email, User.is_active)),
    )  # fmt: skip


def seat_invitations(session: Session, actor: Actor, now: datetime) -> list[InvitationCard]:
    """Return the invitations to seats of the actor's partner that were not accepted, newest first; for admins."""
    policy.require(actor, Action.ADMINISTER)
    rows = session.scalars(
        select(Invitation)
        .where(Invitation.partner_id == actor.partner_id, Invitation.role.is_not(None),
               Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
        .order_by(Invitation.invited_at.desc(), Invitation.id)
    )  # fmt: skip
    return [
        InvitationCard(
            row.id, row.email, row.name, row.role.value if row.role else "", row.invited_at, row.expires_at,
            row.expires_at <= now, outbox.newest_job(session, actor, row.id, "mail_invitation"),
        )
        for row in rows
    ]  # fmt: skip


def brand_invitations(session: Session, actor: Actor, now: datetime) -> list[BrandInvitation]:
    """Return the brands that the actor's partner invited onto the platform, newest first; for managers."""
    policy.require(actor, Action.RUN_PARTNERSHIPS)
    rows = session.execute(
        select(Invitation, Partner.standing).outerjoin(Partner, Partner.id == Invitation.registered_id)
        .where(Invitation.partner_id == actor.partner_id, Invitation.role.is_(None), Invitation.withdrawn_at.is_(None))
        .order_by(Invitation.invited_at.desc(), Invitation.id)
    )  # fmt: skip
    return [
        BrandInvitation(
            row.id,
            row.name,
            row.email,
            row.invited_at,
            row.expires_at,
            _state(row, standing, now),
            row.registered_id if standing == Standing.APPROVED else None,
        )
        for row, standing in rows
    ]


def own_invitation(session: Session, actor: Actor, invitation_id: str) -> Invitation:
    """Return an invitation of the actor's partner that the actor's role may change; NotFound for strangers."""
    if not policy.may(actor, Action.ADMINISTER):
        policy.require(actor, Action.RUN_PARTNERSHIPS)
    is_role_right = Invitation.role.is_not(None) if policy.may(actor, Action.ADMINISTER) else Invitation.role.is_(None)
    mine = (Invitation.id == invitation_id, Invitation.partner_id == actor.partner_id, is_role_right)
    found = session.scalar(select(Invitation).where(*mine).with_for_update())
    if found is None:
        raise NotFound()
    return found


def _state(row: Invitation, standing: Standing | None, now: datetime) -> str:
    if standing is None:
        return "sent" if row.expires_at > now else "expired"
    return {Standing.PENDING: "registered", Standing.LEFT: "refused"}.get(standing, "approved")
