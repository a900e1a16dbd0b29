"""Tables of audiences and of what was counted from them. No raw identifier has a column here."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from partners.audiences.ground import LawfulBasis
from partners.audiences.release.evaluating import Answer as Answer
from partners.audiences.release.evaluating import Question as Question
from partners.database import Base, Digest, Id, Ref, Text40, Text120, one_of


class CountMethod(StrEnum):
    """How a list is counted: from its tokens under the key of a partnership, or by double blinding."""

    KEYED = "keyed"
    BLIND = "blind"


class Audience(Base):
    """One dated, immutable list of a community's members, as tokens in files of the store."""

    __tablename__ = "audience"
    __table_args__ = (
        UniqueConstraint("community_id", "source_digest"),
        CheckConstraint("accepted > 0", "not_empty"),
    )

    id: Mapped[Id]
    community_id: Mapped[Ref] = mapped_column(ForeignKey("community.id"), index=True)
    partner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), index=True)
    as_of: Mapped[date] = mapped_column(Date)
    expires_on: Mapped[date] = mapped_column(Date, comment="last day on which it is counted and kept")
    lawful_basis: Mapped[LawfulBasis] = mapped_column(one_of(LawfulBasis))
    consent_text: Mapped[Text40] = mapped_column(default="", comment="version of the text the members agreed to")
    collected_from: Mapped[date | None] = mapped_column(Date, comment="None on lists from before this was asked")
    collected_to: Mapped[date | None] = mapped_column(Date)
    purpose: Mapped[Text120] = mapped_column(comment="what the members were told it is for")
    uses: Mapped[list[str]] = mapped_column(JSON, comment="what it may be used for; see Use")
    region: Mapped[str] = mapped_column(String(2), default="", comment="ISO 3166 country whose law holds")
    assessment: Mapped[Text120] = mapped_column(default="", comment="number of the impact assessment; may be empty")
    method: Mapped[CountMethod] = mapped_column(
        one_of(CountMethod), default=CountMethod.KEYED, comment="blind: its tokens stay at the brand"
    )
    source_name: Mapped[Text120] = mapped_column(comment="name of the uploaded file; empty where there is none")
    source_digest: Mapped[Digest] = mapped_column(
        comment="SHA-256 of the uploaded bytes; the same file is refused twice"
    )
    accepted: Mapped[int] = mapped_column(comment="distinct members")
    duplicates: Mapped[int]
    rejected: Mapped[int]
    reasons: Mapped[dict[str, int]] = mapped_column(JSON, comment="rejected rows by reason")
    created_by: Mapped[Ref] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None] = mapped_column(comment="None while it is a preview; then nothing counts it")
    similar_to_id: Mapped[Ref | None] = mapped_column(
        ForeignKey("audience.id"), comment="an earlier list that differs in too few members; that one is counted"
    )
    tokens_deleted_at: Mapped[datetime | None] = mapped_column(comment="None while the token file is kept")


class TokenFile(Base):
    """The tokens of an audience, or of one of its segments, under the key of one partnership.

    In the store: sorted unsigned 64-bit numbers, each once.
    """

    __tablename__ = "token_file"
    __table_args__ = (UniqueConstraint("audience_id", "partnership_id", "segment"),)

    id: Mapped[Id]
    audience_id: Mapped[Ref] = mapped_column(ForeignKey("audience.id"), index=True)
    partner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), index=True)
    partnership_id: Mapped[Ref] = mapped_column(ForeignKey("partnership.id"), index=True)
    key_name: Mapped[str] = mapped_column(String(12), comment="of the partnership's key; empty: keyed by the platform")
    segment: Mapped[Text40] = mapped_column(default="", comment="empty: the whole audience")
    members: Mapped[int] = mapped_column(comment="tokens in the file now")
    withdrawn: Mapped[int] = mapped_column(default=0, comment="tokens removed because their people withdrew")
    digest: Mapped[Digest] = mapped_column(comment="SHA-256 of the file as it was registered")
    store_key: Mapped[Text120]


class Overlap(Base):
    """What two audiences (or segments of them) of one partnership have in common, with noise.

    The exact count is nowhere; what may be shown of the noisy one, ``release`` decides.
    """

    __tablename__ = "overlap"
    __table_args__ = (
        UniqueConstraint(
            "partnership_id", "audience_a_id", "audience_b_id", "segment_a", "segment_b", name="uq_overlap_pair"
        ),
        CheckConstraint("audience_a_id < audience_b_id", "ordered"),
    )

    id: Mapped[Id]
    partnership_id: Mapped[Ref] = mapped_column(ForeignKey("partnership.id"), index=True)
    audience_a_id: Mapped[Ref] = mapped_column(ForeignKey("audience.id"), index=True)
    audience_b_id: Mapped[Ref] = mapped_column(ForeignKey("audience.id"), index=True)
    segment_a: Mapped[Text40] = mapped_column(default="", comment="empty: the whole audience")
    segment_b: Mapped[Text40] = mapped_column(default="")
    size_a: Mapped[int] = mapped_column(comment="members compared")
    size_b: Mapped[int]
    noisy: Mapped[int | None] = mapped_column(comment="count plus noise, may be negative; None once taken back")
    epsilon_milli: Mapped[int] = mapped_column(comment="thousandths; 0: counted before there was noise")
    band: Mapped[Text40] = mapped_column(default="", comment="band that is shown, kept for hysteresis")
    method: Mapped[CountMethod] = mapped_column(one_of(CountMethod), default=CountMethod.KEYED)
    computed_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None] = mapped_column(comment="when one of its audiences was taken back")


class Evaluation(Base):
    """One question to a partner's lists: who asked, how it was answered, what it cost.

    Append-only, and read by both sides.
    """

    __tablename__ = "evaluation"

    id: Mapped[Id]
    partnership_id: Mapped[Ref] = mapped_column(ForeignKey("partnership.id"), index=True)
    asker_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), comment="the side whose list is newer")
    other_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"))
    own_community_id: Mapped[Ref] = mapped_column(ForeignKey("community.id"))
    other_community_id: Mapped[Ref] = mapped_column(ForeignKey("community.id"))
    own_audience_id: Mapped[Ref] = mapped_column(ForeignKey("audience.id"))
    other_audience_id: Mapped[Ref] = mapped_column(ForeignKey("audience.id"))
    question: Mapped[Question] = mapped_column(one_of(Question))
    answer: Mapped[Answer] = mapped_column(one_of(Answer))
    epsilon_milli: Mapped[int] = mapped_column(
        comment="thousandths of budget that it cost; 0 where nothing was counted"
    )
    at: Mapped[datetime]


class Regions(Base):
    """How 3 to 6 audiences of one partnership divide: members in exactly these of them, with noise."""

    __tablename__ = "regions"

    id: Mapped[Id]
    partnership_id: Mapped[Ref] = mapped_column(ForeignKey("partnership.id"), index=True)
    asker_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"))
    asked_by: Mapped[Ref] = mapped_column(ForeignKey("user.id"))
    asked_at: Mapped[datetime]
    audience_ids: Mapped[list[str]] = mapped_column(JSON, comment="in the order of the bits of a cell's number")
    sizes: Mapped[list[int]] = mapped_column(JSON, comment="members compared, in the same order")
    cells: Mapped[list[int]] = mapped_column(JSON, comment="cell number - 1 -> noisy count; empty until counted")
    epsilon_milli: Mapped[int]
    computed_at: Mapped[datetime | None] = mapped_column(comment="None until counted")
    taken_back_at: Mapped[datetime | None] = mapped_column(comment="when one of its audiences was taken back")


class Withdrawal(Base):
    """A list of people who withdrew: their tokens were removed and are left out of every later list. Append-only."""

    __tablename__ = "withdrawal"

    id: Mapped[Id]
    partner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), index=True)
    source_name: Mapped[Text120]
    source_digest: Mapped[Digest]
    members: Mapped[int] = mapped_column(comment="distinct people in the list")
    effects: Mapped[list[list[object]]] = mapped_column(
        JSON, comment="[audience id, partnership id, members before, members after] of each audience that shrank"
    )
    created_by: Mapped[Ref] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]

    @property
    def lists(self) -> int:
        """How many lists lost members by it."""
        return len({audience_id for audience_id, *_ in self.effects})


class BlindStep(StrEnum):
    """What a blind count waits for."""

    OPENING = "opening"
    ANSWERS = "answers"
    COUNTING = "counting"
    DONE = "done"
    STOPPED = "stopped"


class BlindCount(Base):
    """A count by commutative double blinding: each brand blinds its own list and the other's, the platform compares.

    Files in the store: what one side blinded once, sealed for the other; what was blinded twice, in random order.
    """

    __tablename__ = "blind_count"

    id: Mapped[Id]
    partnership_id: Mapped[Ref] = mapped_column(ForeignKey("partnership.id"), index=True)
    audience_a_id: Mapped[Ref] = mapped_column(ForeignKey("audience.id"), comment="of the side that proposed it")
    audience_b_id: Mapped[Ref | None] = mapped_column(ForeignKey("audience.id"), comment="None until the other joined")
    step: Mapped[BlindStep] = mapped_column(one_of(BlindStep), default=BlindStep.OPENING)
    once_a: Mapped[Text120] = mapped_column(default="", comment="store key; A's members blinded by A, sealed for B")
    once_b: Mapped[Text120] = mapped_column(default="")
    twice_a: Mapped[Text120] = mapped_column(default="", comment="store key; A's members blinded by both")
    twice_b: Mapped[Text120] = mapped_column(default="")
    proposed_by: Mapped[Ref] = mapped_column(ForeignKey("user.id"))
    proposed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
