"""What the directory's queries return: frozen values of primitives, for pages and for other rooms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class WaitingKind(StrEnum):
    """What somebody is waited for to do; each room returns its own kinds."""

    ACCEPT_PARTNERSHIP = "accept_partnership"
    SIGN_TERMS = "sign_terms"
    MOVE_CAMPAIGN = "move_campaign"
    REVIEW_CAMPAIGN = "review_campaign"
    MEND_IMPORT = "mend_import"
    RENEW_AUDIENCE = "renew_audience"
    CLOSE_PERIOD = "close_period"
    APPROVE_DRAFTS = "approve_drafts"
    PAY_STATEMENT = "pay_statement"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for the actor: what to do, with what, with whom, since when.

    ``kind`` is a WaitingKind value; ``name`` the name of the thing; ``with_names`` names of the other partners;
    ``thing_id`` the id that the thing's page takes (of the partnership, campaign, import, audience, period, statement).
    """

    kind: str
    name: str
    with_names: tuple[str, ...]
    since: datetime
    thing_id: str


@dataclass(frozen=True, slots=True)
class PartnerName:
    """A partner by its names; ``name_zh`` is empty where it has no Chinese one."""

    id: str
    name: str
    name_zh: str


@dataclass(frozen=True, slots=True)
class PartnerCard:
    """What every brand on the platform may see of a partner, before any partnership.

    ``footing`` is the furthest footing of the partnerships the actor has with it: empty where there is none.
    """

    id: str
    name: str
    name_zh: str
    partner_type: str
    industry: str
    region: str
    about: str
    is_own: bool
    footing: str


@dataclass(frozen=True, slots=True)
class PartnershipCard:
    """One of the actor's partnerships in a list. ``waits_for``: the partners that have not accepted yet."""

    id: str
    name: str
    footing: str
    timezone: str
    created_at: datetime
    others: tuple[PartnerName, ...]
    waits_for: tuple[PartnerName, ...]
    waits_for_me: bool


@dataclass(frozen=True, slots=True)
class PartnerPage:
    """A partner's profile and the partnerships that the actor has with it, newest first."""

    card: PartnerCard
    partnerships: tuple[PartnershipCard, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One partner in a partnership. ``accepted_at`` None while its invitation is open; ``floor`` in members."""

    partner: PartnerName
    is_own: bool
    accepted_at: datetime | None
    floor: int


@dataclass(frozen=True, slots=True)
class PartnershipPage:
    """A partnership as each of its sides sees it. The first side is the one that invited.

    ``floor``: members; the larger one of all sides. ``ended_at`` and ``ended_by`` are None until a side ends it;
    ``was_accepted`` says whether it had begun before.
    """

    id: str
    name: str
    footing: str
    timezone: str
    created_at: datetime
    ended_at: datetime | None
    ended_by: PartnerName | None
    floor: int
    sides: tuple[Side, ...]

    @property
    def own(self) -> Side:
        """The actor's side."""
        return next(side for side in self.sides if side.is_own)

    @property
    def was_accepted(self) -> bool:
        """Whether every side had accepted: an invitation that was declined never was a partnership."""
        return all(side.accepted_at for side in self.sides)


@dataclass(frozen=True, slots=True)
class SeatCard:
    """A person's place at the actor's partner."""

    id: str
    user_id: str
    name: str
    email: str
    role: str
    created_at: datetime
    is_own: bool


@dataclass(frozen=True, slots=True)
class EntityCard:
    """A legal entity of the actor's own partner; another brand never sees its tax number here."""

    id: str
    code: str
    name: str
    name_zh: str
    address: str
    country: str
    registration_number: str
    tax_number: str
    currency: str


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One state change. ``who`` is empty where the platform itself acted."""

    seq: int
    at: datetime
    who: str
    action: str
    thing: str
    thing_id: str
    before: dict[str, Any]
    after: dict[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    """One page of audit events, newest first; ``page`` counts from 1 to ``pages``."""

    lines: tuple[AuditLine, ...]
    total: int
    page: int
    pages: int
