"""``python -m tests.benchmarks [--full] [name …]``: run all benchmarks or the named ones, print, write RESULTS.md."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks import results
from tests.benchmarks.results import Report

BENCHMARKS = ("overlap", "blinding", "blind_count", "intake", "money", "evidence", "documents", "pages")
RESULTS = Path(__file__).parent / "RESULTS.md"


def main() -> None:
    """Run what the command line asks for; the file is written only when everything ran."""
    asked = _arguments()
    before, sections = (results.load(), results.pace()), []
    for name in asked.names or BENCHMARKS:
        at_load = results.load()
        section = f"{_run(name, asked.full).markdown()}\n\nLoad average: {at_load} before, {results.load()} after."
        print(section, end="\n\n", flush=True)
        sections.append(section)
    if not asked.names:
        text = "\n\n".join([results.heading(asked.full, before), *sections, _NOT_MEASURED])
        RESULTS.write_text(text + "\n", "utf-8")
        print(f"Written to {RESULTS.relative_to(Path.cwd())}")


def _run(name: str, is_full: bool) -> Report:
    benchmark = importlib.import_module(f"tests.benchmarks.{name}")
    with TemporaryDirectory(prefix="tandem-bench-") as folder:
        report: Report = benchmark.run(Path(folder), is_full)
        return report


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--full", action="store_true", help="the sizes of the targets; takes many minutes")
    parser.add_argument("names", nargs="*", metavar="name", help=f"one of {', '.join(BENCHMARKS)}; none means all")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(BENCHMARKS):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    return asked


_NOT_MEASURED = """## Not measured here

- Closing a period of 1,000,000 lines from database to issued statement.
- Requests a second under the web server, and anything on PostgreSQL.
- Pages with 200 partners, 2,000 communities and 1,000,000 conversions in the database.
- Graph measures of large networks."""


if __name__ == "__main__":
    main()
