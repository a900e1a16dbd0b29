"""The three lists beside the map: communities, pairs, flows; on the page and as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Response
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.labels import label
from app.listing import Column, Listing
from app.network.texts import base_text, marks, node_named, partner_named
from partners.network.findings import NetworkView

PREFIXES = {"c_": "communities", "p_": "pairs", "f_": "flows"}
"""What stands before each list's names in the address."""


def tables(network: NetworkView, args: Mapping[str, str]) -> dict[str, Listing]:
    """Return all three, by name."""
    return {"communities": _communities(network, args), "pairs": _pairs(network, args), "flows": _flows(network, args)}


def download(tables: dict[str, Listing], args: Mapping[str, str]) -> Response | None:
    """Return the list that the address asks for as CSV, with what a page shows in one cell apart; else None."""
    for prefix, name in PREFIXES.items():
        if f"{prefix}csv" in args:
            columns = [column for shown in tables[name].columns for column in _apart(name, shown)]
            return replace(tables[name], columns=columns).as_csv(f"network-{name}.csv")
    return None


def _communities(network: NetworkView, args: Mapping[str, str]) -> Listing:
    """List the communities, those with most members first."""
    columns = [
        Column("community", lazy_gettext("Community"), value=lambda each: node_named(each.node)),
        Column("partner", lazy_gettext("Partner"), value=lambda each: partner_named(each.node)),
        Column("members", lazy_gettext("Members"), "count", value=lambda each: each.node.size),
        Column("betweenness", lazy_gettext("Betweenness"), "share"),
        Column("pagerank", lazy_gettext("PageRank"), "share"),
        Column("inflow", lazy_gettext("Orders in"), "count"),
        Column("outflow", lazy_gettext("Orders out"), "count"),
        Column("balance", lazy_gettext("Balance"), "share"),
        Column("dependency", lazy_gettext("Dependency"), "share"),
        Column("cluster", lazy_gettext("Cluster"), "count", value=lambda each: each.cluster or None),
        Column("marks", lazy_gettext("Noted"), value=lambda each: ", ".join(word for _tone, word in marks(each))),
    ]
    rows = sorted(network.communities, key=lambda each: (-(each.node.size or 0), each.node.name))
    return Listing.of(rows, columns, args, "c_")


def _pairs(network: NetworkView, args: Mapping[str, str]) -> Listing:
    """List the pairs with a released overlap, the nearest first."""
    columns = [
        Column("a", lazy_gettext("Community"), value=lambda pair: node_named(pair.a)),
        Column("b", lazy_gettext("With"), value=lambda pair: node_named(pair.b)),
        Column("shared", lazy_gettext("Shared members"), "count"),
        Column("jaccard", lazy_gettext("Jaccard"), "share"),
        Column("coefficient", lazy_gettext("Overlap coefficient"), "share"),
        Column("lift", lazy_gettext("Lift"), "share"),
        Column("bridge", lazy_gettext("Noted"), value=lambda pair: _("bridge") if pair.is_bridge else ""),
    ]
    nothing = _("No overlap is released for this choice. One appears when both sides have registered an audience.")
    return Listing.of(network.pairs, columns, args, "p_", nothing)


def _flows(network: NetworkView, args: Mapping[str, str]) -> Listing:
    """List the flows, the largest first."""
    columns = [
        Column("source", lazy_gettext("From"), value=lambda flow: node_named(flow.source)),
        Column("target", lazy_gettext("To"), value=lambda flow: node_named(flow.target)),
        Column("orders", lazy_gettext("Orders"), "count"),
        Column("back", lazy_gettext("Orders back"), "count"),
        Column("imbalance", lazy_gettext("Imbalance"), "share"),
        Column(
            "base", lazy_gettext("Base"), "count", value=lambda flow: max((minor for _, minor in flow.base), default=0)
        ),
    ]
    nothing = _("No referral flow for this choice. One appears when a merchant reports which community sent an order.")
    return Listing.of(network.flows, columns, args, "f_", nothing)


def _apart(name: str, column: Column) -> list[Column]:
    """Return what stands in a CSV for one column of the page."""
    if (name, column.key) == ("communities", "members"):
        return [column, Column("band", _("Size band"), value=lambda each: _band(each.node.size_band))]
    if (name, column.key) == ("pairs", "shared"):
        return [column, Column("band", _("Band"), value=lambda pair: _band(pair.band))]
    if (name, column.key) == ("flows", "base"):
        return [Column("base", column.title, value=base_text)]
    return [column]


def _band(band: str | None) -> str:
    return str(label(band)) if band else ""
