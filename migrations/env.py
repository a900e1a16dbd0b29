"""Run by Alembic: connects and applies the versions in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from sqlalchemy import Connection, Engine

import config
from partners.database import open_engine
from partners.tables import metadata


def run() -> None:
    """Apply migrations over the engine handed in, or over the one the settings name."""
    engine = context.config.attributes.get("engine")
    if not isinstance(engine, Engine):
        engine = open_engine(config.load().database_url, role="")
    with engine.execution_options(tandem_writes=True).connect() as connection, _unbound(connection):
        context.configure(
            connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True,
        )  # fmt: skip
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


@contextmanager
def _unbound(connection: Connection) -> Iterator[None]:
    """Let SQLite build tables anew that others refer to, and look at the end whether every reference holds."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw: Any = connection.connection.dbapi_connection
    raw.execute("PRAGMA foreign_keys=OFF")
    yield
    lost = raw.execute("PRAGMA foreign_key_check").fetchall()
    raw.execute("PRAGMA foreign_keys=ON")
    if lost:
        raise RuntimeError(f"rows refer to nothing after the migration: {lost[:5]}")


run()
