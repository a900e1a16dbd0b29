"""The map as drawn for one reader: names, links and texts added to what was found."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from markupsafe import Markup

from app.filters import named
from app.network.texts import community_text, flow_text, page_of, pair_text, partner_named
from partners.network.findings import CommunityFinding, NetworkView
from partners.network.graph import Node
from reports.network_map import Arrow, Mark, Tie, key_mark, network_map


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One partner in the key: its sign, its name."""

    sign: Markup
    partner_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The drawing, its key, and how many of the communities chosen have a place on it."""

    svg: Markup
    key: tuple[KeyEntry, ...]
    drawn: int
    total: int


def draw(network: NetworkView, own_partner_id: str, show: str, without: str = "") -> Picture:
    """Return the map of what is shown.

    Args:
        show: "overlap", "flow" or "both".
        without: id of a community to leave out; empty for none.
    """
    placed = [each for each in network.communities if each.place]
    chosen = [each for each in placed if each.node.community_id != without]
    numbers = _numbered(network, own_partner_id)
    largest = max((each.node.size or 0 for each in network.communities), default=0) or 1
    marks = [_mark(each, numbers, largest) for each in chosen]
    svg = network_map(
        marks,
        _ties(network) if show != "flow" else [],
        _arrows(network) if show != "overlap" else [],
        _("Map of communities. The tables below say the same."),
    )
    names = {each.node.partner_id: partner_named(each.node) for each in chosen}
    key = tuple(
        KeyEntry(Markup(key_mark(number)), partner_id, names[partner_id])  # noqa: S704 - drawn by us from a number
        for partner_id, number in numbers.items() if partner_id in names
    )  # fmt: skip
    return Picture(Markup(svg), key, len(placed), len(network.communities))  # noqa: S704 - texts are escaped there


def _numbered(network: NetworkView, own_partner_id: str) -> dict[str, int]:
    """Number the partners by name, the reader's own first, whatever is filtered."""
    names = {each.node.partner_id: each.node.partner_name for each in network.communities}
    ordered = sorted(names, key=lambda partner_id: (partner_id != own_partner_id, names[partner_id], partner_id))
    first = 0 if own_partner_id in names else 1
    return {partner_id: number for number, partner_id in enumerate(ordered, first)}


def _mark(found: CommunityFinding, numbers: dict[str, int], largest: int) -> Mark:
    node = found.node
    x, y = found.place or (0.5, 0.5)
    return Mark(
        id=node.community_id, x=x, y=y,
        size=None if node.size is None else node.size / largest,
        partner=numbers[node.partner_id],
        label=named(node),
        note=_note(node),
        title=community_text(found), href=page_of(node),
    )  # fmt: skip


def _note(node: Node) -> str:
    return str(_("as a whole")) if node.is_partner else partner_named(node)


def _ties(network: NetworkView) -> list[Tie]:
    return [
        Tie(
            pair.a.community_id,
            pair.b.community_id,
            None if pair.jaccard is None else float(pair.jaccard),
            pair_text(pair),
        )
        for pair in network.pairs
    ]


def _arrows(network: NetworkView) -> list[Arrow]:
    most = max((flow.orders for flow in network.flows), default=1) or 1
    return [
        Arrow(flow.source.community_id, flow.target.community_id, flow.orders / most, flow_text(flow))
        for flow in network.flows
    ]
