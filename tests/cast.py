"""The fixed cast of the tests. Alder and Birch are partners of each other; Cedar is the stranger.

Each brand has one user per role, and a second finance user, because who prepares may not approve.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from partners.communities.models import Community
from partners.directory.accounts.models import Role, Seat, User
from partners.directory.models import (
    Footing,
    LegalEntity,
    Partner,
    Partnership,
    PartnershipPartner,
    PartnershipStage,
    PartnerType,
)
from partners.directory.policy import Actor

PASSWORD = "correct horse battery"


@dataclass(frozen=True, slots=True)
class Brand:
    """One partner of the cast, with an actor per role."""

    partner: Partner
    entity: LegalEntity
    community: Community
    manager: Actor
    viewer: Actor
    finance: Actor
    finance_two: Actor
    admin: Actor


@dataclass(frozen=True, slots=True)
class Cast:
    """Alder and Birch in a signed partnership; Cedar outside of it."""

    alder: Brand
    birch: Brand
    cedar: Brand
    partnership: Partnership


def build_cast(session: Session, now: datetime, password_digest: str = "-") -> Cast:
    """Add the cast to a session and flush it."""
    brands = [
        _brand(session, now, password_digest, *names)
        for names in (("alder", "Alder Coffee", "桤木咖啡", "EUR"), ("birch", "Birch Dairy", "白桦乳业", "EUR"),
                      ("cedar", "Cedar Stranger", "雪松陌路", "EUR"))
    ]  # fmt: skip
    alder, birch, cedar = brands
    partnership = Partnership(
        name="Alder with Birch", footing=Footing.SIGNED, stage=PartnershipStage.WORKING, timezone="Europe/Berlin",
        created_at=now,
    )  # fmt: skip
    session.add(partnership)
    session.flush()
    for brand in (alder, birch):
        session.add(
            PartnershipPartner(
                partnership_id=partnership.id, partner_id=brand.partner.id, accepted_at=now,
                accepted_by=brand.manager.user_id,
            )
        )  # fmt: skip
    session.flush()
    return Cast(alder, birch, cedar, partnership)


def _brand(session: Session, now: datetime, digest: str, code: str, name: str, name_zh: str, currency: str) -> Brand:
    partner = Partner(
        code=code, name=name, name_zh=name_zh, partner_type=PartnerType.BRAND, industry="food", region="DE",
        created_at=now,
    )  # fmt: skip
    session.add(partner)
    session.flush()
    entity = LegalEntity(
        partner_id=partner.id, code=code[:3].upper(), name=f"{name} GmbH", name_zh=f"{name_zh}有限公司",
        address="Hafenstraße 1, 20457 Hamburg", country="DE", registration_number="HRB 1", tax_number="DE123456788",
        currency=currency,
    )  # fmt: skip
    community = Community(
        partner_id=partner.id, code=f"{code}-club", name=f"{name} club", name_zh=f"{name_zh}会员", theme="breakfast",
        channel="email", created_at=now,
    )  # fmt: skip
    session.add_all([entity, community])
    actors = [
        _actor(session, now, digest, partner, Role(role), f"{role}{suffix}")
        for role, suffix in (("manager", ""), ("viewer", ""), ("finance", ""), ("finance", "2"), ("admin", ""))
    ]
    return Brand(partner, entity, community, *actors)


def _actor(session: Session, now: datetime, digest: str, partner: Partner, role: Role, name: str) -> Actor:
    user = User(
        email=f"{name}@{partner.code}.example", name=f"{partner.name} {name}", password_digest=digest, created_at=now
    )
    session.add(user)
    session.flush()
    seat = Seat(user_id=user.id, partner_id=partner.id, role=role, created_at=now)
    session.add(seat)
    session.flush()
    return Actor(user.id, seat.id, partner.id, role.value)
