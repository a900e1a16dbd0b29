"""What the map says of one community, one pair, one flow, in the reader's language."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.filters import count, money_code, named, share
from app.i18n import locale
from app.labels import label
from partners.network.findings import AMBER, RED, CommunityFinding, FlowFinding, PairFinding
from partners.network.graph import Node


def partner_named(node: Node) -> str:
    """Return the name of the node's partner."""
    return node.partner_name_zh if node.partner_name_zh and locale() == "zh" else node.partner_name


def node_named(node: Node) -> str:
    """Return the name of a node; a partner that stands for all its communities says so."""
    return str(_("%(partner)s as a whole", partner=named(node))) if node.is_partner else named(node)


def page_of(node: Node) -> str:
    """Return the address of the page about a node: its community's, or its partner's."""
    if node.is_partner:
        return url_for("partners.show", partner_id=node.partner_id)
    return url_for("communities.show", community_id=node.community_id)


def members(node: Node) -> str:
    """Return how many members it has, as far as the reader may know."""
    if node.size is not None:
        return count(node.size)
    return str(label(node.size_band)) if node.size_band else count(None)


def community_text(found: CommunityFinding) -> str:
    """Say who it is and how large, for a reader who sees no picture."""
    node = found.node
    names = {"name": named(node), "partner": partner_named(node)}
    if node.is_partner:
        return node_named(node)
    if node.size is None and not node.size_band:
        return str(_("%(name)s of %(partner)s, size not known", **names))
    return str(_("%(name)s of %(partner)s, %(members)s members", **names, members=members(node)))


def pair_text(pair: PairFinding) -> str:
    """Say what two communities share."""
    names = {"a": node_named(pair.a), "b": node_named(pair.b)}
    if pair.shared is None:
        return str(_("%(a)s and %(b)s: %(band)s", **names, band=label(pair.band)))
    near = {"shared": count(pair.shared), "jaccard": share(pair.jaccard)}
    return str(_("%(a)s and %(b)s: %(shared)s shared members, Jaccard %(jaccard)s", **names, **near))


def flow_text(flow: FlowFinding) -> str:
    """Say what one community sent to another."""
    said: str = ngettext(
        "%(source)s sent %(orders)s order to %(target)s",
        "%(source)s sent %(orders)s orders to %(target)s",
        flow.orders,
        source=node_named(flow.source),
        target=node_named(flow.target),
        orders=count(flow.orders),
    )
    return said


def base_text(flow: FlowFinding) -> str:
    """Return the base of a flow, each currency on its own: amounts of two currencies have no sum."""
    return " + ".join(money_code(minor, currency) for currency, minor in flow.base)


def marks(found: CommunityFinding) -> list[tuple[str, str]]:
    """Return what deserves a look at a community, as tone and word."""
    noted = []
    if found.is_articulation:
        noted.append(("none", _("holds parts together")))
    if found.is_sink:
        noted.append(("wait", _("receives more than it sends")))
    if found.dependency is not None and found.dependency > AMBER:
        noted.append(("bad", _("depends on one source")) if found.dependency > RED else ("wait", _("depends on few")))
    return noted
