"""Counting past one machine: the same slices, by the same function, on the workers of a dask cluster.

Every worker reads the token files where the platform does, so the folder of the store is mounted on all of them under
the same path. Only numbers of slices travel to the workers and only counts come back. Needs ``pip install
tandem[cluster]``; start a scheduler with ``dask scheduler`` and workers, who have Tandem installed, with ``dask worker
<address>``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from partners.audiences.counting.overlap import Pair, plan_pairs, plan_regions
from partners.audiences.counting.slices import Beat, Counter, Counts, count_slices, divided, open_tokens

_PARTS_OF_ONE = 4
"""Parts of the work for each thread of a worker: who is done early takes another one."""


def count_pairs(
    address: str, paths: Sequence[Path], pairs: Iterable[Pair] | None = None,
    beat: Beat = lambda _done, _total: None,
) -> dict[Pair, int]:  # fmt: skip
    """Return what ``overlap.count_pairs`` returns, counted by the workers of the scheduler at ``address``."""
    plan = plan_pairs(_sizes(paths), pairs)
    return plan.read(_on_cluster(address, paths, plan.bits, plan.counter, beat)) if plan.pairs else {}


def count_regions(address: str, paths: Sequence[Path], beat: Beat = lambda _done, _total: None) -> list[int]:
    """Return what ``overlap.count_regions`` returns, counted there."""
    bits, counter = plan_regions(_sizes(paths))
    return [int(count) for count in _on_cluster(address, paths, bits, counter, beat)[1:]]


def _on_cluster(
    address: str, paths: Sequence[Path], bits: int, counter: Callable[[], Counter], beat: Beat
) -> Counts:  # fmt: skip
    """Count all slices on the workers; what they count is added up here."""
    distributed: Any = import_module("distributed")
    with distributed.Client(address, set_as_default=False) as client:
        threads = sum(client.nthreads().values())
        parts = divided(1 << bits, max(threads, 1) * _PARTS_OF_ONE)
        asked = [client.submit(_counted, list(paths), bits, part, counter, pure=False) for part in parts]
        total: Counts | int = 0
        ended = distributed.as_completed(asked, client.loop, with_results=True)
        for done, (_, counts) in enumerate(ended, start=1):
            total = total + counts
            beat(done, len(parts))
    assert not isinstance(total, int)
    return total


def _counted(paths: Sequence[Path], bits: int, slices: range, counter: Callable[[], Counter]) -> Counts:
    """Count some slices; runs on a worker."""
    return count_slices([open_tokens(path) for path in paths], bits, slices, counter())


def _sizes(paths: Sequence[Path]) -> list[int]:
    return [len(open_tokens(path)) for path in paths]
