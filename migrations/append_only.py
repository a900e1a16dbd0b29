"""Triggers that refuse UPDATE and DELETE on tables whose history is never rewritten, on both databases."""

from __future__ import annotations

from collections.abc import Iterable

from alembic import op

_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$
"""


def protect(tables: Iterable[str]) -> None:
    """Make tables append-only."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_FUNCTION)
        for table in tables:
            op.execute(
                f'CREATE TRIGGER append_only_{table} BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}" '
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite()"
            )
        return
    for table in tables:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f'CREATE TRIGGER append_only_{table}_{verb.lower()} BEFORE {verb} ON "{table}" '
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def release(tables: Iterable[str], last: bool = True) -> None:
    """Undo ``protect``; used only on the way down. ``last``: no other table is protected any more."""
    postgres = op.get_bind().dialect.name == "postgresql"
    for table in tables:
        if postgres:
            op.execute(f'DROP TRIGGER append_only_{table} ON "{table}"')
        else:
            for verb in ("update", "delete"):
                op.execute(f"DROP TRIGGER append_only_{table}_{verb}")
    if postgres and last:
        op.execute("DROP FUNCTION refuse_rewrite()")
