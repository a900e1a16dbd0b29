"""What the directory's queries return: frozen values of primitives, for pages and for other rooms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from partners.directory.relationship import OPEN_FOOTINGS


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
    APPROVE_PARTNER = "approve_partner"
    APPROVE_BANK_ACCOUNT = "approve_bank_account"
    TAKE_PART_IN_COUNT = "take_part_in_count"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for the actor: what to do, with what, with whom, since when.

    ``kind`` is a WaitingKind value; ``name`` the name of the thing; ``with_names`` names of the other partners;
    ``thing_id`` the id that the thing's page takes (of the partnership, campaign, import, audience, period, statement).
    ``due``: the day by which it should be done; None where nobody has set one.
    """

    kind: str
    name: str
    with_names: tuple[str, ...]
    since: datetime
    thing_id: str
    due: date | None = None


@dataclass(frozen=True, slots=True)
class PartnerName:
    """A partner by its names; ``name_zh`` is empty where it has no Chinese one."""

    id: str
    name: str
    name_zh: str


@dataclass(frozen=True, slots=True)
class Shared:
    """Things of one table that the actor shares with partners, and the actions upon them that partners may know of.

    ``pages``: id of a thing -> id that its page takes; ``word`` says which page, partnership or campaign.
    """

    thing: str
    word: str
    pages: Mapping[str, str]
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SharedLine:
    """What a partner did to a shared thing. No person, no number: ``name`` of the thing, ``stage`` it was moved to.

    ``word`` and ``page_id`` say which page shows it.
    """

    at: datetime
    partner: PartnerName
    action: str
    name: str
    stage: str
    word: str
    page_id: str


@dataclass(frozen=True, slots=True)
class PartnerCard:
    """What every brand on the platform may see of a partner, before any partnership.

    ``footing`` is the furthest footing of the partnerships the actor has with it: empty where there is none.
    ``standing`` is to the platform: other than approved only for a partner that the actor has known before.
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
    standing: str = "approved"


@dataclass(frozen=True, slots=True)
class PartnershipCard:
    """One of the actor's partnerships in a list. ``waits_for``: the partners that have not accepted yet."""

    id: str
    name: str
    footing: str
    stage: str
    timezone: str
    created_at: datetime
    others: tuple[PartnerName, ...]
    waits_for: tuple[PartnerName, ...]
    waits_for_me: bool

    @property
    def is_open(self) -> bool:
        """Whether every side has accepted it and none has ended it."""
        return self.footing in OPEN_FOOTINGS


@dataclass(frozen=True, slots=True)
class PartnerPage:
    """A partner's profile and the partnerships that the actor has with it, newest first."""

    card: PartnerCard
    partnerships: tuple[PartnershipCard, ...]
    may_invite: bool


@dataclass(frozen=True, slots=True)
class DirectoryPage:
    """The actor's partnerships, newest first, and every partner, by name."""

    partnerships: tuple[PartnershipCard, ...]
    partners: tuple[PartnerCard, ...]
    may_invite: bool


@dataclass(frozen=True, slots=True)
class InvitingPage:
    """Whom the actor may invite, and the country of its own head office."""

    partners: tuple[PartnerCard, ...]
    region: str


@dataclass(frozen=True, slots=True)
class MoveCard:
    """One move of a partnership: who, for which side, when; ``why`` is empty where an agreement moved it."""

    from_stage: str
    to_stage: str
    partner: PartnerName
    person: str
    why: str
    at: datetime


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
    ``was_accepted`` says whether it had begun before. ``moves``: oldest first. ``open_stages``: where the actor may
    move it now. ``may_run``: whether the actor's role runs partnerships.
    """

    id: str
    name: str
    footing: str
    stage: str
    timezone: str
    created_at: datetime
    ended_at: datetime | None
    ended_by: PartnerName | None
    floor: int
    sides: tuple[Side, ...]
    moves: tuple[MoveCard, ...]
    open_stages: tuple[str, ...]
    may_run: bool

    @property
    def is_open(self) -> bool:
        """Whether every side has accepted it and none has ended it."""
        return self.footing in OPEN_FOOTINGS

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
    """A person's place at the actor's partner.

    ``suspended_at``: None while it may be used; ``signed_in_at``: when the person last signed in to it, None for never.
    """

    id: str
    user_id: str
    name: str
    email: str
    role: str
    created_at: datetime
    is_own: bool
    suspended_at: datetime | None
    note: str
    signed_in_at: datetime | None


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
    """One state change. ``who`` is empty where the platform itself acted.

    ``seat``: role of the seat it was done in, or name of the API token; empty where the seat is gone.
    """

    seq: int
    at: datetime
    who: str
    seat: str
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
