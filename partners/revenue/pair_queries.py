"""Reads who owes whom in a period: every payer and payee with evidence, a balance to carry on, or a payout since.

A chain is payer, payee and currency within a partnership; each statement of it opens with what the one before closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.campaigns.models import Agreement, Party
from partners.directory.models import LegalEntity, Partner
from partners.revenue.bundle import Before, Paid, Pair, Side
from partners.revenue.case_queries import Case
from partners.revenue.models import Payout, Period, Statement
from partners.revenue.split import agreed

Chain = tuple[str, str, str]
"""Payer, payee, currency."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A pair with the legal entity of the payer that will issue its statement."""

    pair: Pair
    legal_entity_id: str


def pairs(session: Session, period: Period, found: Sequence[Case], since_entry: int) -> list[Owed]:
    """Return every pair that gets a statement for a period, in a fixed order.

    Args:
        found: the cases of the period.
        since_entry: number of the last journal entry that the period before has read.
    """
    earlier = _earlier(session, period)
    payouts = _payouts(session, period, since_entry)
    carried = {chain for chain, rows in earlier.items() if rows[-1].closing_minor}
    chains = sorted({chain for case in found for chain in _chains(case)} | carried | payouts.keys())
    entities = _entities(session, period.partnership_id)
    sides = _sides(session, entities)
    return [
        Owed(_pair(chain, earlier.get(chain, []), payouts.get(chain, []), entities, sides),
             _entity(entities, chain, chain[0]))
        for chain in chains
    ]  # fmt: skip


def _chains(case: Case) -> Iterable[Chain]:
    parties = {party for terms in case.terms for party in agreed(terms.document).parties}
    parties |= {party for sold in case.earlier.values() for party, _ in sold.remaining}
    return ((case.payer_id, party, case.currency) for party in parties - {case.payer_id})


def _earlier(session: Session, period: Period) -> dict[Chain, list[Any]]:
    """Return the statements of earlier periods by chain, oldest first."""
    rows = session.execute(
        select(
            Statement.payer_id, Statement.payee_id, Statement.currency, Statement.number, Statement.digest,
            Statement.closing_minor, Period.label,
        )
        .join(Period, Period.id == Statement.period_id)
        .where(Statement.partnership_id == period.partnership_id, Period.starts_at < period.starts_at)
        .order_by(Period.starts_at)
    )  # fmt: skip
    found: dict[Chain, list[Any]] = {}
    for row in rows:
        found.setdefault((row.payer_id, row.payee_id, row.currency), []).append(row)
    return found


def _payouts(session: Session, period: Period, since_entry: int) -> dict[Chain, list[Paid]]:
    rows = session.execute(
        select(
            Statement.payer_id, Statement.payee_id, Statement.currency, Payout.reference, Payout.paid_on,
            Payout.amount_minor,
        )
        .join(Statement, Statement.id == Payout.statement_id)
        .where(
            Statement.partnership_id == period.partnership_id, Payout.entry_seq > since_entry,
            Payout.entry_seq <= (period.entry_watermark or 0),
        )
        .order_by(Payout.entry_seq)
    )  # fmt: skip
    found: dict[Chain, list[Paid]] = {}
    for row in rows:
        paid = Paid(row.reference, row.paid_on, row.amount_minor)
        found.setdefault((row.payer_id, row.payee_id, row.currency), []).append(paid)
    return found


def _entities(session: Session, partnership_id: str) -> dict[str, tuple[str, dict[str, str]]]:
    """Return currency and the legal entity of each party, by agreement, the newest agreement last."""
    rows = session.execute(
        select(Agreement.id, Agreement.currency, Party.partner_id, Party.legal_entity_id)
        .join(Party, Party.agreement_id == Agreement.id)
        .where(Agreement.partnership_id == partnership_id).order_by(Agreement.number)
    )  # fmt: skip
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for row in rows:
        found.setdefault(row.id, (row.currency, {}))[1][row.partner_id] = row.legal_entity_id
    return found


def _entity(entities: Mapping[str, tuple[str, dict[str, str]]], chain: Chain, partner_id: str) -> str:
    """Return the partner's legal entity in the newest agreement between the two sides in that currency."""
    payer_id, payee_id, currency = chain
    shared = [by for known, by in entities.values() if known == currency and payer_id in by and payee_id in by]
    return shared[-1][partner_id]


def _sides(
    session: Session, entities: Mapping[str, tuple[str, dict[str, str]]]
) -> dict[str, tuple[LegalEntity, Partner]]:
    ids = {entity_id for _, by in entities.values() for entity_id in by.values()}
    rows = session.execute(
        select(LegalEntity, Partner).join(Partner, Partner.id == LegalEntity.partner_id).where(LegalEntity.id.in_(ids))
    )
    return {entity.id: (entity, partner) for entity, partner in rows}


def _pair(
    chain: Chain, earlier: Sequence[Any], payouts: Sequence[Paid],
    entities: Mapping[str, tuple[str, dict[str, str]]], sides: Mapping[str, tuple[LegalEntity, Partner]],
) -> Pair:  # fmt: skip
    payer, payee = (_side(*sides[_entity(entities, chain, partner_id)]) for partner_id in chain[:2])
    last = earlier[-1] if earlier else None
    before = Before(last.number, last.digest, last.closing_minor) if last else None
    return Pair(payer, payee, chain[2], before, tuple(payouts), {row.label: row.number for row in earlier})


def _side(entity: LegalEntity, partner: Partner) -> Side:
    return Side(
        partner.id, partner.name, partner.name_zh, entity.name, entity.name_zh, entity.address, entity.country,
        entity.registration_number, entity.tax_number,
    )  # fmt: skip
