"""``tandem audience``: register a list of members from this machine."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.acting import Day, acting, as_actor, command, commit_and_work, existing_file, opened
from partners import tabular
from partners.audiences import services
from partners.audiences.models import LawfulBasis
from partners.communities import queries as communities
from partners.database import reading

if TYPE_CHECKING:
    from app.installation import Installation
    from partners.communities.models import Community
    from partners.directory.policy import Actor

BASES = [basis.value for basis in LawfulBasis]


def register(main: click.Group) -> None:
    """Add the commands of audiences."""

    @main.group()
    def audience() -> None:
        """Register lists of members; only tokens are kept."""

    @command(audience, "register")
    @click.argument("file", type=existing_file())
    @click.option("--community", required=True, metavar="CODE", help="Community of the list.")
    @click.option("--as-of", type=Day(), required=True, help="Day the list was true.")
    @click.option("--expires", type=Day(), required=True, help="Day after which it is not counted.")
    @click.option("--basis", type=click.Choice(BASES), required=True, help="Lawful basis.")
    @click.option("--purpose", required=True, help="What the members were told it is for.")
    @click.option("--failed", type=click.Path(path_type=Path), help="Write rows that were not taken to this CSV file.")
    @acting
    def register_audience(
        file: Path, community: str, as_of: date, expires: date, basis: str, purpose: str, failed: Path | None,
        email: str, partner_code: str | None, role: str | None,
    ) -> None:  # fmt: skip
        """Register a CSV of e-mail addresses as an audience and count its overlaps.

        Example: tandem audience register members.csv --as manager@morgenrot.example --community morgenrot-regulars
        --as-of 2026-10-31 --expires 2027-10-31 --basis consent --purpose "joint campaigns" --failed failed.csv
        """
        here = opened()
        with as_actor(here, email, partner_code, role) as (session, actor), file.open("rb") as stream:
            found = _community(here, actor, community)
            registered = services.register_audience(
                session, actor, here.store, here.settings.token_key, found.id, as_of, expires, LawfulBasis(basis),
                purpose, file.name, stream, here.now(),
            )  # fmt: skip
            commit_and_work(here, session)
        click.echo(f"{registered.accepted} members, {registered.duplicates} repeated, {registered.rejected} not taken")
        for reason, times in sorted(registered.reasons.items()):
            click.echo(f"  {reason}: {times}")
        if failed and registered.failures:
            failed.write_bytes(b"".join(tabular.failed_csv(registered.header, registered.failures)))
            click.echo(f"rows to mend and send again: {failed}")


def _community(here: Installation, actor: Actor, code: str) -> Community:
    """Look up in a session of its own: the writing one takes its lock only once the file is read."""
    with reading(here.engine, actor.partner_id) as session:
        return communities.own_community_named(session, actor, code)
