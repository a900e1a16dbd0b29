"""Bank accounts: one person proposes, another approves, three days later it is used; the number stays sealed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from partners.audit import AuditEvent
from partners.database import reading, writing
from partners.directory import bank_queries, bank_services
from partners.directory.bank_services import (
    COOLING,
    HolderMissing,
    OnlyTheProposerWithdraws,
    OtherProposalWaits,
    ProposalSettled,
    ProposerMayNotSettle,
)
from partners.directory.identifiers import CheckDigitWrong
from partners.directory.models import BankAccount
from partners.directory.policy import Actor
from partners.errors import NotAllowed, NotFound
from partners.money import UnknownCurrency
from partners.outbox import OutboxEvent
from partners.seal import SealBroken
from tests.cast import Cast, build_cast
from tests.conftest import NOW

KEY = b"s" * 32
NUMBER, OTHER = "DE89 3704 0044 0532 0130 00", "DE66 1005 0000 0054 3210 00"
LATER = NOW + COOLING

Propose = Callable[..., BankAccount]


@pytest.fixture
def propose(session: Session, cast: Cast) -> Propose:
    def proposed(actor: Actor | None = None, number: str = NUMBER, **other: Any) -> BankAccount:
        values: dict[str, Any] = {
            "entity_id": cast.alder.entity.id,
            "holder": "Alder Coffee GmbH",
            "currency": "EUR",
            "now": NOW,
            **other,
        }
        return bank_services.propose_account(session, actor or cast.alder.finance, KEY, number=number, **values)

    return proposed


def test_a_proposal_keeps_the_number_sealed_and_shows_its_end(session: Session, cast: Cast, propose: Propose) -> None:
    account = propose(bank_code="cobadeffxxx")

    assert b"37040044" not in account.number_sealed
    card = bank_queries.account_page(session, cast.alder.admin, account.id, NOW).card
    assert (card.number_end, card.bank_code, card.use) == ("3000", "COBADEFFXXX", "proposed")
    assert "37040044" not in repr(card)


def test_a_proposal_is_told_and_written_down_without_the_number(session: Session, propose: Propose) -> None:
    account = propose()

    told = session.scalars(select(OutboxEvent).where(OutboxEvent.kind == "bank_account.proposed")).one()
    noted = session.scalars(select(AuditEvent).where(AuditEvent.action == "propose_account")).one()
    assert told.subject_id == noted.thing_id == account.id
    assert "37040044" not in repr(noted.after)


def test_the_second_person_is_another_one(session: Session, cast: Cast, propose: Propose) -> None:
    account = propose()
    also_admin = Actor(cast.alder.finance.user_id, "seat", cast.alder.partner.id, "admin")

    for same in (cast.alder.finance, also_admin):
        with pytest.raises(ProposerMayNotSettle):
            bank_services.approve_account(session, same, account.id, NOW)
    bank_services.approve_account(session, cast.alder.admin, account.id, NOW)

    assert account.usable_from == NOW + timedelta(days=3)


def test_an_approved_account_is_used_three_days_later(session: Session, cast: Cast, propose: Propose) -> None:
    account = propose()
    bank_services.approve_account(session, cast.alder.finance_two, account.id, NOW)

    assert _uses(session, cast, LATER - timedelta(seconds=1)) == ["cooling"]
    assert _uses(session, cast, LATER) == ["used"]


def test_a_new_account_replaces_the_old_one_when_its_day_comes(session: Session, cast: Cast, propose: Propose) -> None:
    first = propose()
    bank_services.approve_account(session, cast.alder.admin, first.id, NOW)
    second = propose(number=OTHER, now=LATER)
    assert _uses(session, cast, LATER) == ["proposed", "used"]
    bank_services.approve_account(session, cast.alder.admin, second.id, LATER)

    assert _uses(session, cast, LATER) == ["cooling", "used"]
    assert bank_queries.account_page(session, cast.alder.admin, second.id, LATER).instead_of is not None
    assert _uses(session, cast, LATER + COOLING) == ["used", "replaced"]


def test_another_currency_replaces_nothing(session: Session, cast: Cast, propose: Propose) -> None:
    for number, currency in ((NUMBER, "EUR"), (OTHER, "CNY")):
        account = propose(number=number, currency=currency)
        bank_services.approve_account(session, cast.alder.admin, account.id, NOW)

    assert _uses(session, cast, LATER) == ["used", "used"]


def test_one_proposal_waits_at_a_time(session: Session, cast: Cast, propose: Propose) -> None:
    account = propose()

    with pytest.raises(OtherProposalWaits):
        propose(number=OTHER)
    bank_services.refuse_account(session, cast.alder.finance_two, account.id, NOW)

    assert propose(number=OTHER).number_end == "1000"


def test_a_proposal_is_withdrawn_by_who_made_it(session: Session, cast: Cast, propose: Propose) -> None:
    account = propose()

    with pytest.raises(OnlyTheProposerWithdraws):
        bank_services.withdraw_account(session, cast.alder.finance_two, account.id, NOW)
    bank_services.withdraw_account(session, cast.alder.finance, account.id, NOW)

    assert _uses(session, cast, NOW) == ["withdrawn"]
    with pytest.raises(ProposalSettled):
        bank_services.approve_account(session, cast.alder.admin, account.id, NOW)


def test_what_cannot_be_an_account_is_refused(propose: Propose) -> None:
    with pytest.raises(CheckDigitWrong):
        propose(number="DE89370400440532013001")
    with pytest.raises(HolderMissing):
        propose(holder=" ")
    with pytest.raises(UnknownCurrency):
        propose(currency="XAU")


@pytest.mark.parametrize("role", ["manager", "viewer"])
def test_other_roles_keep_no_accounts(session: Session, cast: Cast, propose: Propose, role: str) -> None:
    account, actor = propose(), getattr(cast.alder, role)

    for refused in (
        lambda: propose(actor),
        lambda: bank_services.approve_account(session, actor, account.id, NOW),
        lambda: bank_services.show_number(session, actor, KEY, account.id, NOW),
        lambda: bank_queries.accounts(session, actor, NOW),
    ):
        with pytest.raises(NotAllowed):
            refused()
    assert bank_queries.waiting_for(session, actor) == []


def test_a_stranger_finds_no_account(session: Session, cast: Cast, propose: Propose) -> None:
    account, stranger = propose(), cast.cedar.admin

    for verb in (bank_services.approve_account, bank_services.refuse_account, bank_services.withdraw_account):
        with pytest.raises(NotFound):
            verb(session, stranger, account.id, NOW)
    with pytest.raises(NotFound):
        bank_services.show_number(session, stranger, KEY, account.id, NOW)
    with pytest.raises(NotFound):
        bank_queries.account_page(session, stranger, account.id, NOW)
    with pytest.raises(NotFound):
        propose(stranger)
    assert bank_queries.accounts(session, stranger, NOW) == []


def test_the_number_is_shown_and_who_saw_it_is_written_down(session: Session, cast: Cast, propose: Propose) -> None:
    account = propose()

    assert bank_services.show_number(session, cast.alder.admin, KEY, account.id, NOW) == "DE89370400440532013000"
    seen = session.scalars(select(AuditEvent).where(AuditEvent.action == "show_number")).one()
    assert (seen.user_id, seen.after) == (cast.alder.admin.user_id, {"ends_in": "3000"})
    with pytest.raises(SealBroken):
        bank_services.show_number(session, cast.alder.admin, b"x" * 32, account.id, NOW)


def test_it_waits_for_everybody_but_who_proposed_it(session: Session, cast: Cast, propose: Propose) -> None:
    account = propose()

    assert bank_queries.waiting_for(session, cast.alder.finance) == []
    waiting = bank_queries.waiting_for(session, cast.alder.admin)
    assert [(one.thing_id, one.name) for one in waiting] == [(account.id, "Alder Coffee GmbH ···· 3000")]


def test_postgresql_shows_an_account_to_its_tenant_alone(postgres_engine: Engine) -> None:
    with writing(postgres_engine, "*") as session:
        cast = build_cast(session, NOW)
        bank_services.propose_account(
            session, cast.alder.finance, KEY, entity_id=cast.alder.entity.id, holder="Alder", number=NUMBER,
            currency="EUR", now=NOW,
        )  # fmt: skip
        session.commit()

    for tenant, seen in ((cast.alder.partner.id, 1), (cast.cedar.partner.id, 0), ("", 0)):
        with reading(postgres_engine, tenant) as session:
            assert len(session.scalars(select(BankAccount)).all()) == seen


def _uses(session: Session, cast: Cast, now: Any) -> list[str]:
    return [card.use for card in bank_queries.accounts(session, cast.alder.finance, now)]
