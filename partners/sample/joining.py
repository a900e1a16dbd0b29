"""Who comes in: the operator of the platform, a brand that waits for approval, and open invitations."""

from __future__ import annotations

from datetime import datetime, timedelta

from partners.directory import invitation_services, seat_services, standing_services
from partners.directory.accounts.models import Role
from partners.directory.invitation_services import Registration
from partners.directory.models import PartnerType
from partners.directory.policy import Actor
from partners.sample.world import World

OPERATOR, OPERATOR_EMAIL = "Tandem", "operator@tandem.example"

NEWCOMER = Registration(
    "Kirschgarten Tea", "樱园茶", PartnerType.BRAND, "tea", "AT",
    "Herbal and black teas from Burgenland, in 12 shops and by post.", "Theresa Huber", "admin@kirschgarten.example",
    "en",
)  # fmt: skip
"""A brand that Morgenrot invited, that has registered, and that the operator has still to approve."""


def set_up(world: World, at: datetime) -> None:
    """Let somebody run the platform."""
    asked = standing_services.set_up_operator(world.session, OPERATOR, OPERATOR_EMAIL, "Olga Brenner", "en", at)
    seat = invitation_services.accept_as_newcomer(
        world.session, asked.id, "Olga Brenner", world.password_digest, "en", at
    )
    actor = Actor(seat.user_id, seat.id, seat.partner_id, seat.role.value, is_operator=True)
    seat_services.require_second_factor(world.session, actor, False, at)  # to be tried without a telephone


def come_in(world: World) -> None:
    """Let a brand wait for approval, another one and a colleague for their own answer."""
    session, manager, yesterday = world.session, world.manager("morgenrot"), world.now - timedelta(days=1)
    came = invitation_services.invite_brand(
        session, manager, NEWCOMER.name, NEWCOMER.email, "en", "Europe/Vienna", yesterday
    )
    registered = invitation_services.register_brand(session, NEWCOMER, yesterday, came.id)
    invitation_services.accept_as_newcomer(
        session, registered.id, NEWCOMER.person, world.password_digest, "en", yesterday
    )
    invitation_services.invite_brand(
        session, manager, "Fjällbröd", "hej@fjallbrod.example", "en", "Europe/Stockholm", world.now
    )
    invitation_services.invite_to_seat(
        session, world.actors["morgenrot", "admin"], "tilda.brand@morgenrot.example", "Tilda Brand", Role.VIEWER, "en",
        world.now,
    )  # fmt: skip
