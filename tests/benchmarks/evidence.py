"""Taking in a file of conversions on SQLite, beside the driver writing as many rows with nothing checked: a floor."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from sqlalchemy import Engine

from migrations import upgrade
from partners.database import open_engine, reading, writing
from partners.referrals import services
from partners.store import FolderStore
from tests.benchmarks.results import HEADS, Report, Target, at_least, row
from tests.benchmarks.timing import in_turn, measured
from tests.cast import build_cast
from tests.partners.referrals.world import CONVERSIONS, KEY, NOW, build_world, sale

RUNS = 3


def run(folder: Path, is_full: bool) -> Report:
    """Measure receiving and reading together; memory also at a fifth of the size, to see that it stays."""
    lines = 1_000_000 if is_full else 100_000
    large, small = folder / "sales.csv", folder / "few.csv"
    write_sales(large, lines)
    write_sales(small, lines // 5)
    runs = 1 if is_full else RUNS
    whole, bare = in_turn((prepare_import, large, folder, runs), (prepare_bare, large, folder), runs=runs)
    few = measured(prepare_import, small, folder, runs, runs=runs)
    assert whole.result == bare.result == lines
    grown = (whole.peak_mb - whole.idle_mb) - (few.peak_mb - few.idle_mb)
    rate = lines / whole.seconds
    return Report(
        "Evidence",
        f"{lines:,} conversion lines ({large.stat().st_size / 1e6:.0f} MB) on SQLite, "
        f"{services.CHUNK:,} rows a transaction.",
        (*HEADS, "lines/s"),
        [(*row(f"Tandem, receive and read {lines:,}", whole), f"{rate:,.0f}"),
         (*row(f"Tandem, {lines // 5:,}", few), f"{lines / 5 / few.seconds:,.0f}"),
         (*row(f"sqlite3 executemany, {lines:,}", bare), f"{lines / bare.seconds:,.0f}")],
        [at_least("validated lines a second", rate, 20_000, "/s"),
         Target("bounded memory: growth from a fifth of the lines", "≤ 25 MB", f"{grown:.0f} MB", grown <= 25)],
        [f"{bare.seconds / whole.seconds:.2f} of the speed of the floor, which writes the fields as text into one "
         "table without index, in the same journal mode and with as many rows a transaction.",
         "A new database for each run; it is made before the clock starts.",
         "The bound of 25 MB is this benchmark's own; the target says “bounded memory”."],
    )  # fmt: skip


def write_sales(path: Path, count: int) -> None:
    """Write order lines as a merchant sends them: a tenth with a buyer, a third sent by a community."""
    first = datetime(2026, 9, 1)  # noqa: DTZ001, local time as in files without an offset
    with path.open("w", encoding="utf-8", newline="") as out:
        out.write(CONVERSIONS + "\n")
        for number in range(count):
            gross = 500 + number * 7919 % 24_500
            out.write(sale(
                f"O-{number // 2}", 1 + number % 2, gross=f"{gross / 100:.2f}", tax=f"{gross // 107 * 7 / 100:.2f}",
                occurred_at=(first + timedelta(seconds=number * 2_500_000 // count)).isoformat(),
                customer=f"buyer{number}@shop.example" if number % 10 == 0 else "",
                referred_by="birch-club" if number % 3 == 0 else "", product=f"Beans {number % 40}",
            ) + "\n")  # fmt: skip


def prepare_import(path: Path, folder: Path, runs: int) -> Callable[[], int]:
    """Make a database with a live campaign for each run; what is timed takes in the file; returns accepted rows."""
    waiting = [_world(folder) for _ in range(runs)]

    def take_in() -> int:
        engine, store, finance = waiting.pop()
        with writing(engine) as session, path.open("rb") as stream:
            received = services.receive_import(session, finance, store, path.name, stream, NOW, KEY)
            session.commit()
        with reading(engine) as session:
            opened = services.open_import(session, store, received.id)
        while True:
            with writing(engine) as session:
                done = services.read_chunk(session, opened, NOW)
                session.commit()
            if done.is_finished:
                assert done.accepted == done.rows_total, done
                engine.dispose()
                return done.accepted

    return take_in


def prepare_bare(path: Path, folder: Path) -> Callable[[], int]:
    """Write the fields by the driver; they are read and split before the clock starts."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [tuple(fields) for fields in csv.reader(lines)][1:]
    columns, marks = ", ".join(CONVERSIONS.split(",")), ", ".join("?" * len(rows[0]))

    def write() -> int:
        database = sqlite3.connect(Path(mkdtemp(dir=folder)) / "bare.db", isolation_level=None)
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", f"CREATE TABLE line ({columns})"):
            database.execute(statement)
        for at in range(0, len(rows), services.CHUNK):
            database.execute("BEGIN IMMEDIATE")
            database.executemany(f"INSERT INTO line VALUES ({marks})", rows[at : at + services.CHUNK])
            database.execute("COMMIT")
        (count,) = database.execute("SELECT count(*) FROM line").fetchone()
        database.close()
        return int(count)

    return write


def _world(folder: Path) -> tuple[Engine, FolderStore, Any]:
    place = Path(mkdtemp(dir=folder))
    engine = open_engine(f"sqlite:///{place / 'tandem.db'}")
    upgrade(engine)
    with writing(engine) as session:
        cast = build_cast(session, NOW)
        build_world(session, cast)
        session.commit()
    return engine, FolderStore(place / "files"), cast.alder.finance
