"""Two brands with keys, tokens, lists on their disks and a blind count, and a real server that their commands reach."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from click.testing import CliRunner, Result
from flask import Flask
from werkzeug.serving import make_server

from app.cli import main
from app.installation import Installation
from partners.audiences.blind import services
from partners.audiences.keys.sealed import make_brand_key, write_brand_key
from partners.audiences.keys.services import publish_brand_key
from partners.database import EVERY_TENANT, writing
from partners.directory.accounts import token_services
from tests.cast import Brand, Cast
from tests.conftest import NOW
from tests.partners.audiences.blind.world import declared

SCOPES = ("read", "count_blind")
ALDERS = [f"member{number}@example.com" for number in range(1_100)]
BIRCHES = [f"Member{number}@EXAMPLE.com " for number in range(950, 2_000)]


@dataclass(frozen=True, slots=True)
class Home:
    """What one brand has on its machine: a list, a token, its key, a folder to work in; and its declared list."""

    folder: Path
    audience_id: str

    def run(self, url: str, *more: str) -> Result:
        """Run the command for a blind count, in this process."""
        arguments = [
            "blind-count", "run", str(self.folder / "members.csv"), "--url", url, "--token-file",
            str(self.folder / "token"), "--key", str(self.folder / "brand.key"), "--work", str(self.folder / "blind"),
            "--cores", "1", *more,
        ]  # fmt: skip
        return CliRunner().invoke(main, arguments, catch_exceptions=False)


def home_of(place: Installation, brand: Brand, addresses: list[str], folder: Path) -> Home:
    """Give a brand its key, a token and a list, and declare the list."""
    folder.mkdir()
    pair = make_brand_key()
    (folder / "members.csv").write_text("\n".join(["email", *addresses, "nobody", ""]))
    (folder / "brand.key").write_text(write_brand_key(pair, brand.partner.name))
    with writing(place.engine, EVERY_TENANT) as session:
        publish_brand_key(session, brand.manager, pair.public, NOW)
        token = token_services.make_token(session, brand.admin, "Blind counts", SCOPES, 90, NOW)
        audience_id = declared(session, brand, len(set(addresses)))
        session.commit()
    (folder / "token").write_text(token.secret + "\n")
    return Home(folder, audience_id)


def homes_of(place: Installation, world: Cast, folder: Path) -> tuple[Home, Home]:
    """Give Alder and Birch lists that share 150 members."""
    return (
        home_of(place, world.alder, ALDERS, folder / "alder"),
        home_of(place, world.birch, BIRCHES, folder / "birch"),
    )


def propose(place: Installation, world: Cast, home: Home) -> str:
    """Let Alder propose a count of its declared list; return the count's id."""
    with writing(place.engine, EVERY_TENANT) as session:
        row = services.propose_blind_count(
            session, world.alder.manager, world.partnership.id, home.audience_id, NOW
        )  # fmt: skip
        session.commit()
        return row.id


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an application on this machine while the block runs; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
