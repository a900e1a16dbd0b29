"""Rows to graphs: communities with what they have in common, and with whom they send to whom.

Two graphs, because two things are meant. The overlap graph is undirected and says who shares members; the flow graph is
directed and says whose members bought where. Pure: knows no table and no page.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import networkx as nx

from partners.network.measures import jaccard, overlap_coefficient

NEAREST = 1e-6
"""Smallest distance. Two lists with the same members would have none, and shortest paths through them no number."""


@dataclass(frozen=True, slots=True)
class Node:
    """A community on the map, or a partner as a whole, where a flow cannot be told to reach one of its communities.

    ``size`` is None where the reader may only know ``size_band``; both are empty where no audience is registered.
    """

    community_id: str
    partner_id: str
    name: str
    name_zh: str
    partner_name: str
    partner_name_zh: str
    size: int | None
    size_band: str

    @property
    def is_partner(self) -> bool:
        """True for a node that stands for a partner as a whole: its id is the partner's own."""
        return self.community_id == self.partner_id


@dataclass(frozen=True, slots=True)
class OverlapEdge:
    """What two communities have in common, as released.

    ``shared`` is None where only a band is released, ``band`` where a count is. Both None: counted and held back.
    """

    a: str
    b: str
    shared: int | None
    band: str | None


@dataclass(frozen=True, slots=True)
class FlowEdge:
    """Orders that one community sent to another, and their base in one currency."""

    source: str
    target: str
    orders: int
    base_minor: int
    currency: str


def overlap_graph(nodes: Iterable[Node], edges: Iterable[OverlapEdge]) -> nx.Graph:
    """Return the undirected graph of released overlaps.

    A missing edge means unknown, never zero: only what was released becomes an edge.

    Node attributes: ``node`` (Node), ``size`` (members, or None).
    Edge attributes: ``measured`` (always True), ``n`` (shared members, or None), ``band`` (str, or None), and where a
    count above zero and both sizes are known ``J``, ``OC`` (Fraction) and ``distance`` = -ln J (float, at least
    NEAREST). Graph attribute: ``held_back``, how many pairs were counted and not released.
    """
    graph = nx.Graph(held_back=0)
    for node in nodes:
        graph.add_node(node.community_id, node=node, size=node.size)
    for edge in edges:
        if edge.shared is None and edge.band is None:
            graph.graph["held_back"] += 1
        elif edge.a in graph and edge.b in graph:
            graph.add_edge(edge.a, edge.b, measured=True, n=edge.shared, band=edge.band)
            graph[edge.a][edge.b].update(
                _nearness(edge.shared, graph.nodes[edge.a]["size"], graph.nodes[edge.b]["size"])
            )
    return graph


def counted(graph: nx.Graph) -> nx.Graph:
    """Return the overlap graph with all its nodes and only the edges that have a ``distance``: what paths run over."""
    kept = nx.Graph()
    kept.add_nodes_from(graph.nodes(data=True))
    kept.add_edges_from((a, b, data) for a, b, data in graph.edges(data=True) if "distance" in data)
    return kept


def flow_graph(nodes: Iterable[Node], edges: Iterable[FlowEdge]) -> nx.DiGraph:
    """Return the directed graph of referred orders, parallel edges summed.

    A community that sends to itself has no edge: it would count for its own standing. Graph attribute ``self_orders``
    says how many orders were left out so.

    Node attributes: ``node`` (Node).
    Edge attributes: ``orders`` (the weight), ``base`` (dict of currency -> minor units).
    """
    graph = nx.DiGraph(self_orders=0)
    graph.add_nodes_from((node.community_id, {"node": node}) for node in nodes)
    for edge in edges:
        if edge.source == edge.target:
            graph.graph["self_orders"] += edge.orders
        elif edge.source in graph and edge.target in graph:
            _add_flow(graph, edge)
    return graph


def _nearness(shared: int | None, size_a: int | None, size_b: int | None) -> dict[str, Fraction | float]:
    """Return J, OC and distance, or nothing where one of the three counts is unknown or nobody is shared."""
    if not shared or not size_a or not size_b:
        return {}
    near = jaccard(shared, size_a, size_b)
    distance = max(NEAREST, -math.log(near))
    return {"J": near, "OC": overlap_coefficient(shared, size_a, size_b), "distance": distance}


def _add_flow(graph: nx.DiGraph, edge: FlowEdge) -> None:
    if not graph.has_edge(edge.source, edge.target):
        graph.add_edge(edge.source, edge.target, orders=0, base={})
    data = graph[edge.source][edge.target]
    data["orders"] += edge.orders
    data["base"][edge.currency] = data["base"].get(edge.currency, 0) + edge.base_minor
