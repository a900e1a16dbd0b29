"""Verbs of bank accounts: proposed by one person, approved by another, used three days later.

Whoever takes over one user's seat therefore moves no money: a second person must agree, and the old contacts have three
days to object (domain specification G1).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners import audit, money, outbox
from partners.database import locked, new_id
from partners.directory import identifiers, policy
from partners.directory.models import BankAccount, BankState, LegalEntity
from partners.directory.policy import Action, Actor
from partners.errors import Conflict, Invalid, NotAllowed, NotFound
from partners.seal import seal, unseal

COOLING = timedelta(days=3)
"""From the approval of an account to its first use."""


class HolderMissing(Invalid):
    """Write whose account it is, as the bank knows them."""


class OtherProposalWaits(Conflict):
    """Another account for this company and currency waits already. Let it be approved, refused or withdrawn first."""


class ProposalSettled(Conflict):
    """Somebody has already decided about this account."""


class ProposerMayNotSettle(NotAllowed):
    """A second person decides about a bank account: not the one who proposed it."""


class OnlyTheProposerWithdraws(NotAllowed):
    """Only the person who proposed the account can withdraw it. A second person can refuse it."""


def propose_account(
    session: Session, actor: Actor, seal_key: bytes, *, entity_id: str, holder: str, number: str, currency: str,
    now: datetime, bank_code: str = "", bank_name: str = "",
) -> BankAccount:  # fmt: skip
    """Write down where a legal entity is to be paid; the number is kept sealed, and only its end is ever listed.

    Args:
        seal_key: 32 bytes; see ``partners.seal``.

    Raises:
        NumberUnusable: the number is no IBAN or account number, or ``bank_code`` no BIC.
    """
    policy.require(actor, Action.KEEP_BANK_ACCOUNTS)
    entity = _own_entity(session, actor, entity_id)
    plain = identifiers.checked_account_number(number, entity.country)
    if not holder.strip():
        raise HolderMissing()
    money.exponent(currency)  # refuses what is not a currency
    _require_no_other(session, entity.id, currency)
    account = BankAccount(
        id=new_id(), partner_id=actor.partner_id, legal_entity_id=entity.id, holder=holder.strip(),
        number_end=plain[-4:], bank_code=identifiers.checked_bank_code(bank_code), bank_name=bank_name.strip(),
        currency=currency, state=BankState.PROPOSED, proposed_by=actor.user_id, proposed_at=now,
    )  # fmt: skip
    account.number_sealed = seal(seal_key, plain, _purpose(account))
    session.add(account)
    after = {"name": entity.name, "currency": currency, "ends_in": account.number_end, "holder": account.holder}
    audit.record(session, actor, "propose_account", account, now, after=after)
    outbox.emit(session, "bank_account.proposed", account, actor, now)
    return account


def approve_account(session: Session, actor: Actor, account_id: str, now: datetime) -> BankAccount:
    """Approve another person's proposal; the account is used in place of the present one three days later."""
    account = _to_settle(session, actor, account_id)
    account.usable_from = now + COOLING
    return _settled(session, actor, account, BankState.APPROVED, now)


def refuse_account(session: Session, actor: Actor, account_id: str, now: datetime) -> BankAccount:
    """Refuse another person's proposal."""
    return _settled(session, actor, _to_settle(session, actor, account_id), BankState.REFUSED, now)


def withdraw_account(session: Session, actor: Actor, account_id: str, now: datetime) -> BankAccount:
    """Take an own proposal back."""
    account = _waiting(session, actor, account_id)
    if account.proposed_by != actor.user_id:
        raise OnlyTheProposerWithdraws()
    return _settled(session, actor, account, BankState.WITHDRAWN, now)


def show_number(session: Session, actor: Actor, seal_key: bytes, account_id: str, now: datetime) -> str:
    """Return the whole number of an own account, and write down who saw it."""
    policy.require(actor, Action.KEEP_BANK_ACCOUNTS)
    account = _own_account(session, actor, account_id)
    number = unseal(seal_key, account.number_sealed, _purpose(account))
    audit.record(session, actor, "show_number", account, now, after={"ends_in": account.number_end})
    return number


def _to_settle(session: Session, actor: Actor, account_id: str) -> BankAccount:
    account = _waiting(session, actor, account_id)
    if account.proposed_by == actor.user_id:
        raise ProposerMayNotSettle()
    return account


def _waiting(session: Session, actor: Actor, account_id: str) -> BankAccount:
    policy.require(actor, Action.KEEP_BANK_ACCOUNTS)
    account = _own_account(session, actor, account_id)
    if account.state != BankState.PROPOSED:
        raise ProposalSettled()
    return account


def _settled(session: Session, actor: Actor, account: BankAccount, state: BankState, now: datetime) -> BankAccount:
    account.state, account.settled_by, account.settled_at = state, actor.user_id, now
    after = {"state": state.value, "ends_in": account.number_end}
    audit.record(session, actor, _VERBS[state], account, now, {"state": BankState.PROPOSED.value}, after)
    return account


_VERBS = {
    BankState.APPROVED: "approve_account",
    BankState.REFUSED: "refuse_account",
    BankState.WITHDRAWN: "withdraw_account",
}


def _own_account(session: Session, actor: Actor, account_id: str) -> BankAccount:
    account: BankAccount | None = locked(session)(BankAccount, account_id)
    if account is None or account.partner_id != actor.partner_id:
        raise NotFound()
    return account


def _own_entity(session: Session, actor: Actor, entity_id: str) -> LegalEntity:
    entity: LegalEntity | None = locked(session)(LegalEntity, entity_id)  # of two proposals at once one waits
    if entity is None or entity.partner_id != actor.partner_id:
        raise NotFound()
    return entity


def _require_no_other(session: Session, entity_id: str, currency: str) -> None:
    waiting = select(BankAccount.id).where(
        BankAccount.legal_entity_id == entity_id, BankAccount.currency == currency,
        BankAccount.state == BankState.PROPOSED,
    )  # fmt: skip
    if session.scalar(waiting) is not None:
        raise OtherProposalWaits()


def _purpose(account: BankAccount) -> str:
    return f"bank:{account.id}"
