"""Reads of bank accounts, of the own brand and for those who keep them only. The number is never among what they read.

Which approved account is used is computed at a moment: of each company and currency the one whose day came last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from partners.directory import policy
from partners.directory.accounts.models import User
from partners.directory.cards import Waiting, WaitingKind
from partners.directory.models import BankAccount, BankState, LegalEntity
from partners.directory.policy import Action, Actor
from partners.errors import NotFound


class AccountUse(StrEnum):
    """What a bank account is at a moment: what was decided, and for an approved one whether it is used."""

    PROPOSED = "proposed"
    COOLING = "cooling"
    USED = "used"
    REPLACED = "replaced"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class AccountCard:
    """A bank account of an own legal entity; of its number only the last four characters.

    ``use`` is an AccountUse value. ``settled_by`` is empty and ``settled_at`` None while nobody has decided;
    ``usable_from`` is None unless it was approved.
    """

    id: str
    entity_code: str
    entity: str
    entity_zh: str
    holder: str
    number_end: str
    bank_code: str
    bank_name: str
    currency: str
    use: str
    proposed_by: str
    proposed_at: datetime
    settled_by: str
    settled_at: datetime | None
    usable_from: datetime | None


@dataclass(frozen=True, slots=True)
class AccountPage:
    """One bank account and what the actor may do with it; ``instead_of`` is the account in use, None without one."""

    card: AccountCard
    instead_of: AccountCard | None
    may_settle: bool
    may_withdraw: bool


def accounts(session: Session, actor: Actor, now: datetime) -> list[AccountCard]:
    """Return every account of the actor's partner: by company and currency, the newest first."""
    policy.require(actor, Action.KEEP_BANK_ACCOUNTS)
    proposer, settler = aliased(User), aliased(User)
    rows = session.execute(
        select(BankAccount, LegalEntity, proposer.name, settler.name)
        .join(LegalEntity, LegalEntity.id == BankAccount.legal_entity_id)
        .join(proposer, proposer.id == BankAccount.proposed_by)
        .outerjoin(settler, settler.id == BankAccount.settled_by)
        .where(BankAccount.partner_id == actor.partner_id)
        .order_by(LegalEntity.code, BankAccount.currency, BankAccount.proposed_at.desc(), BankAccount.id)
    ).all()
    used = _used([account for account, *_others in rows], now)
    return [_card(account, entity, by, settled_by or "", used, now) for account, entity, by, settled_by in rows]


def account_page(session: Session, actor: Actor, account_id: str, now: datetime) -> AccountPage:
    """Return one account of the actor's partner; NotFound for every other."""
    cards = accounts(session, actor, now)
    card = next((card for card in cards if card.id == account_id), None)
    if card is None:
        raise NotFound()
    same = (card.entity_code, card.currency)
    used = (one for one in cards if one.use == AccountUse.USED and (one.entity_code, one.currency) == same)
    proposed_by = session.scalar(select(BankAccount.proposed_by).where(BankAccount.id == account_id))
    is_open, is_own = card.use == AccountUse.PROPOSED, proposed_by == actor.user_id
    return AccountPage(
        card, next((one for one in used if one.id != card.id), None), is_open and not is_own, is_open and is_own
    )


def waiting_for(session: Session, actor: Actor) -> list[Waiting]:
    """Return the accounts that wait for the actor as the second person, oldest first; none for other roles."""
    if not policy.may(actor, Action.KEEP_BANK_ACCOUNTS):
        return []
    rows = session.execute(
        select(BankAccount, LegalEntity.name).join(LegalEntity, LegalEntity.id == BankAccount.legal_entity_id)
        .where(
            BankAccount.partner_id == actor.partner_id, BankAccount.state == BankState.PROPOSED,
            BankAccount.proposed_by != actor.user_id,
        )
        .order_by(BankAccount.proposed_at, BankAccount.id)
    )  # fmt: skip
    return [
        Waiting(WaitingKind.APPROVE_BANK_ACCOUNT, f"{name} ···· {row.number_end}", (), row.proposed_at, row.id)
        for row, name in rows
    ]


def _used(rows: Iterable[BankAccount], now: datetime) -> set[str]:
    """Return the ids of the accounts in use: per company and currency the one whose day came last."""
    newest: dict[tuple[str, str], BankAccount] = {}
    for row in rows:
        if row.usable_from is not None and row.usable_from <= now:
            key = (row.legal_entity_id, row.currency)
            newest[key] = max(newest.get(key, row), row, key=lambda one: (one.usable_from or now, one.id))
    return {row.id for row in newest.values()}


def _use(row: BankAccount, used: set[str], now: datetime) -> AccountUse:
    if row.state != BankState.APPROVED or row.usable_from is None:
        return AccountUse(row.state.value)
    if row.usable_from > now:
        return AccountUse.COOLING
    return AccountUse.USED if row.id in used else AccountUse.REPLACED


def _card(
    row: BankAccount, entity: LegalEntity, proposed_by: str, settled_by: str, used: set[str], now: datetime
) -> AccountCard:
    return AccountCard(
        row.id, entity.code, entity.name, entity.name_zh, row.holder, row.number_end, row.bank_code, row.bank_name,
        row.currency, _use(row, used, now).value, proposed_by, row.proposed_at, settled_by, row.settled_at,
        row.usable_from,
    )  # fmt: skip
