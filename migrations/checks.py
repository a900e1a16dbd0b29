"""CHECK constraints that hold a column to a list of values, replaced on both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from alembic import op


def hold(
    table: str, lists: Mapping[str, Sequence[str]], instead_of: Sequence[str], columns: Mapping[str, str] | None = None
) -> None:
    """Replace the lists that a table holds columns to; SQLite builds the table anew for it.

    Args:
        lists: values by the name of the constraint, which is the column's unless ``columns`` says otherwise.
        instead_of: names of the constraints that go.
    """
    with op.batch_alter_table(table) as batch:
        for name in instead_of:
            batch.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        for name, values in lists.items():
            column, listed = (columns or {}).get(name, name), ", ".join(f"'{value}'" for value in values)
            batch.create_check_constraint(op.f(f"ck_{table}_{name}"), f"{column} IN ({listed})")
