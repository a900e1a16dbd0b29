"""What admins and finance of the sample world do besides: bank accounts, and a token for a program."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from partners.directory import bank_services
from partners.directory.accounts import token_services
from partners.sample.world import World

_BEFORE = -4
"""Accounts are proposed in the month before anything is sold."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where a brand is paid. Invented; the numbers have the form and check digits of their country."""

    brand: str
    holder: str
    number: str
    bank_code: str
    bank_name: str
    currency: str


FIRST = (
    Account("morgenrot", "Morgenrot Kaffee GmbH", "DE89 3704 0044 0532 0130 00", "COBADEFFXXX", "Commerzbank", "EUR"),
    Account("chenguang", "晨光乳业（上海）有限公司", "6222 0210 0100 3817 224", "", "中国工商银行", "CNY"),
    Account("nordkorn", "Nordkorn Mühle eG", "DE66 1005 0000 0054 3210 00", "", "Sparkasse", "EUR"),
)

ANOTHER = Account("morgenrot", "Morgenrot Kaffee GmbH", "DE04 1005 0000 0054 3298 76", "", "Sparkasse", "EUR")


def begin(world: World) -> None:
    """Bring the accounts that are in use, each approved by a second person, and one brand's token."""
    for account in FIRST:
        account_id = _propose(world, account, world.day(_BEFORE, 4))
        approver = world.actors[account.brand, "finance2"]
        bank_services.approve_account(world.session, approver, account_id, world.day(_BEFORE, 6))
    admin = world.actors["morgenrot", "admin"]
    scopes = [scope.value for scope in token_services.SCOPES]
    token_services.make_token(
        world.session, admin, "Shop export", scopes, token_services.LONGEST_DAYS, world.day(_BEFORE, 6)
    )


def propose_another_account(world: World) -> None:
    """Let one brand's finance propose to be paid elsewhere; a second person has not decided yet."""
    _propose(world, ANOTHER, world.day(0, 10))


def _propose(world: World, account: Account, at: datetime) -> str:
    proposer = world.actors[account.brand, "finance"]
    proposed = bank_services.propose_account(
        world.session, proposer, world.seal_key, entity_id=world.entity_ids[account.brand], holder=account.holder,
        number=account.number, currency=account.currency, bank_code=account.bank_code, bank_name=account.bank_name,
        now=at,
    )  # fmt: skip
    return proposed.id
