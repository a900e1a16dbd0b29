"""PostgreSQL's second wall behind the queries: a role that can only add to history, and rows that only tenants see.

Every session of the application works in the role ``tandem_app`` and names its tenant in ``tandem.tenant``
(``partners.database``). Who owns the tables, such as whoever migrates, is not held.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from alembic import op

from partners.database import APP_ROLE, EVERY_TENANT

_TENANT = "current_setting('tandem.tenant', true)"
_ITS_OWN = f"{_TENANT} IN ('{EVERY_TENANT}', partner_id)"

FIRST_OWNED = {
    "api_token": _ITS_OWN,
    "audience": _ITS_OWN,
    "bank_account": _ITS_OWN,
    "draft": f"{_TENANT} IN ('{EVERY_TENANT}', payer_id, payee_id)",
}
TOKENS_OWNED = {"token_file": _ITS_OWN, "withdrawal": _ITS_OWN}
OWNED = FIRST_OWNED | TOKENS_OWNED
"""Table -> condition under which a session sees and writes a row."""

SHARED_AUDIENCE = f"""EXISTS (
    SELECT 1 FROM partnership_partner AS mine
    JOIN partnership_partner AS other ON other.partnership_id = mine.partnership_id
    JOIN partnership ON partnership.id = mine.partnership_id
    WHERE mine.partner_id = {_TENANT} AND other.partner_id = audience.partner_id
    AND partnership.footing IN ('exploring', 'signed'))"""  # noqa: S608 (constants)
"""Partners see that an audience exists and how large it is, which overlaps are shown with; tokens are in no table."""

SHARED_TOKEN_FILE = f"""EXISTS (
    SELECT 1 FROM partnership_partner AS mine WHERE mine.partner_id = {_TENANT}
    AND mine.partnership_id = token_file.partnership_id)"""  # noqa: S608 (constants)
"""Partners see that a token file of their partnership exists: under which key, and of how many members."""

_MAKE_ROLE = f"""
DO $$ BEGIN CREATE ROLE {APP_ROLE} NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
"""


def raise_wall(append_only: Iterable[str]) -> None:
    """Make the role, grant it what it needs and no more, and close rows to whoever names no tenant."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for statement in (
        _MAKE_ROLE,
        f"GRANT {APP_ROLE} TO CURRENT_USER",
        f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP_ROLE}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}",
        f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {APP_ROLE}",
        *(f'REVOKE UPDATE, DELETE ON "{table}" FROM {APP_ROLE}' for table in append_only),
    ):
        op.execute(statement)
    close_rows(FIRST_OWNED, {"audience": SHARED_AUDIENCE})


def admit(tables: Iterable[str], append_only: Iterable[str]) -> None:
    """Let the role work on tables that were made after the wall; to the append-only ones it can only add."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in tables:
        op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO {APP_ROLE}')
    for table in append_only:
        op.execute(f'REVOKE UPDATE, DELETE ON "{table}" FROM {APP_ROLE}')


def close_rows(owned: Mapping[str, str], shared: Mapping[str, str]) -> None:
    """Show rows of these tables to whom they belong, and to read those of ``shared`` also under its condition."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, condition in owned.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({condition})")
    for table, condition in shared.items():
        op.execute(f"CREATE POLICY partners ON {table} FOR SELECT USING ({condition})")


def lower_wall() -> None:
    """Undo ``raise_wall``; the role stays, because other databases of the server may use it."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("DROP POLICY partners ON audience")
    for table in FIRST_OWNED:
        op.execute(f"DROP POLICY tenant ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {APP_ROLE}")
    op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {APP_ROLE}")
    op.execute(f"REVOKE USAGE ON SCHEMA public FROM {APP_ROLE}")
