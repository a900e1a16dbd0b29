"""What counting has written down, and who it is about."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.audiences.models import Evaluation, Overlap
from partners.audiences.release.evaluating import Answer, Question
from partners.communities.models import Community
from partners.directory.models import PartnershipPartner
from tests.cast import Brand, Cast
from tests.conftest import NOW


def answers(session: Session) -> list[tuple[Question, Answer, int]]:
    rows = session.scalars(select(Evaluation).order_by(Evaluation.at, Evaluation.question, Evaluation.id))
    return [(row.question, row.answer, row.epsilon_milli) for row in rows]


def overlaps(session: Session) -> list[Overlap]:
    return list(session.scalars(select(Overlap).order_by(Overlap.computed_at, Overlap.id)))


def side(session: Session, cast: Cast, brand: Brand) -> PartnershipPartner:
    return session.get_one(PartnershipPartner, (cast.partnership.id, brand.partner.id))


def second_community(session: Session, brand: Brand) -> Community:
    community = Community(
        partner_id=brand.partner.id, code=f"{brand.partner.code}-two", name="Second", theme="x", channel="email",
        created_at=NOW,
    )  # fmt: skip
    session.add(community)
    session.flush()
    return community
