"""Pages of the sample world through WSGI in one process, beside a bare Flask page through the same client."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from flask import Flask, render_template_string
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from app import create_app
from app.installation import Installation
from app.worker import reap, run_job
from migrations import upgrade
from partners import sample
from partners.database import reading, writing
from partners.outbox import Job
from tests.benchmarks.results import Report, at_most
from tests.benchmarks.timing import measured
from tests.sample_world import LOADED_AT, SampleWorld
from tests.signed_in import signed_in_client

READER = "manager@morgenrot.example"
PATHS = ("/", "/campaigns", "/revenue", "/network")
LIMIT_MS = 150
_BARE = "<!doctype html><title>{{ title }}</title><h1>{{ title }}</h1><p>{{ text }}</p>"


@dataclass(frozen=True, slots=True)
class Page:
    """Milliseconds of one page, and the SQL statements and bytes of one answer."""

    path: str
    middle_ms: float
    p95_ms: float
    statements: int
    size: int


def run(folder: Path, is_full: bool) -> Report:
    """Measure each page as a signed-in manager."""
    count = 200 if is_full else 50
    found = measured(prepare_pages, folder, count, runs=1)
    bare = measured(prepare_bare, count, runs=1)
    pages: list[Page] = found.result
    return Report(
        "Pages",
        f"The sample world ({_size(folder)}), GET as {READER}, {count} times each after 3 that are not counted; one "
        "process, no network, no web server.",
        ("page", "median ms", "95 % ms", "SQL statements", "KB"),
        [_row(page) for page in [*pages, bare.result]],
        [at_most(f"{page.path}: 95th percentile", page.p95_ms, LIMIT_MS, " ms", False) for page in pages],
        ["The target asks for 200 partners, 2,000 communities and 1,000,000 conversions; the sample world is far "
         "smaller, so a target that is met here is a first sign, no proof.",
         "Statements are those of one warm request, without BEGIN.",
         "The bare page was measured after the others, not in turn with them."],
    )  # fmt: skip


def prepare_pages(folder: Path, count: int) -> Callable[[], list[Page]]:
    """Load the sample world, count its overlaps, sign in."""
    var = folder / "var"
    var.mkdir()
    app = create_app(SampleWorld(var).settings(), lambda: LOADED_AT)
    place: Installation = app.extensions["tandem"]
    _load(place)
    client = signed_in_client(app.test_client(), SampleWorld(var).actor(READER))
    return lambda: [_measured(client, path, count, place.engine) for path in PATHS]


def prepare_bare(count: int) -> Callable[[], Page]:
    """Make an application of one page that a template renders."""
    app = Flask("bare")
    app.add_url_rule("/", "bare", lambda: render_template_string(_BARE, title="Bare Flask", text="One line."))
    return lambda: _measured(app.test_client(), "/", count, None)


def _load(place: Installation) -> None:
    """Build the sample world and do the jobs it left, but for documents, which no page here shows."""
    upgrade(place.engine)
    with writing(place.engine) as session:
        sample.load(session, place.store, place.settings.token_key, place.settings.seal_key, "-", LOADED_AT)
        session.commit()
    for job_id in reap(place):
        with reading(place.engine) as session:
            handler = session.get_one(Job, job_id).handler
        if not handler.startswith("render"):
            run_job(place, job_id)


def _measured(client: FlaskClient, path: str, count: int, engine: Engine | None) -> Page:
    for _ in range(3):
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status)
    statements = _statements(client, path, engine) if engine else 0
    times = []
    for _ in range(count):
        start = perf_counter()
        size = len(client.get(path).data)
        times.append(1000 * (perf_counter() - start))
    name = path if engine else "bare Flask page"
    return Page(name, median(times), quantiles(times, n=20)[-1], statements, size)


def _statements(client: FlaskClient, path: str, engine: Engine) -> int:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    client.get(path)
    event.remove(engine, "before_cursor_execute", note)
    return sum(not statement.startswith("BEGIN") for statement in seen)


def _row(page: Page) -> tuple[str, ...]:
    size = f"{page.size / 1000:.1f}"
    return page.path, f"{page.middle_ms:.1f}", f"{page.p95_ms:.1f}", str(page.statements or "–"), size


def _size(folder: Path) -> str:
    from sqlalchemy import text

    from partners.database import open_engine

    engine = open_engine(SampleWorld(folder / "var").settings().database_url)
    with engine.connect() as connection:
        counts = [
            f"{connection.execute(text(f'SELECT count(*) FROM {table}')).scalar_one():,} {words}"
            for table, words in (("partner", "partners"), ("community", "communities"), ("evidence", "lines"))
        ]
    engine.dispose()
    return ", ".join(counts)
