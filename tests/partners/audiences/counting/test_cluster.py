"""The same integers from a real cluster: a scheduler and workers, each a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from partners.audiences.counting import cluster, overlap
from partners.audiences.intake.reading import TOKEN_TYPE

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return where the scheduler of two worker processes listens."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
        local_directory=str(tmp_path_factory.mktemp("workers")),
    ) as running:  # fmt: skip
        yield running.scheduler_address


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return token files: one is empty, one much larger than the others."""
    folder, dice = tmp_path_factory.mktemp("tokens"), np.random.default_rng(4)
    paths = [folder / f"{number}.tokens" for number in range(12)]
    for path, size in zip(paths, [0, 400_000, *[30_000] * 10], strict=True):
        members = dice.integers(0, 150_000, size, dtype=np.uint64)
        np.unique(members * np.uint64(0x9E3779B97F4A7C15)).astype(TOKEN_TYPE).tofile(path)
    return paths


def test_all_pairs_are_counted_alike_on_threads_and_on_a_cluster(address: str, paths: list[Path]) -> None:
    told: list[tuple[int, int]] = []

    counts = cluster.count_pairs(address, paths, beat=lambda done, total: told.append((done, total)))

    assert counts == overlap.count_pairs(paths)
    assert sum(counts.values()) > 100_000
    assert told[-1][0] == told[-1][1] > 1


def test_a_changed_list_is_counted_alike_on_threads_and_on_a_cluster(address: str, paths: list[Path]) -> None:
    pairs = [(2, other) for other in (0, 1, 3, 4, 5)]

    assert cluster.count_pairs(address, paths, pairs) == overlap.count_pairs(paths, pairs)
    assert cluster.count_pairs(address, paths, []) == {}


def test_regions_are_counted_alike_on_threads_and_on_a_cluster(address: str, paths: list[Path]) -> None:
    counts = cluster.count_regions(address, paths[:5])

    assert counts == overlap.count_regions(paths[:5])
    assert sum(counts) > 100_000
    with pytest.raises(ValueError, match="one to six"):
        cluster.count_regions(address, paths)
