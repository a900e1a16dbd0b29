"""What the queries of trust return: frozen values of primitives."""

from __future__ import annotations

from dataclasses import dataclass

from partners.directory.cards import PartnerName
from partners.trust.panel import Figure


@dataclass(frozen=True, slots=True)
class TrustPanel:
    """What the actor's partner has seen of another one, in the partnerships that both are in."""

    partner: PartnerName
    window: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class SidesTrust:
    """What the actor's partner has seen of every other side of one partnership."""

    partnership_id: str
    name: str
    panels: tuple[TrustPanel, ...]
