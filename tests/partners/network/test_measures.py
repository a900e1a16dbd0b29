"""Every number of the worked example, and the laws that hold for any numbers."""

from __future__ import annotations

from fractions import Fraction

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.network import measures
from partners.network.clusters import adjusted_rand, find_clusters
from partners.network.graph import Node, OverlapEdge, counted, flow_graph, overlap_graph
from tests.partners.network.golden import FLOWS, NODES, OVERLAPS, SHARED, SIZES, UNIVERSE

OVERLAP = counted(overlap_graph(NODES, OVERLAPS))
FLOW = flow_graph(NODES, FLOWS)


@pytest.mark.parametrize(
    ("pair", "near", "coefficient", "lifted"),
    [
        ("AB", "6/29", "0.4", "2"), ("AC", "1/9", "0.3", "1.5"), ("BC", "1/9", "0.25", "5/3"),
        ("CD", "1/14", "0.15", "1.5"), ("DE", "2/11", "0.4", "5"), ("DF", "1/7", "0.375", "4.6875"),
        ("EF", "8/37", "0.4", "8"),
    ],
)  # fmt: skip
def test_a_pair_has_its_jaccard_overlap_coefficient_and_lift(
    pair: str, near: str, coefficient: str, lifted: str
) -> None:
    edge = OVERLAP[pair[0]][pair[1]]

    assert edge["J"] == Fraction(near)
    assert edge["OC"] == Fraction(coefficient)
    assert measures.lift(SHARED[pair], SIZES[pair[0]], SIZES[pair[1]], UNIVERSE) == Fraction(lifted)


def test_those_between_the_groups_carry_all_paths() -> None:
    found = measures.betweenness(OVERLAP)

    assert found.values == pytest.approx({"A": 0, "B": 0, "C": 0.6, "D": 0.6, "E": 0, "F": 0})
    assert (found.sources, found.error) == (None, 0.0)


def test_the_one_bridge_and_its_ends_are_found() -> None:
    assert measures.articulation_points(OVERLAP) == {"C", "D"}
    assert measures.bridges(OVERLAP) == {frozenset("CD")}


def test_two_clusters_are_found_and_firm() -> None:
    found = find_clusters(OVERLAP)

    assert found.of == {"A": 1, "B": 1, "C": 1, "D": 2, "E": 2, "F": 2}
    assert found.modularity == pytest.approx(0.4257, abs=5e-5)
    assert (found.stability, found.runs) == (1, 20)
    assert found.is_firm


def test_a_node_without_overlap_is_in_no_cluster() -> None:
    alone = Node("Z", "partner Z", "Z", "", "Z", "", 100, "")

    assert find_clusters(counted(overlap_graph([*NODES, alone], OVERLAPS))).of["Z"] == 0
    assert find_clusters(counted(overlap_graph([alone], []))).modularity is None


def test_partitions_that_cross_agree_less_than_chance() -> None:
    assert adjusted_rand({"a": 1, "b": 1, "c": 2, "d": 2}, {"a": 1, "b": 2, "c": 1, "d": 2}) == pytest.approx(-0.5)


def test_paths_run_over_distance_and_never_over_nearness() -> None:
    nodes = [Node(name, name, name, "", name, "", 1900, "") for name in "abc"]
    edges = [OverlapEdge("a", "b", 1800, None), OverlapEdge("b", "c", 1800, None), OverlapEdge("a", "c", 345, None)]
    triangle = counted(overlap_graph(nodes, edges))

    assert [round(float(triangle[a][b]["J"]), 1) for a, b in ("ab", "bc", "ac")] == [0.9, 0.9, 0.1]
    assert measures.betweenness(triangle).values["b"] == 1
    assert nx.betweenness_centrality(triangle, weight="J")["b"] == 0


def test_balance_tells_sources_from_sinks() -> None:
    found = {node: strength.balance for node, strength in measures.strengths(FLOW).items()}

    assert found["A"] == Fraction("0.375")
    assert found["E"] == 0
    assert found["F"] == 1
    assert [round(float(found[node] or 0), 4) for node in "BCD"] == [-0.4545, 0.2281, -0.5455]


def test_a_community_without_flow_has_no_balance() -> None:
    assert measures.Strength(0, 0).balance is None


def test_reciprocity_weighs_orders_where_networkx_counts_edges() -> None:
    assert measures.weighted_reciprocity(FLOW) == Fraction(700, 1290)
    assert nx.reciprocity(FLOW) == pytest.approx(0.8)


def test_pagerank_is_that_of_the_worked_example() -> None:
    found = measures.pagerank(FLOW)

    expected = {"D": 0.3274, "E": 0.2476, "C": 0.1455, "A": 0.1418, "B": 0.1127, "F": 0.0250}
    assert found == pytest.approx(expected, abs=5e-5)
    assert sum(found.values()) == pytest.approx(1)


def test_pagerank_is_that_of_networkx_also_with_dead_ends() -> None:
    from networkx.algorithms.link_analysis.pagerank_alg import _pagerank_python

    graph = nx.gnp_random_graph(60, 0.03, seed=3, directed=True)
    nx.set_edge_attributes(graph, {edge: 1 + edge[0] % 7 for edge in graph.edges}, "orders")

    expected = _pagerank_python(graph, weight="orders", tol=1e-13, max_iter=1000)
    assert min(dict(graph.out_degree()).values()) == 0
    assert measures.pagerank(graph) == pytest.approx(expected, abs=1e-9)


def test_without_any_flow_all_stand_alike() -> None:
    graph = flow_graph(NODES, [])

    assert measures.pagerank(graph) == pytest.approx(dict.fromkeys(SIZES, 1 / 6))
    assert measures.pagerank(flow_graph([], [])) == {}
    assert measures.weighted_reciprocity(graph) is None
    assert measures.loss_without(graph, "A") is None


def test_concentration_tells_who_depends_on_few() -> None:
    found = {node: measures.inflow_concentration(FLOW, node) for node in FLOW}

    assert found["A"] == Fraction("0.52")
    assert found["B"] == found["E"] == 1
    assert [round(float(found[node] or 0), 4) for node in "CD"] == [0.5248, 0.4325]
    assert found["F"] is None
    assert round(float(measures.source_concentration(FLOW) or 0), 4) == 0.2809


@pytest.mark.parametrize(("node", "orders", "parts"), [("A", 800, 1), ("C", 570, 2), ("D", 440, 3)])
def test_a_node_that_leaves_takes_its_flow_along(node: str, orders: int, parts: int) -> None:
    assert measures.loss_without(FLOW, node) == measures.Loss(orders, Fraction(orders, 1290), parts)


def test_many_nodes_are_sampled_and_the_sample_is_named() -> None:
    ring = nx.cycle_graph(measures.EXACT_UP_TO + 1)
    nx.set_edge_attributes(ring, 1.0, "distance")

    found = measures.betweenness(ring)

    assert found.sources == measures.BATCHES * measures.BATCH
    assert 0 < found.error < 0.2
    assert found == measures.betweenness(ring)


sizes = st.integers(min_value=1, max_value=10**7)


@given(sizes, sizes, st.integers(min_value=0, max_value=2 * 10**7))
def test_nearness_lies_between_none_and_all_and_has_no_direction(a: int, b: int, shared: int) -> None:
    near, coefficient = measures.jaccard(shared, a, b), measures.overlap_coefficient(shared, a, b)

    assert 0 <= near <= coefficient <= 1
    assert near == measures.jaccard(shared, b, a)
    assert coefficient == measures.overlap_coefficient(shared, b, a)


@given(st.integers(0, 1000), st.integers(1, 1000))
def test_the_interval_holds_the_share(part: int, whole: int) -> None:
    part = min(part, whole)

    low, high = measures.wilson(part, whole)

    assert 0 <= low <= part / whole + 1e-12
    assert part / whole - 1e-12 <= high <= 1


@given(st.lists(st.integers(0, 10**6), max_size=30))
def test_concentration_lies_between_even_and_all_from_one(orders: list[int]) -> None:
    found = measures.concentration(orders)

    count = sum(1 for order in orders if order)
    assert found is None if not count else Fraction(1, count) <= (found or 0) <= 1


def test_lift_of_chance_has_no_deviation() -> None:
    assert measures.z_score(3000, 20_000, 15_000, UNIVERSE) == 0
    assert (measures.z_score(6000, 20_000, 15_000, UNIVERSE) or 0) > 60
    assert measures.z_score(5, 10, 5, 10) is None
