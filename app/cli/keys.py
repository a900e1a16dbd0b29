"""``tandem key``: make the keys of a brand and of a partnership, at the brand. Nothing here asks a server."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.acting import command, existing_file
from partners.audiences.blinding.portable import text_of, write_privately
from partners.audiences.keys import sealed
from partners.errors import Conflict


class AlreadyThere(Conflict):
    """{path} is there already. A key that is overwritten is lost; choose another name."""


def register(main: click.Group) -> None:
    """Add the commands of keys."""

    @main.group()
    def key() -> None:
        """Make keys and open sealed ones, on this machine only."""

    _register_brand(key)
    _register_partnership(key)


def _register_brand(key: click.Group) -> None:
    @command(key, "make")
    @click.option("--brand", required=True, metavar="NAME", help="Written into the file, so that people know whose.")
    @click.option("--out", type=click.Path(path_type=Path), required=True, help="Key file to write; keep it safe.")
    def make(brand: str, out: Path) -> None:
        """Make the key pair of a brand and print the public half, which goes to the page of keys.

        Example: tandem key make --brand Morgenrot --out morgenrot.key
        """
        pair = sealed.make_brand_key()
        _write_new(out, sealed.write_brand_key(pair, brand))
        _show(pair)
        click.echo(f"{out} opens what is sealed for you. It never leaves your house.", err=True)

    @command(key, "name")
    @click.argument("file", type=existing_file())
    def name(file: Path) -> None:
        """Print the public half of a brand's key and its name, to be read to a partner.

        Example: tandem key name morgenrot.key
        """
        _show(sealed.read_brand_key(text_of(file)))


def _register_partnership(key: click.Group) -> None:
    @command(key, "share")
    @click.argument("request", type=existing_file())
    @click.option("--out", type=click.Path(path_type=Path), required=True, help="File to write and to upload.")
    def share(request: Path, out: Path) -> None:
        """Make the key of a partnership and seal it for each brand that the request names; the key itself is not kept.

        Example: tandem key share key-request.json --out key-shares.json
        """
        asked = sealed.read_key_request(text_of(request))
        shares = sealed.share_key(sealed.make_partnership_key(), asked)
        _write_new(out, sealed.write_key_shares(shares))
        click.echo(f"{asked.partnership}: key {shares.key_name}, sealed for")
        for public in asked.public_keys.values():
            click.echo(f"  {sealed.public_name(public)}")
        click.echo("Before you upload it, call each brand: “tandem key name” must say there what is here.", err=True)

    @command(key, "open")
    @click.argument("file", type=existing_file())
    @click.option("--key", "brand_key", type=existing_file(), required=True, help="Key file of your brand.")
    def open_(file: Path, brand_key: Path) -> None:
        """List the names of the keys that your brand's key opens; ends with 1 if one does not open.

        Example: tandem key open sealed-keys.json --key morgenrot.key
        """
        pair = sealed.read_brand_key(text_of(brand_key))
        closed = []
        for copy in sealed.read_sealed_keys(text_of(file)):
            try:
                sealed.open_key(pair, copy)
                click.echo(f"{copy.key_name}  {copy.partnership}")
            except sealed.NotSealedForYou as error:
                closed.append(error)
        if closed:
            raise closed[0]


def _show(pair: sealed.BrandKeyPair) -> None:
    click.echo(f"public key  {pair.public.hex()}")
    click.echo(f"its name    {sealed.public_name(pair.public)}")


def _write_new(path: Path, text: str) -> None:
    try:
        write_privately(path, text.encode(), is_new=True)
    except FileExistsError:
        raise AlreadyThere(path=path) from None
