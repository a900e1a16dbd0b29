"""How each figure of the network comes about: its formula and what went into it, in the reader's language."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from app.filters import count, named, ratio, share
from partners.network.findings import CommunityFinding, FlowFinding, NetworkView, PairFinding
from partners.network.measures import Loss


def headline(network: NetworkView) -> list[dict[str, str]]:
    """Return the figures at the top of the page."""
    orders = count(network.orders)
    return [
        {"label": _("Communities"), "value": count(len(network.communities))},
        {"label": _("Released overlaps"), "value": count(len(network.pairs)), "explain": held_back(network)},
        {"label": _("Referred orders"), "value": orders},
        {
            "label": _("Reciprocity"),
            "value": share(network.reciprocity),
            "explain": _(
                "Sum of the smaller of there and back over all pairs, both ways, ÷ all %(orders)s orders. 100 %% means "
                "that every pair sends as much as it gets.",
                orders=orders,
            ),
        },
        {
            "label": _("Concentration of sources"),
            "value": share(network.source_concentration),
            "explain": _(
                "Sum of the squared shares of all senders in %(orders)s orders. 100 %% means that one sends all.",
                orders=orders,
            ),
        },
    ]


def held_back(network: NetworkView) -> str:
    """Say how many pairs were counted and not released."""
    said: str = ngettext(
        "%(held)s more pair was counted and is not released, because it is below the floor. It is unknown, not zero.",
        "%(held)s more pairs were counted and are not released, because they are below the floor. They are unknown, "
        "not zero.",
        network.held_back,
        held=count(network.held_back),
    )
    return said


def betweenness(found: CommunityFinding, network: NetworkView) -> str:
    """Explain how much lies between others."""
    said: str = _(
        "Share of the shortest paths between all other communities that run through %(name)s. The distance of a pair "
        "is −ln of its Jaccard; paths run over released counts only.",
        name=named(found.node),
    )
    return said if network.sources is None else f"{said} {sampling(network)}"


def sampling(network: NetworkView) -> str:
    """Say that betweenness is sampled, from how many sources, and how far off it may be."""
    said: str = _(
        "Betweenness is estimated from %(sources)s sampled communities; a value is off by at most %(error)s in 95 of "
        "100 cases.",
        sources=count(network.sources),
        error=share(network.error),
    )
    return said


def pagerank(network: NetworkView) -> str:
    """Explain the standing in the flow."""
    said: str = _(
        "PageRank over %(flows)s flows weighted by orders, damping 0.85: much is sent to it, by those to whom much is "
        "sent. All values together are 100 %%.",
        flows=count(len(network.flows)),
    )
    return said


def balance(found: CommunityFinding) -> str:
    """Explain whether more is sent or received."""
    said: str = _(
        "(%(outflow)s out − %(inflow)s in) ÷ (%(outflow)s + %(inflow)s) orders. −100 %% only receives, 100 %% only "
        "sends. 95 %% interval: %(low)s to %(high)s (Wilson).",
        outflow=count(found.outflow),
        inflow=count(found.inflow),
        low=share(found.balance_low),
        high=share(found.balance_high),
    )
    return said


def dependency(found: CommunityFinding) -> str:
    """Explain how much the inflow depends on few."""
    said: str = _(
        "Sum of the squared shares of those who send the %(orders)s orders it receives. 100 %% means that all come "
        "from one; above 25 %% it depends on few, above 50 %% on one.",
        orders=count(found.inflow),
    )
    return said


def cluster(network: NetworkView) -> str:
    """Explain the clusters and how firm they are."""
    said: str = _(
        "Louvain clusters of the overlaps, weighted by Jaccard, the largest first: modularity %(modularity)s; %(runs)s "
        "runs agree %(stability)s.",
        modularity=ratio(network.modularity),
        runs=count(network.runs),
        stability=share(network.stability),
    )
    return said


def jaccard(pair: PairFinding) -> str:
    """Explain how near two communities are."""
    said: str = _(
        "%(shared)s shared ÷ (%(a)s + %(b)s − %(shared)s) members of either.",
        shared=count(pair.shared),
        a=count(pair.a.size),
        b=count(pair.b.size),
    )
    return said


def coefficient(pair: PairFinding) -> str:
    """Explain which part of the smaller list is shared."""
    smaller = min(pair.a.size or 0, pair.b.size or 0)
    said: str = _(
        "%(shared)s shared ÷ %(smaller)s members of the smaller.", shared=count(pair.shared), smaller=count(smaller)
    )
    return said


def lift(pair: PairFinding, network: NetworkView) -> str:
    """Explain how far two communities share more than by chance."""
    said: str = _(
        "%(shared)s shared × %(universe)s people in all, as you stated ÷ (%(a)s × %(b)s) members. 1 is chance.",
        shared=count(pair.shared),
        universe=count(network.universe),
        a=count(pair.a.size),
        b=count(pair.b.size),
    )
    if pair.z is None:
        return said
    distance = _("%(z)s standard deviations from chance (hypergeometric).", z=ratio(pair.z, 1))
    return f"{said} {distance}"


def imbalance(flow: FlowFinding) -> str:
    """Explain how one-sided a pair is."""
    said: str = _(
        "(%(orders)s there − %(back)s back) ÷ (%(orders)s + %(back)s) orders.",
        orders=count(flow.orders),
        back=count(flow.back),
    )
    return said


def loss(found: Loss, network: NetworkView) -> str:
    """Say what leaves with one community."""
    touched = _(
        "Without this community %(orders)s of %(all)s orders would be touched, %(share)s of the flow.",
        orders=count(found.orders),
        all=count(network.orders),
        share=share(found.touched),
    )
    parts = ngettext(
        "The flow that remains is %(parts)s part.",
        "The flow that remains is %(parts)s separate parts.",
        found.parts,
        parts=count(found.parts),
    )
    return f"{touched} {parts}"


def limits(network: NetworkView) -> list[str]:
    """Say what the measures cannot know, so that nobody reads more from them than they hold."""
    said = [
        _("Overlaps of your partners with one another are unknown to you, and are no edge here."),
        _("Large partners are seen better than small ones, because small overlaps are held back."),
        _("People who are in several communities of one brand count in each."),
    ]
    if network.held_back:
        said.append(held_back(network))
    if any(pair.shared is None for pair in network.pairs):
        said.append(_("A pair with a band alone is drawn and counts in no measure."))
    if network.sources is not None:
        said.append(sampling(network))
    if not network.clusters_are_firm:
        agreement = {"runs": count(network.runs), "stability": share(network.stability)}
        said.append(_("Clusters are not named: %(runs)s runs agree only %(stability)s, less than 80 %%.", **agreement))
    if network.self_orders:
        left = count(network.self_orders)
        said.append(_("Orders that a community sent to itself are left out: %(orders)s.", orders=left))
    if network.unplaced_orders:
        left = count(network.unplaced_orders)
        said.append(_("Orders from communities that are no longer shown to you are left out: %(orders)s.", orders=left))
    return said
