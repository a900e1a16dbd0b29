"""Alembic: the schema's history. ``upgrade(engine)`` brings a database to the newest version."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from partners.database import open_engine


def alembic_config(engine: Engine) -> Config:
    """Return Alembic's configuration for an engine; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up to a revision."""
    with _owner(engine) as owner:
        command.upgrade(alembic_config(owner), revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take the schema down to a revision; ``base`` is the empty database."""
    with _owner(engine) as owner:
        command.downgrade(alembic_config(owner), revision)


@contextmanager
def _owner(engine: Engine) -> Iterator[Engine]:
    """Give an engine that works as who owns the tables; on PostgreSQL the application's role may not change them."""
    if engine.dialect.name == "sqlite":
        yield engine
        return
    owner = open_engine(engine.url.render_as_string(hide_password=False), role="")
    try:
        yield owner
    finally:
        owner.dispose()
