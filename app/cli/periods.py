"""``tandem period``: close an accounting month and approve what it owes."""

from __future__ import annotations

import click
from sqlalchemy.orm import Session

from app.cli.acting import acting, as_actor, command, commit_and_work, opened
from partners.database import reading
from partners.directory import queries as directory
from partners.directory.policy import Actor
from partners.errors import NotFound
from partners.revenue import queries, services, statement_queries
from reports import format


def register(main: click.Group) -> None:
    """Add the commands of periods."""

    @main.group()
    def period() -> None:
        """Close accounting months."""

    @command(period, "close")
    @click.argument("label", metavar="YYYY-MM")
    @click.option("--partnership", required=True, metavar="NAME", help="Name or id of the partnership.")
    @acting
    def close(label: str, partnership: str, email: str, partner_code: str | None, role: str | None) -> None:
        """Close a period: fix its watermark and draft its statements.

        Example: tandem period close 2026-10 --partnership "Breakfast table" --as finance@morgenrot.example
        """
        here = opened()
        with as_actor(here, email, partner_code, role) as (session, actor):
            found = _partnership(session, actor, partnership)
            closed = services.close_period(session, actor, found, label, here.now())
            watermark = closed.watermark
            commit_and_work(here, session)
        click.echo(f"closed {label} at evidence number {watermark}")

    @command(period, "approve")
    @click.argument("label", metavar="YYYY-MM")
    @click.option("--partnership", required=True, metavar="NAME", help="Name or id of the partnership.")
    @acting
    def approve(label: str, partnership: str, email: str, partner_code: str | None, role: str | None) -> None:
        """Approve the drafts of a closed period, as a second person at the payer, and issue its statements.

        Example: tandem period approve 2026-10 --partnership "Breakfast table" --as finance2@morgenrot.example
        """
        here = opened()
        with as_actor(here, email, partner_code, role) as (session, actor):
            found = _partnership(session, actor, partnership)
            period_id = queries.period_id_of(session, actor, found, label)
            digest = queries.period_page(session, actor, period_id, here.now()).own_digest
            services.approve_drafts(session, actor, period_id, digest, here.now())
            commit_and_work(here, session)
        with reading(here.engine, actor.partner_id) as session:
            for card in statement_queries.statements_of_period(session, actor, period_id):
                if card.payer.id == actor.partner_id:
                    click.echo(f"{card.number} {format.money_with_code(card.closing_minor, card.currency)}")


def _partnership(session: Session, actor: Actor, wanted: str) -> str:
    for card in directory.partnerships(session, actor):
        if wanted in (card.id, card.name):
            return card.id
    raise NotFound()
