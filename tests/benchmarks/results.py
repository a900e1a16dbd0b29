"""What a benchmark found, as text: one table, the targets of the performance specification, and what to know."""

from __future__ import annotations

import os
import platform
import timeit
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tests.benchmarks.timing import Measured

PACKAGES = ("numpy", "duckdb", "polars", "weasyprint", "flask", "sqlalchemy")
HEADS = ("what", "median s", "best s", "CPU s", "peak MB", "of it before")


@dataclass(frozen=True, slots=True)
class Target:
    """One line of what must be reached; ``basis`` says how it is judged where the input was smaller than asked for."""

    what: str
    wanted: str
    reached: str
    is_met: bool
    basis: str = ""

    @property
    def verdict(self) -> str:
        """Whether it is met, and on which basis."""
        return ("met" if self.is_met else "not met") + (f" ({self.basis})" if self.basis else "")


@dataclass(frozen=True, slots=True)
class Report:
    """One benchmark: what went in, a table, targets, notes."""

    title: str
    size: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    targets: Sequence[Target] = ()
    notes: Sequence[str] = ()

    def markdown(self) -> str:
        """Return the section that is printed and written."""
        parts = [f"## {self.title}", self.size, table(self.heads, self.rows)]
        if self.targets:
            rows = [(each.what, each.verdict, each.wanted, each.reached) for each in self.targets]
            parts.append(table(("must reach", "verdict", "wanted", "reached"), rows, left=2))
        parts.append("\n".join(f"- {note}" for note in self.notes))
        return "\n\n".join(parts)


def row(what: str, found: Measured) -> tuple[str, ...]:
    """Return a row under HEADS."""
    return (
        what, seconds(found.seconds), seconds(found.best), seconds(found.cpu), f"{found.peak_mb:,.0f}",
        f"{found.idle_mb:,.0f}",
    )  # fmt: skip


def seconds(value: float) -> str:
    """Return seconds with three digits that mean something."""
    return f"{value:.3f}" if value < 10 else f"{value:.1f}"


def at_most(what: str, found: float, limit: float, unit: str, is_full_size: bool = True) -> Target:
    """Return a target that asks for little."""
    return Target(what, f"≤ {limit:,g}{unit}", f"{_plain(found)}{unit}", found <= limit, _basis(is_full_size))


def at_least(what: str, found: float, limit: float, unit: str, is_full_size: bool = True) -> Target:
    """Return a target that asks for much."""
    return Target(what, f"≥ {limit:,g}{unit}", f"{_plain(found)}{unit}", found >= limit, _basis(is_full_size))


def projected(what: str, found: float, at_full_size: float, limit: float, unit: str) -> Target:
    """Return a target that is judged by what the full size is expected to take."""
    if found == at_full_size:
        return at_most(what, found, limit, unit)
    reached = f"{_plain(found)}{unit} here, about {_plain(at_full_size)}{unit} at full size"
    return Target(what, f"≤ {limit:,g}{unit}", reached, at_full_size <= limit, "projected")


def along(few: tuple[int, float], many: tuple[int, float], size: int) -> float:
    """Return the value at a size, on the straight line through two measured pairs of size and value.

    >>> along((10, 50.0), (20, 60.0), 100)
    140.0
    """
    slope = (many[1] - few[1]) / (many[0] - few[0])
    return many[1] + slope * (size - many[0])


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Return a Markdown table that is aligned for reading as text, too; the first ``left`` columns are words."""
    widths = [max(len(line[at]) for line in (heads, *rows)) for at in range(len(heads))]
    rule = "|".join("-" * (width + 1) + ("-" if at < left else ":") for at, width in enumerate(widths))
    lines = [_line(heads, widths, left), f"|{rule}|", *(_line(line, widths, left) for line in rows)]
    return "\n".join(lines)


def load() -> str:
    """Return how busy the machine is: processes that want to run, averaged over 1, 5 and 15 minutes."""
    return " / ".join(f"{each:.1f}" for each in os.getloadavg())


def pace() -> float:
    """Return the seconds of a fixed piece of work, the best of three: how fast the machine is at the moment."""
    return min(timeit.repeat("sum(range(1000))", number=20_000, repeat=3))


def heading(is_full: bool, before: tuple[str, float]) -> str:
    """Return the beginning of RESULTS.md: when, where, with what, at which load; ``before`` are load and pace."""
    mode = "full (`--full`)" if is_full else "default; `--full` gives the sizes of the targets"
    cores = os.cpu_count()
    return "\n".join([
        "# Results", "", *_EXPLAINED, "",
        f"- Date: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"- Machine: {_processor()}, {cores} cores, {_memory_gb():.0f} GB, {platform.system()} {platform.machine()}",
        f"- Python {platform.python_version()}, " + ", ".join(f"{name} {_version(name)}" for name in PACKAGES),
        f"- Sizes: {mode}",
        f"- Load average (1 / 5 / 15 min) before: {before[0]}; after: {load()}; above {cores} others had to wait",
        f"- Pace: 20 million additions in Python took {before[1]:.2f} s before, {pace():.2f} s after",
    ])  # fmt: skip


_EXPLAINED = (
    "Written by `make bench`. Peers ran in the same run, in turn, each in a process of its own. CPU is the processor",
    "time of all threads. Memory is that of the whole process while the work ran, mapped file pages included; *of it",
    "before* is what it had when it began, libraries and prepared input included. *Projected* and *smaller input*: the",
    "input was smaller than the target's; projections are straight lines.",
)


def _line(cells: Sequence[str], widths: Sequence[int], left: int) -> str:
    aligned = (
        cell.ljust(width) if at < left else cell.rjust(width)
        for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "| " + " | ".join(aligned) + " |"


def _basis(is_full_size: bool) -> str:
    return "" if is_full_size else "smaller input"


def _plain(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
