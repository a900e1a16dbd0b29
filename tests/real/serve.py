"""``make run-real``: the world made from the public data sets, served like any other."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import config
from app.cli.acting import opened
from app.passwords import digest_password
from app.server import serve
from partners import sample
from partners.database import writing
from partners.sample.queries import is_empty
from tests.real import journey
from tests.real.files import folder
from tests.real.grocer import read_grocer
from tests.real.platform import Platform


def main() -> int:
    """Build the world on first start, say who may sign in, and serve it."""
    if not (folder() / "complete_journey").is_dir():
        print(f"The public data sets are not in {folder()}. Set TANDEM_REAL_DATA to their folder.", file=sys.stderr)
        return 1
    settings = config.load()
    here = opened()
    with writing(here.engine) as session:
        is_new = is_empty(session)
    if is_new:
        print("Building the world of a real grocer; this takes a minute or two", flush=True)
        journey.build(Platform(settings.var), read_grocer(), digest_password(sample.PASSWORD), datetime.now(UTC))
    print(f"Sign in at {settings.base_url} with the password “{sample.PASSWORD}” as", flush=True)
    print("manager, viewer, finance, finance2 or admin, each @cheese.example", flush=True)
    serve(settings, 2, with_worker=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
