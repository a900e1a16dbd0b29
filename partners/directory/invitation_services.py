"""Verbs of invitations: to a seat, or onto the platform; and of brands that register by themselves.

The link that a mail carries is signed by the application and stored nowhere; here an invitation is its id.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, count

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners import audit, outbox
from partners.database import locked
from partners.directory import codes, invitation_queries, policy, seat_services, services
from partners.directory.accounts.credentials import LOCALES, LanguageUnknown
from partners.directory.accounts.models import Invitation, Role, Seat, User
from partners.directory.models import Partner, PartnerType, Standing
from partners.directory.policy import Action, Actor
from partners.errors import Conflict, Invalid

LASTS = timedelta(days=7)
"""An invitation is open for so long; then it is sent again, or forgotten."""


class InvitationOpen(Invalid):
    """This person has an open invitation to this role already. Send it again, or withdraw it."""


class InvitationSettled(Conflict):
    """This invitation was accepted or withdrawn already."""


class OperatorsAdminister(Invalid):
    """Who runs the platform sits in it as an admin; other roles have nothing to do there."""


class SignsInAlready(Conflict):
    """Somebody with this e-mail address can sign in by now. Open the link again and give that password."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What a brand says of itself when it registers, and who will be its first admin."""

    name: str
    name_zh: str
    partner_type: PartnerType
    industry: str
    region: str
    about: str
    person: str
    email: str
    locale: str


def invite_to_seat(
    session: Session, actor: Actor, email: str, name: str, role: Role, locale: str, now: datetime
) -> Invitation:
    """Invite a person to a place at the actor's partner; for admins."""
    policy.require(actor, Action.ADMINISTER)
    if actor.is_operator and role != Role.ADMIN:
        raise OperatorsAdminister()
    email = codes.checked_email(email)
    _refuse_second(session, actor.partner_id, email, role, now)
    made = Invitation(partner_id=actor.partner_id, role=role, email=email, name=name.strip(), invited_by=actor.user_id)
    return _sent(session, actor, made, locale, "invite_to_seat", now)


def invite_brand(
    session: Session, actor: Actor, name: str, email: str, locale: str, timezone: str, now: datetime
) -> Invitation:
    """Invite a brand onto the platform; once it is approved, it gets an invitation to a partnership.

    Args:
        timezone: IANA name; where the accounting months of that partnership begin.
    """
    policy.require(actor, Action.RUN_PARTNERSHIPS)
    made = Invitation(
        partner_id=actor.partner_id, role=None, email=codes.checked_email(email), name=name.strip(),
        timezone=codes.checked_timezone(timezone), invited_by=actor.user_id,
    )  # fmt: skip
    return _sent(session, actor, made, locale, "invite_brand", now)


def invite_first_admin(
    session: Session, partner: Partner, email: str, name: str, locale: str, now: datetime
) -> Invitation:
    """Invite whoever registers a brand, or sets the platform up, to administer it; nobody is signed in yet."""
    made = Invitation(
        partner_id=partner.id, role=Role.ADMIN, email=codes.checked_email(email), name=name.strip(), invited_by=None
    )
    return _sent(session, None, made, locale, "invite_first_admin", now)


def send_again(session: Session, actor: Actor, invitation_id: str, now: datetime) -> Invitation:
    """Send an invitation once more; it is open for seven days from now, and its earlier link stays good."""
    row = invitation_queries.own_invitation(session, actor, invitation_id)
    _refuse_settled(row)
    row.expires_at = now + LASTS
    audit.record(session, actor, "send_again", row, now, after=_told(row))
    outbox.emit(session, "invitation.sent", row, actor, now)
    return row


def withdraw_invitation(session: Session, actor: Actor, invitation_id: str, now: datetime) -> Invitation:
    """Make an invitation's link worth nothing."""
    row = invitation_queries.own_invitation(session, actor, invitation_id)
    _refuse_settled(row)
    row.withdrawn_at = now
    audit.record(session, actor, "withdraw_invitation", row, now, after=_told(row))
    return row


def accept_as_newcomer(
    session: Session, invitation_id: str, name: str, password_digest: str, locale: str, now: datetime
) -> Seat:
    """Take the seat of an invitation as somebody who could not sign in before; whoever calls has opened its link."""
    row = _held_open(session, invitation_id, now)
    if session.scalar(select(User.id).where(User.email == row.email)):
        raise SignsInAlready()
    user = seat_services.add_user(session, row.email, name, password_digest, _checked_locale(locale), now)
    return _accepted(session, row, user, now)


def accept_as_user(session: Session, invitation_id: str, user_id: str, now: datetime) -> Seat:
    """Take the seat of an invitation as the user whom it names; whoever calls has verified that it is this user."""
    row = _held_open(session, invitation_id, now)
    user = session.scalar(select(User).where(User.id == user_id, User.email == row.email, User.is_active))
    if user is None:
        raise invitation_queries.InvitationOver()
    return _accepted(session, row, user, now)


def register_brand(session: Session, said: Registration, now: datetime, invitation_id: str = "") -> Invitation:
    """Bring a brand onto the platform that the operator has still to approve; return its first admin's invitation.

    Args:
        invitation_id: of the partner that invited it, where it came by such a link.
    """
    before = _same_before(session, said)
    if before is not None:
        before.expires_at = now + LASTS
        outbox.emit(session, "invitation.sent", before, None, now)
        return before
    partner = services.register_partner(
        session, said.name, said.name_zh, free_code(session, said.name), said.partner_type, said.industry, said.region,
        said.about, now, Standing.PENDING,
    )  # fmt: skip
    session.flush()
    if invitation_id:
        _answer(session, invitation_id, partner, now)
    return invite_first_admin(session, partner, said.email, said.person, said.locale, now)


def _sent(
    session: Session, actor: Actor | None, made: Invitation, locale: str, action: str, now: datetime
) -> Invitation:
    made.locale, made.invited_at, made.expires_at = _checked_locale(locale), now, now + LASTS
    session.add(made)
    audit.record(session, actor, action, made, now, after=_told(made))
    outbox.emit(session, "invitation.sent", made, actor, now)
    return made


def _accepted(session: Session, row: Invitation, user: User, now: datetime) -> Seat:
    partner = session.get_one(Partner, row.partner_id)
    if row.role is None:
        raise invitation_queries.InvitationOver()
    seat = seat_services.give_seat(session, None, user, partner, row.role, now)
    row.accepted_at = now
    actor = Actor(user.id, seat.id, partner.id, seat.role.value)
    audit.record(session, actor, "accept_invitation", row, now, after=_told(row))
    if partner.standing == Standing.PENDING and row.invited_by is None:
        outbox.emit(session, "partner.registered", partner, actor, now)  # only now is the address proven
    return seat


def _answer(session: Session, invitation_id: str, partner: Partner, now: datetime) -> None:
    """Note which brand came of an invitation onto the platform."""
    row = _held_open(session, invitation_id, now)
    if row.role is not None:
        raise invitation_queries.InvitationOver()
    row.accepted_at, row.registered_id = now, partner.id
    audit.record(session, None, "accept_invitation", row, now, after=_told(row))


def _held_open(session: Session, invitation_id: str, now: datetime) -> Invitation:
    """Return an open invitation, locked, so that a link that is used twice at once works once."""
    locked(session)(Invitation, invitation_id)
    return invitation_queries.open_invitation(session, invitation_id, now)


def _refuse_second(session: Session, partner_id: str, email: str, role: Role, now: datetime) -> None:
    held = select(Seat.id).join(User, User.id == Seat.user_id)
    if session.scalar(held.where(User.email == email, Seat.partner_id == partner_id, Seat.role == role)):
        raise seat_services.SeatTaken()
    same = (Invitation.partner_id == partner_id, Invitation.email == email, Invitation.role == role)
    is_open = (Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None), Invitation.expires_at > now)
    if session.scalar(select(Invitation.id).where(*same, *is_open)):
        raise InvitationOpen()


def _refuse_settled(row: Invitation) -> None:
    if row.accepted_at is not None or row.withdrawn_at is not None:
        raise InvitationSettled()


def _same_before(session: Session, said: Registration) -> Invitation | None:
    """Return the open invitation of the same person who registered the same brand before; None for a new one."""
    return session.scalar(
        select(Invitation).join(Partner, Partner.id == Invitation.partner_id)
        .where(Invitation.email == codes.checked_email(said.email), Invitation.invited_by.is_(None),
               Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None),
               Partner.standing == Standing.PENDING, Partner.name == said.name.strip())
    )  # fmt: skip


def free_code(session: Session, name: str) -> str:
    code = codes.derived_code(name)
    for each in chain([code], (f"{code}-{number}" for number in count(2))):
        if session.scalar(select(Partner.id).where(Partner.code == each)) is None:
            return each
    raise AssertionError("numbers do not end")


def _checked_locale(locale: str) -> str:
    if locale not in LOCALES:
        raise LanguageUnknown()
    return locale


def _told(row: Invitation) -> dict[str, str]:
    return {"name": row.name or row.email, "role": row.role.value if row.role else ""}
