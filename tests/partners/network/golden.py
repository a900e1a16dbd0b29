"""The worked example of the network: six communities, seven overlaps, ten flows, with every number known."""

from __future__ import annotations

from partners.network.graph import FlowEdge, Node, OverlapEdge

UNIVERSE = 100_000
SIZES = {"A": 20_000, "B": 15_000, "C": 10_000, "D": 8_000, "E": 5_000, "F": 4_000}
SHARED = {"AB": 6000, "AC": 3000, "BC": 2500, "CD": 1200, "DE": 2000, "DF": 1500, "EF": 1600}
ORDERS = {
    "AB": 400, "BA": 100, "AC": 150, "CA": 150, "BC": 50, "CD": 200, "DC": 20, "ED": 80, "DE": 80, "FD": 60,
}  # fmt: skip

NODES = [Node(name, f"partner {name}", name, "", name, "", size, "") for name, size in SIZES.items()]
OVERLAPS = [OverlapEdge(pair[0], pair[1], shared, None) for pair, shared in SHARED.items()]
FLOWS = [FlowEdge(pair[0], pair[1], orders, orders * 100, "EUR") for pair, orders in ORDERS.items()]
