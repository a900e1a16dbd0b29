"""``tandem conversions``: report what was sold and what was refunded."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.acting import acting, as_actor, command, commit_and_work, existing_file, opened
from partners.database import reading
from partners.referrals import queries, services


def register(main: click.Group) -> None:
    """Add the commands of evidence."""

    @main.group()
    def conversions() -> None:
        """Report conversions and refunds as evidence."""

    @command(conversions, "import")
    @click.argument("file", type=existing_file())
    @click.option("--failed", type=click.Path(path_type=Path), help="Write rows that were not taken to this CSV file.")
    @acting
    def import_conversions(
        file: Path, failed: Path | None, email: str, partner_code: str | None, role: str | None
    ) -> None:
        """Import a CSV of conversions or of refunds; the header row tells which.

        Example: tandem conversions import october.csv --as finance@morgenrot.example --failed failed.csv
        """
        here = opened()
        with as_actor(here, email, partner_code, role) as (session, actor), file.open("rb") as stream:
            key = here.settings.token_key
            received = services.receive_import(session, actor, here.store, file.name, stream, here.now(), key)
            import_id = received.id
            commit_and_work(here, session)
        with reading(here.engine, actor.partner_id) as session:
            page = queries.import_page(session, actor, import_id).card
            click.echo(f"{page.accepted} taken, {page.duplicates} known before, {page.rejected} not taken")
            if failed and page.rejected:
                failed.write_bytes(b"".join(queries.failed_rows(session, actor, import_id)))
                click.echo(f"rows to mend and send again: {failed}")
