"""Who looks at whom, and in which partnerships; what every read of trust is limited to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from partners.directory.models import Partnership


@dataclass(frozen=True, slots=True)
class Sight:
    """The partner that looks, the one that is looked at, and the partnerships that both are in."""

    own_id: str
    other_id: str
    partnerships: Sequence[Partnership]

    @property
    def partnership_ids(self) -> list[str]:
        """Their ids."""
        return [each.id for each in self.partnerships]
