"""``tandem audience blind``: make tokens of a list at the brand. Opens no installation and asks no server."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.cli.acting import command, existing_file
from partners.audiences.blinding import portable


def register(main: click.Group) -> None:
    """Add the command to those of audiences."""
    audience = main.commands["audience"]
    assert isinstance(audience, click.Group)

    @command(audience, "blind")
    @click.argument("file", type=existing_file())
    @click.option("--key", type=existing_file(), required=True, help="Key file of your brand; it stays here.")
    @click.option("--sealed", type=existing_file(), required=True, help="Sealed keys, from the page of keys.")
    @click.option("--partnership", "partnerships", multiple=True, metavar="NAME", help="Only this one; repeatable.")
    @click.option("--region", metavar="CC", help='Country of telephone numbers without "+", such as DE.')
    @click.option("--segment", metavar="COLUMN", help="Column with the label of a member's segment.")
    @click.option("--out", type=click.Path(path_type=Path), required=True, help="Token file to write.")
    @click.option("--failed", type=click.Path(path_type=Path), help="Write rows that were dropped to this CSV file.")
    def blind(
        file: Path, key: Path, sealed: Path, partnerships: tuple[str, ...], region: str | None, segment: str | None,
        out: Path, failed: Path | None,
    ) -> None:  # fmt: skip
        """Make tokens of a CSV of e-mail addresses or telephone numbers, here; only the tokens are to be uploaded.

        Example: tandem audience blind members.csv --key morgenrot.key --sealed sealed-keys.json --region DE
        --out members.tokens.csv --failed failed.csv
        """
        asked = portable.Asked(file, key, sealed, out, failed, partnerships, region, segment)
        with click.progressbar(length=file.stat().st_size, label="blinding", file=sys.stderr) as bar:
            report = portable.blind_file(asked, lambda done: bar.update(done - bar.pos))
        for line in report:
            click.echo(line)
