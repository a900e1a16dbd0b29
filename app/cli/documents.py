"""``tandem statement``, ``verify``, ``audit``, ``ledger``: take documents out and prove them."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.acting import PLACES, acting, as_actor, command, existing_file, opened
from partners import audit
from partners.database import reading
from partners.digest import digest_of
from partners.ledger.queries import check_ledger
from partners.revenue import statement_queries


def register(main: click.Group) -> None:
    """Add the commands of documents and proofs."""
    _register_statement(main)
    _register_verify(main)
    _register_proofs(main)


def _register_statement(main: click.Group) -> None:
    @main.group()
    def statement() -> None:
        """Settlement statements."""

    @command(statement, "pdf")
    @click.argument("number")
    @click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
    @click.option("--out", type=click.Path(path_type=Path), help="File to write; NUMBER.pdf here by default.")
    @acting
    def pdf(
        number: str, language: str, out: Path | None, email: str, partner_code: str | None, role: str | None
    ) -> None:
        """Write a statement's PDF, with its JSON and lines attached.

        Example: tandem statement pdf MOR-2026-0003 --as finance@morgenrot.example --language zh
        """
        from reports.archive import archived
        from reports.statement import statement_pdf

        here = opened()
        with as_actor(here, email, partner_code, role) as (session, actor):
            statement_id = statement_queries.statement_id_of(session, actor, number)
            document = statement_queries.statement_document(session, actor, statement_id)
            kept = archived(session, here.store, statement_id, language)
            content = kept or statement_pdf(document, language, PLACES)
        target = out or Path(f"{number}.pdf")
        target.write_bytes(content)
        click.echo(f"{target}: {len(content):,} bytes, digest of the statement {digest_of(document)}")


def _register_verify(main: click.Group) -> None:
    @command(main, "verify")
    @click.argument("file", type=existing_file())
    @click.option("--digest", default="", metavar="SHA256", help="Digest that the other side has told you.")
    def verify(file: Path, digest: str) -> None:
        """Recompute a statement's PDF or JSON from the evidence in it, without the platform.

        Example: tandem verify MOR-2026-0003.pdf
        """
        from reports.verify import verify_json, verify_pdf

        content = file.read_bytes()
        is_pdf = content[:5] == b"%PDF-"
        verdict = verify_pdf(content, PLACES, digest) if is_pdf else verify_json(content, digest)
        for note in verdict.notes:
            click.echo(f"note: {note}")
        for difference in verdict.differences:
            click.echo(difference)
        if not verdict.ok:
            click.echo(f"{file.name} does not hold", err=True)
            raise SystemExit(1)
        click.echo(f"{file.name} holds: {verdict.kind} {verdict.number}, digest {verdict.digest}")


def _register_proofs(main: click.Group) -> None:
    @main.group(name="audit")
    def audit_group() -> None:
        """The audit log."""

    @command(audit_group, "verify")
    def audit_verify() -> None:
        """Recompute the chain of the audit log and name the first event that does not hold."""
        with reading(opened().engine) as session:
            found = audit.first_break(session)
            seq, digest = audit.head_of(session)
        if found:
            click.echo(f"event {found.seq} was changed: digest {found.found}, expected {found.expected}", err=True)
            raise SystemExit(1)
        click.echo(f"{seq} events hold, head {digest}")

    @main.group()
    def ledger() -> None:
        """The books."""

    @command(ledger, "verify")
    def ledger_verify() -> None:
        """Check every rule of the ledger: entries balance, nothing is missing, the chain holds."""
        with reading(opened().engine) as session:
            faults = check_ledger(session)
        for fault in faults:
            click.echo(str(fault), err=True)
        if faults:
            raise SystemExit(1)
        click.echo("the ledger balances")
