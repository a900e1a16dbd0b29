"""Graphs to numbers: how near two communities are, who stands between, who feeds whom, who depends on whom.

What networkx does is asked of networkx. Its ``weight`` is a *distance* wherever paths are meant, so paths run over
-ln J and never over J itself: with J as weight the near would count as far. Pure: knows no table and no page.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import networkx as nx
import numpy as np

EXACT_UP_TO = 250
"""Communities up to which betweenness is exact, in about a second; above it a sample stands for all (46 s at 2,000)."""

BATCHES, BATCH = 5, 10
"""Independent samples, and sources in each. Their spread tells the error of their mean."""

STUDENT = 2.776
"""95 % of Student's t with BATCHES - 1 = 4 degrees of freedom lie within ± this."""

SEED = 1
"""Of every random choice here, so that the same graph gives the same numbers on every run."""

DAMPING = 0.85
"""PageRank's probability to follow a flow and not to begin anywhere (Brin and Page 1998)."""


@dataclass(frozen=True, slots=True)
class Betweenness:
    """Share of shortest paths that run through each node, 0..1.

    ``sources`` is None where every node was a source. Else it is the number of sampled sources, and ``error`` is half
    the 95 % interval of the node whose value the samples agree on least.
    """

    values: dict[str, float]
    sources: int | None
    error: float


@dataclass(frozen=True, slots=True)
class Strength:
    """Orders that reach a node and orders that it sends."""

    inflow: int
    outflow: int

    @property
    def volume(self) -> int:
        """All orders that the node has a part in."""
        return self.inflow + self.outflow

    @property
    def balance(self) -> Fraction | None:
        """(out - in) / (out + in), from -1 (only receives) to +1 (only sends); None without any flow."""
        return Fraction(self.outflow - self.inflow, self.volume) if self.volume else None


@dataclass(frozen=True, slots=True)
class Loss:
    """What leaves with one node, if nobody takes its place: a static bound.

    ``touched`` is the share of all orders that begin or end at it, ``parts`` how many separate parts remain.
    """

    orders: int
    touched: Fraction
    parts: int


def jaccard(shared: int, size_a: int, size_b: int) -> Fraction:
    """Return J = n / (|A| + |B| - n), 0..1. A released count may exceed the smaller list by its noise; it is cut there.

    >>> jaccard(6000, 20000, 15000)
    Fraction(6, 29)
    """
    shared = min(shared, size_a, size_b)
    return Fraction(shared, size_a + size_b - shared) if shared else Fraction(0)


def overlap_coefficient(shared: int, size_a: int, size_b: int) -> Fraction:
    """Return OC = n / min(|A|, |B|), 0..1: which part of the smaller list the other has too.

    >>> overlap_coefficient(6000, 20000, 15000)
    Fraction(2, 5)
    """
    smaller = min(size_a, size_b)
    return Fraction(min(shared, smaller), smaller) if shared else Fraction(0)


def lift(shared: int, size_a: int, size_b: int, universe: int) -> Fraction:
    """Return n N / (|A| |B|): how many times more are shared than two lists drawn at random from N people would share.

    >>> lift(6000, 20000, 15000, 100000)
    Fraction(2, 1)
    """
    return Fraction(shared * universe, size_a * size_b)


def z_score(shared: int, size_a: int, size_b: int, universe: int) -> float | None:
    """Return how many standard deviations n lies above chance (hypergeometric); None where chance leaves no room."""
    mean = size_a * size_b / universe
    spread = mean * (universe - size_a) * (universe - size_b) / (universe * max(universe - 1, 1))
    return (shared - mean) / math.sqrt(spread) if spread > 0 else None


def strengths(flow: nx.DiGraph) -> dict[str, Strength]:
    """Return the weighted in- and out-degree of every node."""
    inflow, outflow = flow.in_degree(weight="orders"), flow.out_degree(weight="orders")
    return {node: Strength(inflow[node], outflow[node]) for node in flow}


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927). ``whole`` must be positive.

    >>> [round(bound, 3) for bound in wilson(5, 10)]
    [0.237, 0.763]
    """
    z = 1.96
    share, spread = part / whole, z * z / whole
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / whole + spread / (4 * whole))
    return max(0.0, middle - half), min(1.0, middle + half)


def weighted_reciprocity(flow: nx.DiGraph) -> Fraction | None:
    """Return the sum of min(r_ij, r_ji) over all ordered pairs, divided by all orders; None without any flow.

    ``networkx.reciprocity`` counts edges and would call 1,000 orders answered by a single one balanced.
    """
    total = flow.size(weight="orders")
    back = sum(min(orders, flow[b][a]["orders"]) for a, b, orders in flow.edges(data="orders") if flow.has_edge(b, a))
    return Fraction(int(back), int(total)) if total else None


def pagerank(flow: nx.DiGraph) -> dict[str, float]:
    """Return the standing of every node, summing to 1: who receives much, from those who receive much.

    Written here because networkx asks SciPy for it. Nodes that send nothing hand on to all alike. Powers are taken
    until no value moves by 1e-12, some 170 rounds; cost is rounds times edges.
    """
    if not flow:
        return {}
    place = {node: i for i, node in enumerate(flow)}
    edges = [(place[a], place[b], orders) for a, b, orders in flow.edges(data="orders") if orders > 0]
    source, target, weight = np.array(edges, dtype=np.int64).reshape(-1, 3).T
    sent = np.bincount(source, weights=weight, minlength=len(place))
    step = weight / sent[source]
    rank = np.full(len(place), 1 / len(place))
    for _ in range(1000):
        before = rank
        followed = np.bincount(target, weights=before[source] * step, minlength=len(place))
        rank = DAMPING * (followed + before[sent == 0].sum() / len(place)) + (1 - DAMPING) / len(place)
        if np.abs(rank - before).max() < 1e-12:
            break
    return {node: float(rank[i]) for node, i in place.items()}


def betweenness(overlap: nx.Graph) -> Betweenness:
    """Return betweenness over ``distance`` (-ln J), exact up to EXACT_UP_TO nodes, else from BATCHES x BATCH sources.

    The graph must be ``graph.counted``: every edge has its distance.
    """
    if len(overlap) <= EXACT_UP_TO:
        return Betweenness(nx.betweenness_centrality(overlap, weight="distance"), None, 0.0)
    batches = [
        nx.betweenness_centrality(overlap, k=BATCH, weight="distance", seed=SEED + i) for i in range(BATCHES)
    ]  # fmt: skip
    values = np.array([[batch[node] for node in overlap] for batch in batches])
    error = STUDENT * values.std(axis=0, ddof=1).max() / math.sqrt(BATCHES)
    means = dict(zip(overlap, values.mean(axis=0).tolist(), strict=True))
    return Betweenness(means, BATCHES * BATCH, float(error))


def articulation_points(overlap: nx.Graph) -> set[str]:
    """Return the nodes without which a part of the map falls apart."""
    return set(nx.articulation_points(overlap))


def bridges(overlap: nx.Graph) -> set[frozenset[str]]:
    """Return the edges without which a part of the map falls apart."""
    return {frozenset(edge) for edge in nx.bridges(overlap)}


def concentration(orders: Iterable[int]) -> Fraction | None:
    """Return the Herfindahl-Hirschman index: the sum of squared shares, 1/n (even) to 1 (all from one); None for none.

    >>> concentration([400, 50])
    Fraction(65, 81)
    """
    counts = [count for count in orders if count]
    total = sum(counts)
    return Fraction(sum(count * count for count in counts), total * total) if total else None


def inflow_concentration(flow: nx.DiGraph, node: str) -> Fraction | None:
    """Return how much a node depends on few sources: ``concentration`` of what reaches it; None where nothing does."""
    return concentration(orders for _, _, orders in flow.in_edges(node, data="orders"))


def source_concentration(flow: nx.DiGraph) -> Fraction | None:
    """Return how much the whole flow depends on few sources: ``concentration`` of what each node sends."""
    return concentration(strength.outflow for strength in strengths(flow).values())


def loss_without(flow: nx.DiGraph, node: str) -> Loss | None:
    """Return what leaves with a node; None without any flow. The parts are those of the flow graph that remains."""
    total = int(flow.size(weight="orders"))
    if not total:
        return None
    orders = strengths(flow)[node].volume
    rest = flow.subgraph(other for other in flow if other != node)
    return Loss(orders, Fraction(orders, total), nx.number_weakly_connected_components(rest))
