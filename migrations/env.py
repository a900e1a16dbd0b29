"""Run by Alembic: connects and applies the versions in one transaction."""

from alembic import context
from sqlalchemy import Engine

import config
from partners.database import open_engine
from partners.tables import metadata


def run() -> None:
    """Apply migrations over the engine handed in, or over the one the settings name."""
    engine = context.config.attributes.get("engine")
    if not isinstance(engine, Engine):
        engine = open_engine(config.load().database_url)
    with engine.execution_options(tandem_writes=True).connect() as connection:
        context.configure(
            connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True,
        )  # fmt: skip
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
