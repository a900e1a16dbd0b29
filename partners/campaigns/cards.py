"""What the queries of campaigns return: frozen values of primitives, for pages and for other rooms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from partners.campaigns.lifecycle import Rung
from partners.campaigns.proposal import Offer
from partners.campaigns.terms import Change, TermsDocument, Words
from partners.directory.cards import PartnerName
from partners.errors import TandemError


@dataclass(frozen=True, slots=True)
class CampaignCard:
    """One campaign in a list.

    ``unsigned_since``: when the terms were proposed that the actor's partner has not signed yet; None where it has.
    """

    id: str
    code: str
    name: str
    campaign_type: str
    stage: str
    partnership_id: str
    others: tuple[PartnerName, ...]
    starts_on: date
    ends_on: date
    unsigned_since: datetime | None


@dataclass(frozen=True, slots=True)
class CampaignsPage:
    """The campaigns that the actor's partner takes part in, newest first, and whether it may propose another."""

    cards: tuple[CampaignCard, ...]
    may_propose: bool


@dataclass(frozen=True, slots=True)
class PartyCard:
    """One party of the agreement, with its weight in the terms in force, or else in the newest."""

    partner: PartnerName
    entity_name: str
    entity_name_zh: str
    is_merchant: bool
    weight: int
    is_own: bool


@dataclass(frozen=True, slots=True)
class SignatureCard:
    """A party's place under the terms: who signed when; ``person`` is empty and ``at`` None while it is waited for."""

    partner: PartnerName
    person: str
    at: datetime | None
    is_own: bool


@dataclass(frozen=True, slots=True)
class TermsCard:
    """One version of terms. ``changes`` are those against the version before, empty for the first.

    ``state``: ``open`` (waits for signatures), ``in_force`` (the newest that all have signed), ``signed`` (replaced,
    but still prices the sales of its days) or ``superseded`` (never came into force).
    """

    id: str
    version: int
    digest: str
    state: str
    document: TermsDocument
    words: Words
    changes: tuple[Change, ...]
    author: str
    author_partner: PartnerName
    created_at: datetime
    signatures: tuple[SignatureCard, ...]


@dataclass(frozen=True, slots=True)
class GoalCard:
    """A goal; numbers are minor units of the campaign's currency for ``revenue``, else counts."""

    kpi: str
    baseline: int
    target: int
    due_on: date
    owner: PartnerName


@dataclass(frozen=True, slots=True)
class CommunityLine:
    """A community that takes part, and whose it is."""

    id: str
    code: str
    name: str
    name_zh: str
    partner: PartnerName


@dataclass(frozen=True, slots=True)
class MoveCard:
    """One step from stage to stage: who, when, why."""

    from_stage: str
    to_stage: str
    reason: str
    person: str
    partner: PartnerName
    at: datetime


@dataclass(frozen=True, slots=True)
class Permits:
    """What the actor may do on the page now. ``moves``: stages to take the campaign to.

    ``may_report``: send evidence; ``may_add``: let own communities take part.
    ``hindrance`` is the rule that keeps the next step closed, None where it is open or nothing hinders it.
    """

    may_share: bool
    may_propose: bool
    may_sign: bool
    may_counter: bool
    may_plan: bool
    may_report: bool
    may_add: bool
    moves: tuple[str, ...]
    hindrance: TandemError | None


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """Everything the campaign's page shows, but for results.

    ``partners`` are the parties, or the whole partnership before there are any; ``others`` those that are not the
    actor's. ``terms`` newest first; ``current`` is the newest version, ``in_force`` the newest that all have signed,
    None where there is none. ``currency`` and ``agreement_number`` are empty until terms are proposed.
    """

    id: str
    code: str
    name: str
    campaign_type: str
    objective: str
    stage: str
    starts_on: date
    ends_on: date
    today: date
    lessons: str
    partnership_id: str
    partnership_name: str
    timezone: str
    proposer: PartnerName
    partners: tuple[PartnerName, ...]
    others: tuple[PartnerName, ...]
    agreement_number: str
    currency: str
    parties: tuple[PartyCard, ...]
    terms: tuple[TermsCard, ...]
    current: TermsCard | None
    in_force: TermsCard | None
    goals: tuple[GoalCard, ...]
    communities: tuple[CommunityLine, ...]
    moves: tuple[MoveCard, ...]
    rungs: tuple[Rung, ...]
    permits: Permits


@dataclass(frozen=True, slots=True)
class SignedTerms:
    """A version that every party has signed, in its agreement."""

    id: str
    agreement_id: str
    document: TermsDocument
    digest: str

    @property
    def version(self) -> int:
        """1, 2, 3 … within the agreement."""
        return self.document.version

    @property
    def effective_from(self) -> date:
        """First local day of sales it prices."""
        return self.document.effective_from

    @property
    def effective_until(self) -> date:
        """First local day that it does not price any more."""
        return self.document.effective_until


@dataclass(frozen=True, slots=True)
class TermsRecord:
    """A signed version as a statement quotes it: its campaign, its author's user id, and (partner, person, instant)."""

    terms: SignedTerms
    campaign_id: str
    campaign_code: str
    campaign_name: str
    author_id: str
    signatures: tuple[tuple[str, str, datetime], ...]


@dataclass(frozen=True, slots=True)
class IntakeCampaign:
    """A campaign as evidence is read against it.

    ``versions``: fully signed, newest first; ``terms.in_force`` picks one by local day. ``has_begun``: it has been
    live. ``communities``: code -> (community id, partner id).
    """

    id: str
    code: str
    partnership_id: str
    timezone: str
    stage: str
    starts_on: date
    ends_on: date
    has_begun: bool
    versions: tuple[SignedTerms, ...]
    communities: dict[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class EntityChoice:
    """A legal entity that may sign for a partner."""

    id: str
    name: str
    name_zh: str
    currency: str


@dataclass(frozen=True, slots=True)
class PartyChoice:
    """A partner of the partnership with the legal entities that it may sign by, own brand first."""

    partner: PartnerName
    entities: tuple[EntityChoice, ...]
    is_own: bool


@dataclass(frozen=True, slots=True)
class ProposalChoices:
    """What a proposal within one partnership is chosen from."""

    partnership_id: str
    partnership_name: str
    timezone: str
    parties: tuple[PartyChoice, ...]
    communities: tuple[CommunityLine, ...]


@dataclass(frozen=True, slots=True)
class VersionChoices:
    """What the next version of a campaign's terms is written from: its page, and the parties in their order."""

    page: CampaignPage
    parties: tuple[PartyChoice, ...]


@dataclass(frozen=True, slots=True)
class TermsPreview:
    """Terms as they would be signed, before they are: their number, words, changes and digest."""

    number: str
    version: int
    offer: Offer
    words: Words
    changes: tuple[Change, ...]
    digest: str
