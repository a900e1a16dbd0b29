"""The base of every table: column types, names of constraints, identifiers, and how a session begins.

Knows SQLite and PostgreSQL and hides the difference. On SQLite a writing transaction begins with BEGIN IMMEDIATE, which
stands in for the row lock of PostgreSQL: two writers that both read first would otherwise deadlock.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from sqlalchemy import BigInteger, DateTime, Engine, Enum, Integer, MetaData, String, create_engine, event, text
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.types import TypeDecorator

_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
"""Letters and digits that are not mistaken for one another; 32 of them, five bits each."""


def new_id() -> str:
    """Return a random identifier of 16 characters: 80 bits, so that guessing one is hopeless."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(16))


class Utc(TypeDecorator[datetime]):
    """An aware instant. Stored in UTC, returned in UTC; a naive datetime is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime was about to be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def one_of(kind: type[StrEnum], name: str = "") -> Enum:
    """Return the column type of an enumeration: its value as text, held to the list by a CHECK of that name."""
    name = name or "".join(f"_{c.lower()}" if c.isupper() else c for c in kind.__name__).lstrip("_")
    return Enum(
        kind, native_enum=False, create_constraint=True, length=30, name=name,
        values_callable=lambda members: [member.value for member in members],
    )  # fmt: skip


BigInt = BigInteger().with_variant(Integer, "sqlite")
"""64 bits on both databases; SQLite numbers rows by itself only in a column called INTEGER."""

Id = Annotated[str, mapped_column(String(16), primary_key=True, default=new_id)]
RowNumber = Annotated[int, mapped_column(BigInt, primary_key=True)]
Ref = Annotated[str, mapped_column(String(16))]
Text40 = Annotated[str, mapped_column(String(40))]
Text120 = Annotated[str, mapped_column(String(120))]
Text400 = Annotated[str, mapped_column(String(400))]
Digest = Annotated[str, mapped_column(String(64))]
Minor = Annotated[int, mapped_column(BigInteger, comment="minor units of the currency")]
Currency = Annotated[str, mapped_column(String(3), comment="ISO 4217")]


class Base(DeclarativeBase):
    """Every table. Names of constraints follow one rule, so that migrations can address them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Utc(), int: Integer()}


APPEND_ONLY = (
    "audit_event", "terms", "signature", "stage_move", "partnership_move", "evidence", "journal_entry", "posting",
    "statement", "earning", "payout", "fit_weights", "evaluation", "withdrawal",
)  # fmt: skip
"""Tables that refuse UPDATE and DELETE by trigger: history is never rewritten."""


_BUSY_MS = 30_000
"""Milliseconds that a writer of SQLite waits for another."""

APP_ROLE = "tandem_app"
"""The PostgreSQL role that every session works in: row-level security holds it, history it can only add to."""

EVERY_TENANT = "*"
"""The tenant of sessions that work for all partners: jobs, and the command line of who runs the platform."""


def open_engine(url: str, role: str = APP_ROLE) -> Engine:
    """Return an engine for ``sqlite:///path`` or ``postgresql://…``, set up for web and worker side by side.

    Args:
        role: the PostgreSQL role its sessions work in; empty for migrations, which own the tables.
    """
    if not url.startswith("sqlite"):
        engine = create_engine(url, pool_pre_ping=True)
        if role:
            event.listen(engine, "connect", lambda connection, _record: _take_role(connection, role))
        return engine
    engine = create_engine(url, connect_args={"timeout": 30})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def reading(engine: Engine, tenant: str = "") -> Session:
    """Return a session that only reads. On SQLite it takes no lock that a writer waits for.

    Args:
        tenant: the partner it works for, or EVERY_TENANT; without one, PostgreSQL's row-level security shows nothing
            of what belongs to one partner alone.
    """
    return Session(engine, expire_on_commit=False, info={"tenant": tenant})


def writing(engine: Engine, tenant: str = "") -> Session:
    """Return a session that may write, for a tenant as ``reading``. On SQLite its first statement takes the lock."""
    chosen = engine.execution_options(tandem_writes=True)
    return Session(chosen, expire_on_commit=False, info={"tenant": tenant})


def writing_at_once(engine: Engine) -> Session:
    """Return a session for a small note that may be lost: where SQLite's lock is taken it raises OperationalError."""
    chosen = engine.execution_options(tandem_writes=True, tandem_waits=False)
    return Session(chosen, expire_on_commit=False)


def work_for(session: Session, tenant: str) -> None:
    """Let a session that has begun work for a tenant, because only now is known who acts."""
    session.info["tenant"] = tenant
    if session.in_transaction():
        _tell_tenant(session, session.connection())


@contextmanager
def beyond_tenant(session: Session) -> Iterator[None]:
    """Let one statement reach rows of every tenant, where a rule of the whole partnership needs it; say why there."""
    tenant = session.info.get("tenant", "")
    work_for(session, EVERY_TENANT)
    try:
        yield
    finally:
        work_for(session, tenant)


def locked(session: Session) -> Callable[..., Any]:
    """Return ``session.get`` with the row locked until commit; on SQLite the whole database is locked already."""
    return lambda table, key: session.get(table, key, with_for_update=True, populate_existing=True)


@event.listens_for(Session, "after_begin")
def _tell_tenant(session: Session, *begun: Any) -> None:
    """Tell PostgreSQL, for this transaction, whose rows it may show."""
    connection: Connection = begun[-1]
    if connection.dialect.name == "postgresql" and "tenant" in session.info:
        named = {"tenant": session.info["tenant"]}
        connection.execute(text("SELECT set_config('tandem.tenant', :tenant, true)"), named)


def _take_role(connection: Any, role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")
    connection.commit()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL", "foreign_keys=ON", f"busy_timeout={_BUSY_MS}", "synchronous=NORMAL",
        "wal_autocheckpoint=8000", "cache_size=-32768",  # 32 MB each: an import writes the same pages over and over
    ):  # fmt: skip
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("tandem_waits", True):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("tandem_writes", False) else "BEGIN")
        return
    connection.exec_driver_sql("PRAGMA busy_timeout=0")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={_BUSY_MS}")
