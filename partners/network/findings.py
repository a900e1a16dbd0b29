"""Everything the network page says, from the rows it is given: one pure function, remembered.

Measures count the whole network that the reader may see, whatever part of it a page then shows. Knows no table and no
page.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

import networkx as nx

from partners.network import measures
from partners.network.clusters import find_clusters
from partners.network.graph import FlowEdge, Node, OverlapEdge, counted, flow_graph, overlap_graph
from partners.network.layout import positions

SINK, VOLUME = Fraction(-1, 2), 30
"""A balance below SINK with at least VOLUME orders makes a sink (convention of this platform)."""

AMBER, RED = Fraction(1, 4), Fraction(1, 2)
"""Concentration of inflow above which a community depends on few, and on one (convention of this platform)."""


PLACED = 120
"""Nodes that have a place on the map: those with most orders, ties and members. More names could not be read."""


@dataclass(frozen=True, slots=True)
class CommunityFinding:
    """What is known of one node. ``place`` is where it is on the map: x and y in 0..1, y down; None beyond PLACED.

    Otherwise None means unknown: ``betweenness`` without a counted overlap; ``pagerank``, ``balance`` and its 95 %
    interval without a flow; ``dependency`` (concentration of inflow) without inflow. ``cluster`` is 0 for none.
    """

    node: Node
    place: tuple[float, float] | None
    betweenness: float | None
    is_articulation: bool
    cluster: int
    pagerank: float | None
    inflow: int
    outflow: int
    balance: Fraction | None
    balance_low: float | None
    balance_high: float | None
    dependency: Fraction | None

    @property
    def is_sink(self) -> bool:
        """True where it receives far more than it sends, of enough orders to say so."""
        return self.balance is not None and self.balance < SINK and self.inflow + self.outflow >= VOLUME


@dataclass(frozen=True, slots=True)
class PairFinding:
    """What two communities share, as released: a count with its measures, or a band alone.

    ``lift`` and ``z`` are None unless the universe was stated.
    """

    a: Node
    b: Node
    shared: int | None
    band: str | None
    jaccard: Fraction | None
    coefficient: Fraction | None
    lift: Fraction | None
    z: float | None
    is_bridge: bool


@dataclass(frozen=True, slots=True)
class FlowFinding:
    """Orders that one community sent to another, what came back, and their base by currency.

    ``imbalance`` is (orders - back) / (orders + back).
    """

    source: Node
    target: Node
    orders: int
    back: int
    base: tuple[tuple[str, int], ...]
    imbalance: Fraction


@dataclass(frozen=True, slots=True)
class NetworkView:
    """The network as one reader may see it.

    ``sources`` is None where betweenness is exact. ``held_back`` counts pairs that were counted and not released,
    ``self_orders`` orders of a community to itself, ``unplaced_orders`` orders of communities not on the map.
    """

    communities: tuple[CommunityFinding, ...]
    pairs: tuple[PairFinding, ...]
    flows: tuple[FlowFinding, ...]
    universe: int | None
    orders: int
    reciprocity: Fraction | None
    source_concentration: Fraction | None
    modularity: float | None
    stability: float
    runs: int
    clusters_are_firm: bool
    sources: int | None
    error: float
    held_back: int
    self_orders: int
    unplaced_orders: int = 0

    def narrowed(self, partner_id: str = "", shared: int = 0, orders: int = 0) -> NetworkView:
        """Return the view with only what concerns one partner and reaches the minimums; measures stay as they are.

        A pair with a band alone has no count to compare, so any minimum hides it.
        """
        pairs = tuple(
            pair for pair in self.pairs
            if (pair.shared or 0) >= shared and _concerns(partner_id, pair.a, pair.b)
        )  # fmt: skip
        flows = tuple(
            flow for flow in self.flows
            if flow.orders >= orders and _concerns(partner_id, flow.source, flow.target)
        )  # fmt: skip
        if not partner_id:
            return replace(self, pairs=pairs, flows=flows)
        near = {node.community_id for edge in pairs for node in (edge.a, edge.b)}
        near |= {node.community_id for edge in flows for node in (edge.source, edge.target)}
        kept = tuple(c for c in self.communities if c.node.partner_id == partner_id or c.node.community_id in near)
        return replace(self, communities=kept, pairs=pairs, flows=flows)

    def loss_without(self, community_id: str) -> measures.Loss | None:
        """Return what leaves with one community; None where it is not in the view or nothing flows."""
        nodes = [each.node for each in self.communities]
        if community_id not in {node.community_id for node in nodes}:
            return None
        ends = ((each.source.community_id, each.target.community_id, each.orders) for each in self.flows)
        return measures.loss_without(flow_graph(nodes, [FlowEdge(*end, 0, "") for end in ends]), community_id)


@lru_cache(maxsize=32)
def findings(
    nodes: tuple[Node, ...], overlaps: tuple[OverlapEdge, ...], flows: tuple[FlowEdge, ...], universe: int | None = None
) -> NetworkView:
    """Return everything that follows from the rows. The same rows give the same view, and the second time at once.

    Args:
        universe: how many people could be members of any of the communities; without it there is no lift.
    """
    overlap, flow = overlap_graph(nodes, overlaps), flow_graph(nodes, flows)
    near = counted(overlap)
    # copied, because each step through a mere view of a graph asks a filter: 20 times slower
    between = measures.betweenness(near.subgraph([node for node, degree in near.degree if degree]).copy())
    clusters = find_clusters(near)
    return NetworkView(
        communities=_communities(overlap, near, flow, between.values, clusters.of if clusters.is_firm else {}),
        pairs=_pairs(overlap, near, universe),
        flows=_flows(flow),
        universe=universe,
        orders=int(flow.size(weight="orders")),
        reciprocity=measures.weighted_reciprocity(flow),
        source_concentration=measures.source_concentration(flow),
        modularity=clusters.modularity,
        stability=clusters.stability,
        runs=clusters.runs,
        clusters_are_firm=clusters.is_firm,
        sources=between.sources,
        error=between.error,
        held_back=overlap.graph["held_back"],
        self_orders=flow.graph["self_orders"],
    )


def _communities(
    overlap: nx.Graph, near: nx.Graph, flow: nx.DiGraph, between: dict[str, float], clusters: dict[str, int]
) -> tuple[CommunityFinding, ...]:
    strengths, places = measures.strengths(flow), _places(overlap, flow)
    points = measures.articulation_points(near)
    standing = measures.pagerank(flow.subgraph([node for node, found in strengths.items() if found.volume]))
    found = []
    for name, node in overlap.nodes(data="node"):
        strength = strengths[name]
        low, high = _balance_interval(strength)
        found.append(
            CommunityFinding(
                node, places.get(name), between.get(name), name in points, clusters.get(name, 0), standing.get(name),
                strength.inflow, strength.outflow, strength.balance, low, high,
                measures.inflow_concentration(flow, name),
            )
        )  # fmt: skip
    return tuple(found)


def _places(overlap: nx.Graph, flow: nx.DiGraph) -> dict[str, tuple[float, float]]:
    """Return the places of the weightiest nodes, laid out by overlaps and flows alike."""
    both = nx.Graph()
    both.add_nodes_from(overlap)
    both.add_edges_from(overlap.edges)
    both.add_edges_from(flow.edges)
    orders, sizes = flow.degree(weight="orders"), overlap.nodes(data="size")
    weightiest = sorted(both, key=lambda name: (-orders[name], -both.degree[name], -(sizes[name] or 0), name))
    return positions(both.subgraph(weightiest[:PLACED]))


def _balance_interval(strength: measures.Strength) -> tuple[float, float] | tuple[None, None]:
    """Return the 95 % interval of the balance, which is 2 out / (out + in) - 1."""
    if not strength.volume:
        return None, None
    low, high = measures.wilson(strength.outflow, strength.volume)
    return 2 * low - 1, 2 * high - 1


def _pairs(overlap: nx.Graph, near: nx.Graph, universe: int | None) -> tuple[PairFinding, ...]:
    """Return the pairs, the nearest first, those with a band alone last."""
    bridges = measures.bridges(near)
    found = []
    for a, b, edge in overlap.edges(data=True):
        one, other = overlap.nodes[a]["node"], overlap.nodes[b]["node"]
        lifted, z = _against_chance(edge["n"], one.size, other.size, universe)
        found.append(
            PairFinding(
                one, other, edge["n"], edge["band"], edge.get("J"), edge.get("OC"), lifted, z,
                frozenset((a, b)) in bridges,
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda pair: (-(pair.jaccard or 0), -(pair.shared or 0), pair.a.name, pair.b.name)))


def _against_chance(
    shared: int | None, size_a: int | None, size_b: int | None, universe: int | None
) -> tuple[Fraction, float | None] | tuple[None, None]:
    """Return lift and z; nothing without all four counts, or where both lists do not fit into the universe stated."""
    if shared is None or not size_a or not size_b or not universe or universe < size_a + size_b - shared:
        return None, None
    lifted = measures.lift(shared, size_a, size_b, universe)
    return lifted, measures.z_score(shared, size_a, size_b, universe)


def _flows(flow: nx.DiGraph) -> tuple[FlowFinding, ...]:
    """Return the flows, the largest first."""
    found = []
    for a, b, edge in flow.edges(data=True):
        orders = edge["orders"]
        back = flow[b][a]["orders"] if flow.has_edge(b, a) else 0
        imbalance = Fraction(orders - back, orders + back) if orders + back else Fraction(0)
        base = tuple(sorted(edge["base"].items()))
        found.append(FlowFinding(flow.nodes[a]["node"], flow.nodes[b]["node"], orders, back, base, imbalance))
    return tuple(sorted(found, key=lambda each: (-each.orders, each.source.name, each.target.name)))


def _concerns(partner_id: str, *nodes: Node) -> bool:
    return not partner_id or any(node.partner_id == partner_id for node in nodes)
