"""What the page says, from rows alone."""

from __future__ import annotations

from fractions import Fraction

import pytest

from partners.network import findings as module
from partners.network.findings import NetworkView, findings
from partners.network.graph import FlowEdge, Node, OverlapEdge
from tests.partners.network.golden import FLOWS, NODES, OVERLAPS, UNIVERSE


def _view(universe: int | None = None) -> NetworkView:
    return findings(tuple(NODES), tuple(OVERLAPS), tuple(FLOWS), universe)


def test_a_community_has_its_place_in_both_graphs() -> None:
    found = {each.node.name: each for each in _view().communities}["D"]

    assert (found.betweenness, found.is_articulation, found.cluster) == (pytest.approx(0.6), True, 2)
    assert (found.inflow, found.outflow) == (340, 100)
    assert found.pagerank == pytest.approx(0.3274, abs=5e-5)
    assert found.dependency is not None
    assert found.balance_low is not None
    assert found.balance_high is not None
    assert found.balance_low < float(found.balance or 0) < found.balance_high
    assert found.is_sink


def test_few_orders_make_no_sink() -> None:
    view = findings(tuple(NODES), (), (FlowEdge("A", "B", 29, 0, "EUR"),))

    assert not any(each.is_sink for each in view.communities)


def test_lift_needs_a_stated_universe() -> None:
    assert {pair.lift for pair in _view().pairs} == {None}
    assert _view(UNIVERSE).pairs[0].lift == 8
    assert _view(16_800).pairs[-1].lift == Fraction(252, 1000)


def test_a_universe_too_small_for_both_lists_gives_no_lift() -> None:
    assert _view(16_799).pairs[-1].lift is None


def test_the_nearest_pair_comes_first_and_the_bridge_is_marked() -> None:
    pairs = _view().pairs

    assert (pairs[0].a.name, pairs[0].b.name) == ("E", "F")
    assert [(pair.a.name, pair.b.name) for pair in pairs if pair.is_bridge] == [("C", "D")]


def test_a_flow_knows_what_came_back() -> None:
    first = _view().flows[0]

    assert (first.source.name, first.target.name, first.orders, first.back) == ("A", "B", 400, 100)
    assert first.imbalance == Fraction(3, 5)
    assert first.base == (("EUR", 40_000),)


def test_a_community_alone_has_no_measures_and_a_place() -> None:
    view = findings((NODES[0],), (), ())

    only = view.communities[0]
    assert (only.betweenness, only.pagerank, only.balance, only.cluster) == (None, None, None, 0)
    assert (view.reciprocity, view.modularity) == (None, None)


def test_the_same_rows_are_computed_once() -> None:
    assert _view() is _view()


def test_one_partner_is_shown_with_its_neighbours_and_unchanged_measures() -> None:
    narrowed = _view().narrowed(partner_id="partner F")

    assert {each.node.name for each in narrowed.communities} == {"D", "E", "F"}
    assert {(pair.a.name, pair.b.name) for pair in narrowed.pairs} == {("E", "F"), ("D", "F")}
    assert [(flow.source.name, flow.target.name) for flow in narrowed.flows] == [("F", "D")]
    assert narrowed.reciprocity == _view().reciprocity


def test_minimums_hide_what_is_smaller_and_what_has_no_count() -> None:
    view = findings(tuple(NODES), (*OVERLAPS, OverlapEdge("A", "F", None, "1-5")), tuple(FLOWS))

    narrowed = view.narrowed(shared=2500, orders=150)

    assert [pair.shared for pair in narrowed.pairs] == [6000, 3000, 2500]
    assert [flow.orders for flow in narrowed.flows] == [400, 200, 150, 150]
    assert any(pair.band for pair in view.narrowed().pairs)


def test_clusters_that_are_not_firm_are_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("partners.network.clusters.FIRM", 1.1)

    view = module.findings.__wrapped__(tuple(NODES), tuple(OVERLAPS), tuple(FLOWS))

    assert not view.clusters_are_firm
    assert {each.cluster for each in view.communities} == {0}


def test_what_leaves_with_a_community_is_said_for_those_in_the_network() -> None:
    loss = _view().loss_without("D")

    assert loss is not None
    assert (loss.orders, loss.parts) == (440, 3)
    assert _view().loss_without("a stranger's") is None


def test_a_partner_as_a_whole_is_a_node() -> None:
    whole = Node("p", "p", "P", "", "P", "", None, "")

    assert whole.is_partner
    assert not NODES[0].is_partner


def test_of_very_many_only_the_weightiest_have_a_place() -> None:
    many = tuple(Node(f"{i:03}", "p", f"{i:03}", "", "P", "", i, "") for i in range(module.PLACED + 5))

    view = findings(many, (OverlapEdge("000", "001", 1, None),), ())

    without = {each.node.community_id for each in view.communities if each.place is None}
    assert without == {"002", "003", "004", "005", "006"}
