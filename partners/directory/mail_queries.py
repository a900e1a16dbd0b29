"""Reads of what mails say and to whom they go. They take no actor: only background jobs of the platform ask."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.directory.accounts.models import Invitation, Role, Seat, User
from partners.directory.accounts.reset_services import stamp_of
from partners.directory.cards import PartnerName
from partners.directory.models import BankAccount, LegalEntity, Partner, Partnership, PartnershipPartner


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets a mail, and in which language."""

    name: str
    email: str
    locale: str


@dataclass(frozen=True, slots=True)
class InvitationFacts:
    """``role`` is empty where a brand is invited, ``invited_by`` where a brand registered by itself."""

    to: Recipient
    partner: PartnerName
    role: str
    invited_by: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StandingFacts:
    """A partner and why it stands as it does."""

    partner: PartnerName
    why: str


@dataclass(frozen=True, slots=True)
class PartnershipFacts:
    """An invitation to a partnership: who invites; ``waiting`` are ids of the partners that have not answered."""

    name: str
    inviter: PartnerName
    waiting: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BankAccountFacts:
    """A proposed bank account: whose, by whom; of its number only the last four characters."""

    partner_id: str
    entity: str
    holder: str
    number_end: str
    currency: str
    proposed_by: str


def invitation_facts(session: Session, invitation_id: str, now: datetime) -> InvitationFacts | None:
    """Return what the mail of an invitation says; None where it was settled or is over by now."""
    row = session.get_one(Invitation, invitation_id)
    if row.accepted_at or row.withdrawn_at or row.expires_at <= now:
        return None
    inviter = session.get(User, row.invited_by) if row.invited_by else None
    greeted = row.name if row.role and inviter else ""  # what strangers write into a form is no greeting
    return InvitationFacts(
        Recipient(greeted, row.email, row.locale), _name(session, row.partner_id),
        row.role.value if row.role else "", inviter.name if inviter else "", row.expires_at,
    )  # fmt: skip


def reset_facts(session: Session, user_id: str) -> tuple[Recipient, str]:
    """Return who lost a password, and the stamp of the password that the link replaces."""
    user = session.get_one(User, user_id)
    return Recipient(user.name, user.email, user.locale), stamp_of(user.password_digest)


def standing_facts(session: Session, partner_id: str) -> StandingFacts:
    """Return a partner with what was said of its standing."""
    return StandingFacts(_name(session, partner_id), session.get_one(Partner, partner_id).standing_why)


def partnership_facts(session: Session, partnership_id: str) -> PartnershipFacts:
    """Return who invites whom to a partnership."""
    row = session.get_one(Partnership, partnership_id)
    side = PartnershipPartner
    sides = session.scalars(select(side).where(side.partnership_id == partnership_id).order_by(side.accepted_at)).all()
    accepted = [each.partner_id for each in sides if each.accepted_at is not None]
    waiting = tuple(each.partner_id for each in sides if each.accepted_at is None)
    return PartnershipFacts(row.name, _name(session, accepted[0]), waiting)


def bank_account_facts(session: Session, account_id: str) -> BankAccountFacts:
    """Return which bank account somebody proposed."""
    row = session.get_one(BankAccount, account_id)
    entity = session.get_one(LegalEntity, row.legal_entity_id).name
    proposer = session.get_one(User, row.proposed_by).name
    return BankAccountFacts(row.partner_id, entity, row.holder, row.number_end, row.currency, proposer)


def operators(session: Session) -> list[Recipient]:
    """Return the admins of who runs the platform; none where nobody does."""
    running = session.scalars(select(Partner.id).where(Partner.is_operator)).all()
    return people(session, running, (Role.ADMIN,))


def people(session: Session, partner_ids: Iterable[str], roles: Iterable[Role]) -> list[Recipient]:
    """Return who sits at these partners in one of these roles, each address once."""
    rows = session.execute(
        select(User.name, User.email, User.locale).join(Seat, Seat.user_id == User.id).distinct()
        .where(Seat.partner_id.in_(list(partner_ids)), Seat.role.in_(list(roles)), Seat.suspended_at.is_(None),
               User.is_active).order_by(User.email)
    )  # fmt: skip
    return [Recipient(*row) for row in rows]


def _name(session: Session, partner_id: str) -> PartnerName:
    row = session.get_one(Partner, partner_id)
    return PartnerName(row.id, row.name, row.name_zh)
