"""The schema that migrations build is the one the models describe, up and down, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from migrations import downgrade, upgrade
from partners.database import APPEND_ONLY, EVERY_TENANT, reading, writing
from partners.tables import metadata
from tests.cast import build_cast
from tests.conftest import NOW
from tests.partners.network.landscape import add_audience, add_overlap


def test_models_and_migrations_agree(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        differences = compare_metadata(context, metadata)

    assert differences == []


def test_down_to_nothing_and_up_again(engine: Engine) -> None:
    downgrade(engine)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}

    upgrade(engine)

    assert set(metadata.tables) <= set(inspect(engine).get_table_names())


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_history_has_a_guard_on_both_verbs(engine: Engine, table: str) -> None:
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            query = "SELECT count(*) * 2 FROM pg_trigger WHERE tgname = :name"
            found = connection.scalar(text(query), {"name": f"append_only_{table}"})
        else:
            query = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :name"
            found = connection.scalar(text(query), {"name": table})

    assert found == 2


def test_an_audit_event_cannot_be_rewritten(engine: Engine) -> None:
    from partners import audit

    with writing(engine) as session:
        cast = build_cast(session, NOW)
        audit.record(session, cast.alder.manager, "tried", cast.alder.partner, NOW, after={"name": "x"})
        session.commit()

    for statement in ("UPDATE audit_event SET action = 'other'", "DELETE FROM audit_event"):
        with writing(engine) as session, pytest.raises(DBAPIError, match=r"append-only|permission denied"):
            session.execute(text(statement))


def test_lists_and_counts_of_an_older_platform_are_kept(engine: Engine) -> None:
    with writing(engine, EVERY_TENANT) as session:
        cast = build_cast(session, NOW)
        one = add_audience(session, cast.alder, cast.alder.community, 5_000)
        other = add_audience(session, cast.birch, cast.birch.community, 4_000)
        add_overlap(session, cast.partnership, one, other, 300)
        session.commit()

    downgrade(engine, "2026_11_22_tenant_wall")
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT shared FROM overlap")) == 300
    upgrade(engine)

    with reading(engine, EVERY_TENANT) as session:
        counted = text("SELECT noisy, size_a + size_b, epsilon_milli FROM overlap")
        assert session.execute(counted).one() == (300, 9_000, 0)
        files = session.execute(text("SELECT key_name, store_key FROM token_file")).all()
        assert set(files) == {("", f"audiences/{each}.tokens") for each in (one.id, other.id)}
