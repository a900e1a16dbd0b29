"""On what ground a list may be used and kept: what the law asks a brand to say (domain specification D6).

Pure.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from partners.directory.codes import checked_country
from partners.errors import Invalid

KEPT_FOR = timedelta(days=2 * 366)
"""A list is kept for two years at most: an older one says little, and whoever is in it may have forgotten."""


class LawfulBasis(StrEnum):
    CONSENT = "consent"
    CONTRACT = "contract"
    LEGITIMATE_INTEREST = "legitimate_interest"


class Use(StrEnum):
    """What a list may be used for; a question that needs another use is refused."""

    OVERLAP = "overlap"
    REGIONS = "regions"


class OfTheFuture(Invalid):
    """A list cannot be of a day that has not come yet ({as_of})."""


class ExpiresTooEarly(Invalid):
    """The list must expire on or after the day it is of ({as_of}), and not before today."""


class KeptTooLong(Invalid):
    """The list may be kept until {latest} at most: two years after the day it is of."""


class CollectedLater(Invalid):
    """The members must have been collected before or on the day the list is of ({as_of}), the first before the last."""


class GroundMissing(Invalid):
    """Say for what the list may be used, on what ground, under which text and in which country. Missing: {missing}."""


class TextTooLong(Invalid):
    """“{name}” has at most {most} characters."""


_MOST = {"consent_text": 40, "purpose": 120, "assessment": 120}
"""Characters of each text; the columns hold no more."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Why and how long a list may be used.

    ``region`` is the ISO 3166 country whose law holds, ``assessment`` the number of an impact assessment, if there is
    one.
    """

    as_of: date
    expires_on: date
    lawful_basis: LawfulBasis
    consent_text: str
    collected_from: date
    collected_to: date
    purpose: str
    region: str
    uses: tuple[Use, ...]
    assessment: str = ""

    @property
    def columns(self) -> dict[str, Any]:
        """Return the columns of an audience that hold it, by name."""
        return asdict(self) | {"uses": [use.value for use in self.uses]}


def require_ground(ground: Ground, now: datetime) -> None:
    """Raise what is wrong with a ground.

    Raises:
        GroundMissing, TextTooLong, CountryUnusable; OfTheFuture, CollectedLater, ExpiresTooEarly, KeptTooLong.
    """
    wanted = {
        "purpose": ground.purpose, "consent_text": ground.consent_text, "region": ground.region, "uses": ground.uses,
    }  # fmt: skip
    missing = [name for name, value in wanted.items() if not value]
    if missing:
        raise GroundMissing(missing=", ".join(missing))
    for name, most in _MOST.items():
        if len(getattr(ground, name)) > most:
            raise TextTooLong(name=name, most=most)
    checked_country(ground.region)
    if ground.as_of > now.date():
        raise OfTheFuture(as_of=ground.as_of)
    if not ground.collected_from <= ground.collected_to <= ground.as_of:
        raise CollectedLater(as_of=ground.as_of)
    if ground.expires_on < max(ground.as_of, now.date()):
        raise ExpiresTooEarly(as_of=ground.as_of)
    if ground.expires_on > ground.as_of + KEPT_FOR:
        raise KeptTooLong(latest=ground.as_of + KEPT_FOR)
