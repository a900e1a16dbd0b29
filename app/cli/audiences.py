"""``tandem audience``: register a list of members from this machine, and take out who withdrew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.cli.acting import Day, acting, as_actor, command, commit_and_work, existing_file, opened
from partners import tabular
from partners.audiences import register_services, withdrawal_services
from partners.audiences.ground import Ground, LawfulBasis, Use
from partners.communities import queries as communities
from partners.database import reading

if TYPE_CHECKING:
    from app.installation import Installation
    from partners.communities.models import Community
    from partners.directory.policy import Actor

BASES = [basis.value for basis in LawfulBasis]
USES = [use.value for use in Use]


def register(main: click.Group) -> None:
    """Add the commands of audiences that the platform runs."""

    @main.group()
    def audience() -> None:
        """Blind lists of members at home, register their tokens, take out who withdrew."""

    _register_registering(audience)
    _register_withdrawing(audience)


def grounded(run: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say on what ground and for how long a list may be used."""
    for option in (
        click.option("--assessment", default="", help="Number of the impact assessment, where the law asks for one."),
        click.option("--use", "uses", type=click.Choice(USES), multiple=True, default=USES[:1], show_default=True,
                     help="What it may be used for; may be repeated."),
        click.option("--region", required=True, metavar="CC", help="ISO 3166 country whose law holds."),
        click.option("--collected-to", type=Day(), required=True, help="Day the last of them joined."),
        click.option("--collected-from", type=Day(), required=True, help="Day the first of them joined."),
        click.option("--purpose", required=True, help="What the members were told it is for."),
        click.option("--consent-text", required=True, help="Version of the text they agreed to."),
        click.option("--basis", "lawful_basis", type=click.Choice(BASES), required=True, help="Lawful basis."),
        click.option("--expires", "expires_on", type=Day(), required=True, help="Day until which it is kept."),
        click.option("--as-of", type=Day(), required=True, help="Day the list was true."),
    ):  # fmt: skip
        run = option(run)
    return run


def ground_of(options: dict[str, Any]) -> Ground:
    """Return the ground that the options of ``grounded`` say."""
    found: dict[str, Any] = {**options, "lawful_basis": LawfulBasis(options["lawful_basis"])}
    return Ground(**{**found, "uses": tuple(map(Use, options["uses"])), "region": options["region"].upper()})


def _register_registering(audience: click.Group) -> None:
    @command(audience, "register")
    @click.argument("file", type=existing_file())
    @click.option("--community", required=True, metavar="CODE", help="Community of the list.")
    @click.option("--failed", type=click.Path(path_type=Path), help="Write rows that were not taken to this CSV file.")
    @grounded
    @acting
    def register_audience(
        file: Path, community: str, failed: Path | None, email: str, partner_code: str | None, role: str | None,
        **ground: date | str | tuple[str, ...],
    ) -> None:  # fmt: skip
        """Register a token file that “tandem audience blind” wrote, and count its overlaps.

        A list with addresses is refused as a whole.

        Example: tandem audience register members.tokens.csv --as manager@morgenrot.example --community
        morgenrot-regulars --as-of 2026-10-31 --expires 2027-10-31 --basis consent --consent-text "club terms 3"
        --collected-from 2024-01-01 --collected-to 2026-10-31 --purpose "joint campaigns" --region DE
        """
        here = opened()
        with as_actor(here, email, partner_code, role) as (session, actor), file.open("rb") as stream:
            found = _community(here, actor, community)
            previewed = register_services.preview_audience(
                session, actor, here.store, found.id, ground_of(ground), file.name, stream, here.now()
            )
            register_services.confirm_audience(session, actor, previewed.audience.id, here.now())
            commit_and_work(here, session)
        click.echo(f"{previewed.accepted} members, {previewed.duplicates} repeated, {previewed.rejected} not taken")
        for reason, times in sorted(previewed.reasons.items()):
            click.echo(f"  {reason}: {times}")
        if previewed.audience.similar_to_id:
            click.echo("It differs in too few members from an earlier list, which stays counted.")
        if failed and previewed.failures:
            failed.write_bytes(b"".join(tabular.failed_csv(previewed.header, previewed.failures)))
            click.echo(f"rows to mend and send again: {failed}")


def _register_withdrawing(audience: click.Group) -> None:
    @command(audience, "withdraw")
    @click.argument("file", type=existing_file())
    @acting
    def withdraw(file: Path, email: str, partner_code: str | None, role: str | None) -> None:
        """Take people out of every list of the brand and of every later one.

        FILE holds their tokens: blind the list of who withdrew with every key that you have.

        Example: tandem audience withdraw gone.tokens.csv --as manager@morgenrot.example
        """
        here = opened()
        with as_actor(here, email, partner_code, role) as (session, actor), file.open("rb") as stream:
            row = withdrawal_services.withdraw_members(session, actor, here.store, file.name, stream, here.now())
            commit_and_work(here, session)
        click.echo(f"{row.members} people are left out from now on; {row.lists} lists changed")


def _community(here: Installation, actor: Actor, code: str) -> Community:
    """Look up in a session of its own: the writing one takes its lock only once the file is read."""
    with reading(here.engine, actor.partner_id) as session:
        return communities.own_community_named(session, actor, code)
