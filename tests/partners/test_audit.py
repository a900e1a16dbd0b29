"""The audit log: one chain, in which every changed byte shows."""

from random import Random

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from partners import audit
from partners.database import reading, writing
from tests.cast import Cast, build_cast
from tests.conftest import NOW, owning


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


def test_every_changed_byte_is_named(engine: Engine) -> None:
    """A hundred changes, each of one byte of one column, by somebody with all rights on the database."""
    random = Random(20261122)
    with writing(engine) as session:
        cast = build_cast(session, NOW)
        for number in range(40):
            before, after = {"name": f"name {number}", "floor": number}, {"name": "新名字", "is_open": True}
            audit.record(session, cast.alder.manager, "rename_partner", cast.alder.partner, NOW, before, after)
        session.commit()

    named = []
    with owning(engine) as owner:
        _without_guard(owner, "SELECT 1")
        while len(named) < 100:
            if (seq := _change_one_byte(owner, random)) is not None:
                with reading(engine) as session:
                    found = audit.first_break(session)
                named.append(found is not None and found.seq == seq)
                _undo(owner)

    assert named == [True] * 100


TEXTS = ("user_id", "seat_id", "partner_id", "action", "thing", "thing_id", "digest", "before", "after")


def _change_one_byte(engine: Engine, random: Random) -> int | None:
    """Change one byte of a random event; None where the database refuses the value, such as JSON that is none."""
    seq, column = random.randint(1, 40), random.choice(TEXTS)
    is_json = engine.dialect.name == "postgresql" and column in ("before", "after")
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE kept AS SELECT * FROM audit_event WHERE seq = {seq}"))
        shown = f"{column}::text" if is_json else column
        old = str(connection.scalar(text(f"SELECT {shown} FROM audit_event WHERE seq = {seq}")))
        place = random.randrange(len(old))
        byte = random.choice([chr(code) for code in range(32, 127) if chr(code) != old[place]])
        new = old[:place] + byte + old[place + 1 :]
        bound = ":new ::json" if is_json else ":new"
        try:
            with connection.begin_nested():
                connection.execute(text(f"UPDATE audit_event SET {column} = {bound} WHERE seq = {seq}"), {"new": new})
        except DBAPIError:
            connection.execute(text("DROP TABLE kept"))
            return None
    return seq


def _undo(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_event WHERE seq = (SELECT seq FROM kept)"))
        connection.execute(text("INSERT INTO audit_event SELECT * FROM kept"))
        connection.execute(text("DROP TABLE kept"))


def _without_guard(engine: Engine, change: str) -> None:
    with owning(engine) as owner, owner.begin() as connection:
        if owner.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE audit_event DISABLE TRIGGER USER"))
        else:
            connection.execute(text("DROP TRIGGER append_only_audit_event_update"))
            connection.execute(text("DROP TRIGGER append_only_audit_event_delete"))
        connection.execute(text(change))
