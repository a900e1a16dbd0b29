"""``tandem operator create``: who runs the platform, set up once."""

from __future__ import annotations

import click

from app.cli.acting import command, opened
from partners import outbox
from partners.database import EVERY_TENANT, writing


def register(main: click.Group) -> None:
    """Add the command that sets up who runs the platform."""

    @main.group()
    def operator() -> None:
        """Who runs the platform: approves and suspends brands, and sees nothing of what they share."""

    @command(operator, "create")
    @click.option("--email", required=True, metavar="EMAIL", help="Of its first admin.")
    @click.option("--name", "person", required=True, help="Of its first admin.")
    @click.option("--called", default="Tandem", show_default=True, help="What the operator is called.")
    @click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
    def create(email: str, person: str, called: str, language: str) -> None:
        """Set up who runs the platform, once, and print the link with which its first admin signs in.

        Example: tandem operator create --email olga@platform.example --name "Olga Brenner"
        """
        from app import links
        from app.jobs import HANDLERS
        from partners.directory import standing_services

        here = opened()
        with writing(here.engine, EVERY_TENANT) as session:
            sent = standing_services.set_up_operator(session, called, email, person, language, here.now())
            waiting = outbox.dispatch(session, HANDLERS, here.now())
            session.commit()
        here.queue.put(waiting)
        click.echo("Open this link within seven days, set a password, and then a second factor:")
        click.echo(links.to_seat(here.settings, sent.id))
