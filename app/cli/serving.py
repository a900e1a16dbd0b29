"""``tandem serve``, ``worker``, ``sample load``: run the platform."""

from __future__ import annotations

import click

from app.cli.acting import command, opened
from partners.database import EVERY_TENANT, writing


def register(main: click.Group) -> None:
    """Add the commands that run the platform."""

    @command(main, "serve")
    @click.option("--processes", default=2, show_default=True, help="Web processes.")
    @click.option("--with-worker", is_flag=True, help="Start the worker too and restart it when it dies.")
    @click.option("--with-sample", is_flag=True, help="Load the sample world first where the database is empty.")
    @click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at; 0.0.0.0 for all.")
    def serve(processes: int, with_worker: bool, with_sample: bool, host: str) -> None:
        """Start the web server on PORT (8000).

        Example: PORT=8080 tandem serve --with-worker --host 0.0.0.0
        """
        from app import server

        here = opened()
        if with_sample:
            _load_sample_once()
        server.serve(here.settings, processes, with_worker, host)

    @command(main, "worker")
    def worker() -> None:
        """Start a worker that does the jobs: counting, reading files, closing periods, rendering documents."""
        from app import worker as background

        background.main(opened().settings)

    @main.group()
    def sample() -> None:
        """The sample world: invented brands to try everything with."""

    @command(sample, "load")
    def load() -> None:
        """Fill an empty database with the sample world.

        Example: TANDEM_VAR=/tmp/try tandem sample load
        """
        if not _load_sample_once():
            click.echo("The database is not empty, so nothing was loaded.", err=True)
            raise SystemExit(1)


def _load_sample_once() -> bool:
    """Load the sample world where no partner exists; say who may sign in; return whether it was loaded."""
    from app.passwords import digest_password
    from partners import sample

    here = opened()
    with writing(here.engine, EVERY_TENANT) as session:
        is_new = sample.is_empty(session)
        if is_new:
            click.echo("Loading the sample world")
            keys = here.settings.token_key, here.settings.seal_key
            sample.load(session, here.store, *keys, digest_password(sample.PASSWORD), here.now())
            session.commit()
    home = here.settings.var / "sample"
    if is_new:
        home.mkdir(exist_ok=True)
        for name, content in sample.files_at_home().items():
            (home / name).write_bytes(content)
    click.echo(f"\n  Sign in at {here.settings.base_url} with the password “{sample.PASSWORD}” as")
    for role, email, name in sample.SIGN_INS:
        click.echo(f"    {role:<16} {email:<32} {name}")
    if home.is_dir():
        click.echo(f"\n  Keys and lists of members of two brands, to register an audience with: {home}")
    click.echo()
    return is_new
