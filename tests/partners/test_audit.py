"""The audit log: one chain, in which every changed byte shows."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from partners import audit
from partners.database import writing
from tests.cast import Cast, build_cast
from tests.conftest import NOW


def test_events_are_numbered_and_chained(session: Session, cast: Cast) -> None:
    for name in ("a", "b", "c"):
        audit.record(session, cast.alder.manager, "rename_partner", cast.alder.partner, NOW, after={"name": name})

    assert audit.head_of(session)[0] == 3
    assert audit.first_break(session) is None


def test_an_empty_log_holds(session: Session) -> None:
    assert audit.first_break(session) is None


CHANGES = [
    "UPDATE audit_event SET action = 'other' WHERE seq = 2",
    "UPDATE audit_event SET user_id = NULL WHERE seq = 2",
    "UPDATE audit_event SET at = '2020-01-01 00:00:00' WHERE seq = 2",
    "DELETE FROM audit_event WHERE seq = 2",
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_behind_the_guard_is_named(engine: Engine, change: str) -> None:
    with writing(engine) as session:
        cast = build_cast(session, NOW)
        for name in ("a", "b", "c"):
            audit.record(session, cast.alder.manager, "rename_partner", cast.alder.partner, NOW, after={"name": name})
        session.commit()
    _without_guard(engine, change)

    with writing(engine) as session:
        found = audit.first_break(session)

    assert found is not None
    assert found.seq == 2


def test_a_cut_end_is_named(sqlite_engine: Engine) -> None:
    with writing(sqlite_engine) as session:
        cast = build_cast(session, NOW)
        for name in ("a", "b"):
            audit.record(session, cast.alder.manager, "rename_partner", cast.alder.partner, NOW, after={"name": name})
        session.commit()
    _without_guard(sqlite_engine, "DELETE FROM audit_event WHERE seq = 2")

    with writing(sqlite_engine) as session:
        found = audit.first_break(session)

    assert found is not None
    assert found.seq == 2


def _without_guard(engine: Engine, change: str) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE audit_event DISABLE TRIGGER USER"))
        else:
            connection.execute(text("DROP TRIGGER append_only_audit_event_update"))
            connection.execute(text("DROP TRIGGER append_only_audit_event_delete"))
        connection.execute(text(change))
