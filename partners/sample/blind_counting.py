"""A blind count that waits in the sample world: proposed by one brand, for its partner to take part in."""

from __future__ import annotations

from datetime import datetime, timedelta

from partners.audiences.blind.counting_services import declare_audience
from partners.audiences.blind.services import propose_blind_count
from partners.audiences.ground import Ground, LawfulBasis, Use
from partners.sample.brands import BRANDS
from partners.sample.world import World

MEMBERS = 3_140
"""Of the declared list; it exists nowhere."""


def propose_counting(world: World, partnership: str, code: str, at: datetime) -> None:
    """Let a brand declare a list of its first community and propose to count it blindly."""
    brand = next(brand for brand in BRANDS if brand.code == code)
    ground = Ground(
        as_of=at.date(), expires_on=at.date() + timedelta(days=365), lawful_basis=LawfulBasis.CONSENT,
        consent_text="joint campaigns 2", collected_from=at.date() - timedelta(days=700), collected_to=at.date(),
        purpose="joint campaigns", region=brand.region, uses=(Use.OVERLAP,),
    )  # fmt: skip
    actor, community_id = world.manager(code), world.community_ids[brand.clubs[0].code]
    declared = declare_audience(world.session, actor, community_id, ground, MEMBERS, at)
    propose_blind_count(world.session, actor, world.partnership_ids[partnership], declared.id, at)
