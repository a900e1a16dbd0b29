"""Reads of debts and when they were covered, for the rooms above; no actor: those rooms say who sees what of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from partners.revenue.arrears import Link, Paid, covered_on
from partners.revenue.models import Payout, Period, Statement

_SLIM = defer(Statement.document, raiseload=True)
"""Documents hold every line of a settlement; nobody here reads them."""


@dataclass(frozen=True, slots=True)
class Debt:
    """One issued statement with something to pay. ``covered_on`` None: it is not covered yet."""

    statement_id: str
    number: str
    payer_id: str
    payee_id: str
    issued_at: datetime
    due_on: date
    covered_on: date | None


def debts(session: Session, partnership_ids: Collection[str], partner_ids: Collection[str]) -> list[Debt]:
    """Return what partners owed one another by statements of these partnerships, oldest first. Cost: two queries."""
    chains: dict[tuple[str, ...], list[Statement]] = {}
    watermarks: dict[str, int] = {}
    within = (
        Statement.partnership_id.in_(partnership_ids), Statement.payer_id.in_(partner_ids),
        Statement.payee_id.in_(partner_ids),
    )  # fmt: skip
    for row, watermark in session.execute(
        select(Statement, Period.entry_watermark).options(_SLIM)
        .join(Period, Period.id == Statement.period_id).where(*within).order_by(Period.starts_at)
    ):  # fmt: skip
        chains.setdefault(_chain(row), []).append(row)
        watermarks[row.id] = watermark or 0
    paid: dict[tuple[str, ...], list[Paid]] = {}
    for payout, statement in session.execute(
        select(Payout, Statement).options(_SLIM).join(Statement, Statement.id == Payout.statement_id).where(*within)
    ):
        paid.setdefault(_chain(statement), []).append(Paid(payout.entry_seq, payout.paid_on, payout.amount_minor))
    return sorted(
        (debt for key, rows in chains.items() for debt in _debts(rows, watermarks, paid.get(key, []))),
        key=lambda debt: (debt.issued_at, debt.number),
    )


def _debts(rows: list[Statement], watermarks: dict[str, int], paid: list[Paid]) -> list[Debt]:
    links = [
        Link(row.issued_at.date(), row.closing_minor, row.reversed_minor, watermarks[row.id]) for row in rows
    ]  # fmt: skip
    return [
        Debt(row.id, row.number, row.payer_id, row.payee_id, row.issued_at, row.due_on, covered)
        for row, covered in zip(rows, covered_on(links, paid), strict=True)
        if row.closing_minor > 0
    ]


def _chain(row: Statement) -> tuple[str, ...]:
    return row.partnership_id, row.payer_id, row.payee_id, row.currency
