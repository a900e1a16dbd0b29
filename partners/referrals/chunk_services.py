"""One chunk of reported rows, in the caller's transaction: what each row becomes, and writing that down.

Rows are judged under the locks of their partnerships and written by the driver, never as objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TypeVar

from sqlalchemy import insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from partners.campaigns.queries import campaign_for_intake
from partners.database import locked
from partners.directory.models import Partnership
from partners.referrals import acceptance, intake
from partners.referrals.acceptance import Accepted, EvidenceRow, Recorded, SellingCampaign, placed
from partners.referrals.models import SUMS, CampaignDay, EvidenceKind, ImportFailure
from partners.referrals.problems import RowProblem
from partners.referrals.reading_queries import recorded_lines, refund_digests, refunded, sales_of
from partners.referrals.sheets import KeptRow, OpenImport

T = TypeVar("T")
U = TypeVar("U")
Failure = tuple[KeptRow, RowProblem]
Judged = Iterator[tuple[KeptRow, Accepted | None]]


def judged(
    session: Session, opened: OpenImport, rows: list[KeptRow], now: datetime
) -> tuple[list[Accepted], list[Failure]]:
    """Return what becomes evidence, in the order of the file, and what failed; duplicates are in neither."""
    failures: list[Failure] = []
    judge = _judged_refunds if opened.kind == EvidenceKind.REFUND else _judged_conversions
    found = judge(session, opened, rows, now, failures)
    return [accepted for _, accepted in found if accepted is not None], failures


def _judged_conversions(
    session: Session, opened: OpenImport, rows: list[KeptRow], now: datetime, failures: list[Failure]
) -> Judged:
    campaigns = _campaigns(session, opened, rows)
    sales = list(_each(_alone(rows), lambda row: placed(intake.conversion(row.checked()), campaigns), failures))
    _lock(session, {sale.campaign.facts.partnership_id for _, sale in sales})
    recorded = recorded_lines(session, opened.merchant_id, [sale.reported for _, sale in sales])
    return _each(sales, lambda sale: acceptance.conversion(sale, recorded, opened.merchant_id, now), failures)


def _judged_refunds(
    session: Session, opened: OpenImport, rows: list[KeptRow], now: datetime, failures: list[Failure]
) -> Judged:
    refunds = list(_each(_alone(rows), lambda row: intake.refund(row.checked()), failures))
    sales = sales_of(session, opened.merchant_id, {refund.order_id for _, refund in refunds})
    _lock(session, {sale.partnership_id for sale in sales.values()})
    recorded = Recorded(
        digests=refund_digests(session, opened.merchant_id, [refund.key for _, refund in refunds]), sales=sales,
        refunded=refunded(session, [sale.id for sale in sales.values()]),
    )  # fmt: skip
    return _each(refunds, lambda refund: acceptance.refund(refund, recorded, opened.merchant_id, now), failures)


def _each(
    rows: Iterable[tuple[KeptRow, T]], decide: Callable[[T], U], failures: list[Failure]
) -> Iterator[tuple[KeptRow, U]]:
    """Decide row by row; a row that has a problem goes to the failures instead."""
    for row, value in rows:
        try:
            yield row, decide(value)
        except RowProblem as problem:
            failures.append((row, problem))


def _alone(rows: list[KeptRow]) -> Iterator[tuple[KeptRow, KeptRow]]:
    return ((row, row) for row in rows)


def _campaigns(session: Session, opened: OpenImport, rows: list[KeptRow]) -> dict[str, SellingCampaign]:
    """Return the campaigns by code, with those that these rows are the first to name."""
    column = intake.CONVERSION_COLUMNS.index("campaign")
    for code in sorted(opened.codes.intersection(row.values[column].strip().lower() for row in rows)):
        if code not in opened.campaigns and (facts := campaign_for_intake(session, opened.merchant_id, code)):
            opened.campaigns[code] = SellingCampaign(facts)
    return opened.campaigns


def _lock(session: Session, partnership_ids: Iterable[str]) -> None:
    """Lock partnerships until commit, always in the same order, so that two imports never wait for each other."""
    for partnership_id in sorted(partnership_ids):
        locked(session)(Partnership, partnership_id)


def record_accepted(session: Session, accepted: list[Accepted], now: datetime) -> None:
    """Give the rows the next numbers of their partnerships, in the order of the file, and write them."""
    if not accepted:
        return
    ids = {row.partnership_id for row, _, _ in accepted}
    partnerships = {id_: session.get_one(Partnership, id_) for id_ in ids}
    last = {id_: partnership.last_seq for id_, partnership in partnerships.items()}
    _write_evidence(session, accepted, last, now)
    for id_, partnership in partnerships.items():
        partnership.last_seq = last[id_]
    _add_to_days(session, accepted)


def _write_evidence(session: Session, accepted: list[Accepted], last: dict[str, int], now: datetime) -> None:
    """Write rows by the driver itself: per row SQLAlchemy would take twice the time that the database takes.

    ``last`` is the newest number of each partnership, and counts on.
    """
    connection = session.connection()
    columns = ("seq", "recorded_at", *EvidenceRow._fields)
    mark, stored = ("?", _as_text) if connection.dialect.name == "sqlite" else ("%s", _as_is)
    statement = f"INSERT INTO evidence ({', '.join(columns)}) VALUES ({', '.join([mark] * len(columns))})"  # noqa: S608
    recorded_at = stored(now)
    rows = []
    for (occurred_at, partnership_id, *rest), _, _ in accepted:
        last[partnership_id] += 1
        rows.append((last[partnership_id], recorded_at, stored(occurred_at), partnership_id, *rest))
    connection.exec_driver_sql(statement, rows)


def _as_text(at: datetime) -> str:
    """Return an instant in UTC as SQLAlchemy writes it into SQLite."""
    return at.replace(tzinfo=None).isoformat(" ", "microseconds")


def _as_is(at: datetime) -> datetime:
    return at


def _add_to_days(session: Session, accepted: list[Accepted]) -> None:
    """Add the rows to the sums of their days."""
    table = CampaignDay.__table__
    sums = acceptance.sums_by_day(accepted)
    upsert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    added = upsert(table)  # type: ignore[arg-type]
    statement = added.on_conflict_do_update(
        index_elements=[column.name for column in table.primary_key],
        set_={name: table.c[name] + added.excluded[name] for name in SUMS},
    )
    session.execute(statement, sums)


def keep_failures(session: Session, import_id: str, failures: list[Failure]) -> None:
    """Write down the rows that were not taken, each with its problem."""
    kept = [
        {
            "import_id": import_id, "row_no": row.row_no, "column_name": problem.column,
            "problem": type(problem).__name__, "fields": problem.fields, "values": row.values,
        }
        for row, problem in failures
    ]  # fmt: skip
    if kept:
        session.execute(insert(ImportFailure.__table__), kept)  # type: ignore[arg-type]
