"""Timing and memory, measured in a process of its own so that nothing that ran before is counted.

A benchmark is a function that prepares (imports, opens, fills) and returns what is to be timed, so that a peer pays for
its work and not for being loaded.
"""

from __future__ import annotations

import pickle
import resource
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

ROOT = Path(__file__).parents[2]
_MB = 1 << 20

Prepare = Callable[..., Callable[[], Any]]
Asked = tuple[Any, ...]
"""A function that prepares, and its arguments."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Wall-clock and processor seconds of each run, and memory of the whole process in MB before and at the most.

    Memory counts mapped file pages too. ``result`` is what the last run returned.
    """

    walls: tuple[float, ...]
    cpus: tuple[float, ...]
    idle_mb: float
    peak_mb: float
    result: Any

    @property
    def seconds(self) -> float:
        """The median run."""
        return median(self.walls)

    @property
    def best(self) -> float:
        """The fastest run."""
        return min(self.walls)

    @property
    def cpu(self) -> float:
        """Processor seconds of the median run, all threads together: what other programs disturb least."""
        return median(self.cpus)


def measured(prepare: Prepare, *arguments: Any, runs: int = 3, warm_up: int = 0) -> Measured:
    """Run one benchmark in a new process.

    Args:
        prepare: a function of a module, called there with the arguments; it returns what is timed.
        warm_up: runs that are not counted.
    """
    return in_turn((prepare, *arguments), runs=runs, warm_up=warm_up)[0]


def in_turn(*asked: Asked, runs: int = 3, warm_up: int = 0) -> list[Measured]:
    """Run benchmarks that are to be compared, each in a process of its own, one run of each after the other.

    What else the machine does then falls on all of them alike.
    """
    with ExitStack() as stack:
        others = [_Other(stack, *one) for one in asked]
        for other in others:
            other.begin(warm_up)
        timed = [[other.ask("run") for other in others] for _ in range(runs)]
        ends = [other.ask("end") for other in others]
    return [
        Measured(*(tuple(seconds) for seconds in zip(*times, strict=True)), *end)
        for times, end in zip(zip(*timed, strict=True), ends, strict=True)
    ]


class _Other:
    """A process that prepares a benchmark, then runs it whenever it is asked to."""

    def __init__(self, stack: ExitStack, prepare: Prepare, *arguments: Any) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.timing"]
        self._process = stack.enter_context(
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
        )
        self.ask((prepare, arguments))

    def begin(self, warm_up: int) -> None:
        for _ in range(warm_up):
            self.ask("run")
        self.ask("forget")

    def ask(self, order: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        pickle.dump(order, self._process.stdin)
        self._process.stdin.flush()
        return pickle.load(self._process.stdout)


def memory_mb() -> float:
    """Return how much memory this process has now (Linux), or had at the most (elsewhere)."""
    return _status_mb("VmRSS")


def _serve() -> None:
    """Prepare what the first order names, then do the orders of the other process."""
    prepare, arguments = pickle.load(sys.stdin.buffer)
    work, result, idle_mb = prepare(*arguments), None, 0.0
    answer: Any = None
    while True:
        pickle.dump(answer, sys.stdout.buffer)
        sys.stdout.flush()
        order = pickle.load(sys.stdin.buffer)
        if order == "end":
            break
        if order == "forget":
            result, idle_mb = None, memory_mb()
            _forget_peak()
            continue
        result = None  # two results at a time would count as memory of the work
        wall, cpu = perf_counter(), process_time()
        result = work()
        answer = perf_counter() - wall, process_time() - cpu
    pickle.dump((idle_mb, _status_mb("VmHWM"), result), sys.stdout.buffer)


def _forget_peak() -> None:
    """Let Linux measure the peak from now on; ``ru_maxrss`` would even count what the parent process once had."""
    clear = Path("/proc/self/clear_refs")
    if clear.exists():
        clear.write_text("5")


def _status_mb(field: str) -> float:
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines[field].split()[0]) * 1024 / _MB
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS
    return most / _MB


if __name__ == "__main__":
    _serve()
