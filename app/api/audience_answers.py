"""What the API answers about audiences: numbers and days, no token and no row of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from partners.audiences.queries import AudienceCard, AudiencePage
from partners.tabular import Failure

MOST_FAILURES = 1_000
"""Rejected rows that are named; all of them are counted."""


@dataclass(frozen=True, slots=True)
class RecipientAnswer:
    """A partnership in which an audience may be compared. ``key``: name of the key that its tokens are under."""

    partnership_id: str
    key: str
    members: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class AudienceAnswer:
    """An audience. ``standing``: preview, newest (counted), similar (to another one, which is counted instead),
    replaced, declared (for blind counts only), expired or tokens_deleted. ``members``: now, without who withdrew.
    """

    id: str
    community_id: str
    as_of: date
    expires_on: date
    standing: str
    accepted: int
    duplicates: int
    rejected: int
    members: int
    recipients: list[RecipientAnswer]

    @classmethod
    def of(cls, card: AudienceCard) -> AudienceAnswer:
        """Return an audience of the brand."""
        named = [RecipientAnswer(one.partnership_id, one.key_name, one.members, one.withdrawn)
                 for one in card.recipients]  # fmt: skip
        return cls(
            card.id, card.community_id, card.as_of, card.expires_on, card.standing, card.accepted, card.duplicates,
            card.rejected, card.members, named,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that did not become a member: its number in the file (the header is 1), the column, and why."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class PreviewAnswer:
    """What became of a list. ``reasons``: rejected rows by reason; ``rejected_rows`` names the first 1,000.

    ``similar_to``: the audience that is counted instead, because the two differ in too few people; null where it is
    this one.
    """

    audience: AudienceAnswer
    similar_to: str | None
    reasons: dict[str, int]
    rejected_rows: list[RejectedRow]

    @classmethod
    def of(cls, page: AudiencePage, failures: Sequence[Failure]) -> PreviewAnswer:
        """Return a preview and the rows that it lacks."""
        rows = [RejectedRow(one.row_no, one.column, one.reason) for one in failures[:MOST_FAILURES]]
        similar = page.similar_to.id if page.similar_to else None
        return cls(AudienceAnswer.of(page.card), similar, dict(page.reasons), rows)


@dataclass(frozen=True, slots=True)
class ShrunkAnswer:
    """A list that lost members, and in which partnership."""

    audience_id: str
    partnership_id: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class WithdrawalAnswer:
    """People who withdrew: how many were named, and which lists lost members by it."""

    id: str
    people: int
    shrunk: list[ShrunkAnswer]

    @classmethod
    def of(cls, withdrawal_id: str, people: int, effects: Sequence[Sequence[object]]) -> WithdrawalAnswer:
        """Return what a withdrawal did; an effect is (audience, partnership, members before, members after)."""
        shrunk = [ShrunkAnswer(str(one[0]), str(one[1]), int(str(one[2])), int(str(one[3]))) for one in effects]
        return cls(withdrawal_id, people, shrunk)
