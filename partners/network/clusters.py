"""Which communities hang together more than chance would have it, and whether that finding is firm enough to be named.

Pure: knows no table and no page.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import comb

import networkx as nx

SEEDS = 20
"""Runs whose agreement is the stability of a finding."""

MANY, FEW_SEEDS = 250, 5
"""Nodes above which fewer runs must do, so that the answer comes in seconds."""

FIRM = 0.8
"""Mean agreement below which clusters are not named (convention of this platform)."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """Number of the cluster of each node, 1 for the largest; 0 for a node without any measured overlap.

    ``modularity`` is None without any edge. ``stability`` is the mean adjusted Rand index between the first of ``runs``
    and each of the others, 1 = all alike.
    """

    of: dict[str, int]
    modularity: float | None
    stability: float
    runs: int

    @property
    def is_firm(self) -> bool:
        """True where the runs agree well enough for the clusters to be shown."""
        return self.stability >= FIRM


def find_clusters(overlap: nx.Graph) -> Clusters:
    """Return the Louvain clusters of the first seed, weighted by ``J``, and how far the other seeds agree.

    The graph must be ``graph.counted``. Nodes without an edge belong to no cluster. Cost: one Louvain per run.
    """
    joined = nx.Graph()
    joined.add_nodes_from(sorted(node for node, degree in overlap.degree if degree))
    joined.add_edges_from(sorted((min(a, b), max(a, b), {"J": float(near)}) for a, b, near in overlap.edges(data="J")))
    if not joined:
        return Clusters(dict.fromkeys(overlap, 0), None, 1.0, 0)
    seeds = range(1, 1 + (SEEDS if len(joined) <= MANY else FEW_SEEDS))
    runs = [nx.community.louvain_communities(joined, weight="J", seed=seed) for seed in seeds]
    numbered = [_numbered(run) for run in runs]
    agreement = [adjusted_rand(numbered[0], other) for other in numbered[1:]]
    return Clusters(
        {node: numbered[0].get(node, 0) for node in overlap},
        float(nx.community.modularity(joined, runs[0], weight="J")),
        sum(agreement) / len(agreement),
        len(runs),
    )


def adjusted_rand(one: dict[str, int], other: dict[str, int]) -> float:
    """Return how far two partitions of the same nodes agree beyond chance: 1 = the same (Hubert and Arabie 1985).

    >>> adjusted_rand({"a": 1, "b": 1, "c": 2}, {"a": 5, "b": 5, "c": 7})
    1.0
    """
    together = _pairs(Counter((one[node], other[node]) for node in one))
    first, second = _pairs(Counter(one.values())), _pairs(Counter(other.values()))
    expected = first * second / max(comb(len(one), 2), 1)
    most = (first + second) / 2
    return 1.0 if most == expected else (together - expected) / (most - expected)


def _pairs(counts: Counter[int] | Counter[tuple[int, int]]) -> int:
    return sum(comb(count, 2) for count in counts.values())


def _numbered(communities: list[set[str]]) -> dict[str, int]:
    """Number the clusters from the largest down, by first name where equal."""
    ordered = sorted(communities, key=lambda members: (-len(members), min(members)))
    return {node: number for number, members in enumerate(ordered, 1) for node in members}
