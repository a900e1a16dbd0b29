"""The same graph has the same picture, within the paper, and no two labels in the same place."""

from __future__ import annotations

import random
import subprocess
import sys

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partners.network.layout import LABEL, positions

PROGRAM = "import networkx as nx; from partners.network.layout import positions; print(positions({graph}))"


def _graph() -> nx.Graph:
    graph = nx.Graph(["AB", "AC", "BC", "CD", "DE", "DF", "EF", "XY"])
    graph.add_nodes_from("PQ")
    return graph


def test_the_same_graph_has_the_same_coordinates_in_another_process() -> None:
    code = "nx.Graph(['AB', 'AC', 'BC', 'CD', 'DE', 'DF', 'EF'])"
    runs = {
        subprocess.run([sys.executable, "-c", PROGRAM.format(graph=code)], capture_output=True, check=True).stdout
        for _ in range(2)
    }

    assert len(runs) == 1


def test_the_order_of_insertion_does_not_matter() -> None:
    shuffled = nx.Graph()
    nodes, edges = list(_graph()), [(b, a) for a, b in _graph().edges]
    random.Random(4).shuffle(nodes)
    random.Random(5).shuffle(edges)
    shuffled.add_nodes_from(nodes)
    shuffled.add_edges_from(edges)

    assert positions(shuffled) == positions(_graph())


def test_no_two_labels_meet() -> None:
    points = list(positions(_graph()).values())

    for i, (x, y) in enumerate(points):
        for other_x, other_y in points[:i]:
            assert abs(x - other_x) > LABEL[0] - 1e-3 or abs(y - other_y) > LABEL[1] - 1e-3


def test_those_without_an_edge_stand_below_the_others() -> None:
    found = positions(_graph())

    assert min(found["P"][1], found["Q"][1]) > max(found[node][1] for node in "ABCDEF")


@pytest.mark.parametrize("count", [0, 1, 2, 3, 40])
def test_any_number_of_lone_nodes_has_room(count: int) -> None:
    found = positions(nx.empty_graph([str(i) for i in range(count)]))

    assert len(set(found.values())) == count


def test_a_graph_too_large_for_springs_still_has_a_picture() -> None:
    graph = nx.relabel_nodes(nx.star_graph(700), str)

    found = positions(graph)

    assert len(set(found.values())) == 701
    assert found == positions(graph)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 30), st.integers(0, 40), st.integers(0, 99))
def test_every_node_lies_on_the_paper(nodes: int, edges: int, seed: int) -> None:
    graph = nx.relabel_nodes(nx.gnm_random_graph(nodes, edges, seed=seed), str)

    found = positions(graph)

    assert set(found) == set(graph)
    assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in found.values())
