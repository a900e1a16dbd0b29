"""Rows become graphs: unknown stays unknown, and nobody counts for their own standing."""

from __future__ import annotations

from partners.network.graph import NEAREST, FlowEdge, Node, OverlapEdge, counted, flow_graph, overlap_graph
from tests.partners.network.golden import FLOWS, NODES, OVERLAPS


def test_what_is_held_back_is_counted_and_is_no_edge() -> None:
    graph = overlap_graph(NODES, [*OVERLAPS, OverlapEdge("A", "F", None, None)])

    assert not graph.has_edge("A", "F")
    assert graph.graph["held_back"] == 1
    assert all(data["measured"] for _, _, data in graph.edges(data=True))


def test_a_band_is_drawn_and_carries_no_path() -> None:
    graph = overlap_graph(NODES, [OverlapEdge("A", "B", None, "10-20"), OverlapEdge("B", "C", 2500, None)])

    assert graph["A"]["B"] == {"measured": True, "n": None, "band": "10-20"}
    assert set(counted(graph).edges) == {("B", "C")}
    assert set(counted(graph)) == set(graph)


def test_nobody_shared_is_known_and_carries_no_path() -> None:
    graph = overlap_graph(NODES, [OverlapEdge("A", "B", 0, None)])

    assert graph["A"]["B"]["n"] == 0
    assert not counted(graph).edges


def test_a_size_that_is_not_known_leaves_nearness_unknown() -> None:
    nodes = [NODES[0], Node("X", "x", "X", "", "X", "", None, "1k-10k")]

    assert "J" not in overlap_graph(nodes, [OverlapEdge("A", "X", 500, None)])["A"]["X"]


def test_the_same_list_twice_is_near_but_not_at_no_distance() -> None:
    nodes = [Node(name, name, name, "", name, "", 1000, "") for name in "ab"]

    assert overlap_graph(nodes, [OverlapEdge("a", "b", 1000, None)])["a"]["b"]["distance"] == NEAREST


def test_who_sends_to_itself_is_left_out_and_said() -> None:
    graph = flow_graph(NODES, [*FLOWS, FlowEdge("A", "A", 7, 700, "EUR")])

    assert not graph.has_edge("A", "A")
    assert graph.graph["self_orders"] == 7


def test_flows_of_several_currencies_are_one_edge_and_no_mixed_sum() -> None:
    graph = flow_graph(NODES, [FlowEdge("A", "B", 2, 500, "EUR"), FlowEdge("A", "B", 3, 900, "CNY")])

    assert graph["A"]["B"] == {"orders": 5, "base": {"EUR": 500, "CNY": 900}}


def test_edges_to_the_unknown_are_no_edges() -> None:
    assert not overlap_graph(NODES, [OverlapEdge("A", "elsewhere", 60, None)]).edges
    assert not flow_graph(NODES, [FlowEdge("A", "elsewhere", 6, 0, "EUR")]).edges
