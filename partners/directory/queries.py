"""Reads of the directory, each within what the actor may see."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from partners.directory import policy, stage_queries
from partners.directory.cards import (
    DirectoryPage,
    InvitingPage,
    PartnerCard,
    PartnerName,
    PartnerPage,
    PartnershipCard,
    PartnershipPage,
    Side,
    Waiting,
    WaitingKind,
)
from partners.directory.models import Footing, Partner, Partnership, PartnershipPartner, Standing
from partners.directory.policy import Action, Actor
from partners.directory.relationship import OPEN_FOOTINGS, PartnershipOver
from partners.errors import NotFound

__all__ = ["Waiting", "WaitingKind"]


_IS_LISTED = (Partner.standing == Standing.APPROVED, Partner.is_operator.is_(False))

ANSWER_WITHIN = timedelta(days=14)
"""How long an invitation may wait before the home page calls it overdue; it stays open all the same."""

_NEARNESS = ("", "ended", "invited", "exploring", "signed")


def own_partnership(session: Session, actor: Actor, partnership_id: str) -> Partnership:
    """Return a partnership that the actor's partner is in, invited or accepted; NotFound for every other."""
    found = session.scalar(
        select(Partnership)
        .join(PartnershipPartner, PartnershipPartner.partnership_id == Partnership.id)
        .where(Partnership.id == partnership_id, PartnershipPartner.partner_id == actor.partner_id)
    )
    if found is None:
        raise NotFound()
    return found


def accepted_partnership_ids(session: Session, partner_id: str) -> list[str]:
    """Return ids of the partnerships that every partner has accepted and that have not ended."""
    return list(
        session.scalars(
            select(Partnership.id)
            .join(PartnershipPartner, PartnershipPartner.partnership_id == Partnership.id)
            .where(PartnershipPartner.partner_id == partner_id, Partnership.footing.in_(OPEN_FOOTINGS))
            .order_by(Partnership.id)
        )
    )


def partner_ids_in(session: Session, partnership_id: str) -> list[str]:
    """Return ids of all partners of a partnership, in a fixed order."""
    side = PartnershipPartner
    return list(
        session.scalars(select(side.partner_id).where(side.partnership_id == partnership_id).order_by(side.partner_id))
    )


def names_of(session: Session, partner_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return (name, name_zh) of each partner that exists, by its id."""
    found = session.execute(select(Partner.id, Partner.name, Partner.name_zh).where(Partner.id.in_(list(partner_ids))))
    return {partner_id: (name, name_zh) for partner_id, name, name_zh in found}


def names_of_partnerships(session: Session, partnership_ids: Iterable[str]) -> dict[str, str]:
    """Return the name of each partnership, by id."""
    wanted = select(Partnership.id, Partnership.name).where(Partnership.id.in_(list(partnership_ids)))
    return dict(session.execute(wanted).all())


def approved_ids(session: Session, partner_ids: Iterable[str]) -> set[str]:
    """Return those of the ids that are brands on the platform, and so may be found and invited."""
    chosen = Partner.id.in_(list(partner_ids))
    return set(session.scalars(select(Partner.id).where(chosen, *_IS_LISTED)))


def partnerships_not_ended(session: Session, partner_id: str) -> list[str]:
    """Return ids of a partner's partnerships and open invitations."""
    side = PartnershipPartner
    return list(
        session.scalars(
            select(Partnership.id).join(side, side.partnership_id == Partnership.id)
            .where(side.partner_id == partner_id, Partnership.footing != Footing.ENDED).order_by(Partnership.id)
        )
    )  # fmt: skip


def floor_of(session: Session, partnership_id: str) -> int:
    """Return the smallest overlap, in members, that may be shown: the larger floor of all sides."""
    side = PartnershipPartner
    return session.scalars(select(func.max(side.floor)).where(side.partnership_id == partnership_id)).one()


def sides_still_waiting(session: Session, partnership_id: str) -> list[str]:
    """Return ids of the partners that have not accepted yet."""
    side = PartnershipPartner
    return list(
        session.scalars(
            select(side.partner_id).where(side.partnership_id == partnership_id, side.accepted_at.is_(None))
        )
    )


def partners(session: Session, actor: Actor) -> list[PartnerCard]:
    """Return every brand on the platform, by name, as any other may see it before a partnership.

    A brand that is not approved, or no longer, is shown to those who have or had a partnership with it; and sees no
    others itself.
    """
    policy.require(actor, Action.READ)
    footings = _footings_with(session, actor)
    known: ColumnElement[bool] = Partner.id.in_([*footings, actor.partner_id])
    if actor.standing in (Standing.APPROVED, Standing.SUSPENDED):
        known = or_(known, and_(*_IS_LISTED))
    rows = session.scalars(select(Partner).where(known).order_by(Partner.name))
    return [_partner_card(row, actor, footings) for row in rows]


def directory_page(session: Session, actor: Actor) -> DirectoryPage:
    """Return the actor's partnerships and every partner."""
    may_invite = policy.may(actor, Action.RUN_PARTNERSHIPS)
    return DirectoryPage(tuple(partnerships(session, actor)), tuple(partners(session, actor)), may_invite)


def inviting_page(session: Session, actor: Actor) -> InvitingPage:
    """Return whom the actor may invite; NotAllowed for a role that does not run partnerships."""
    policy.require(actor, Action.RUN_PARTNERSHIPS)
    cards = partners(session, actor)
    region = next(card.region for card in cards if card.is_own)
    return InvitingPage(tuple(c for c in cards if not c.is_own and c.standing == Standing.APPROVED), region)


def partner_page(session: Session, actor: Actor, partner_id: str) -> PartnerPage:
    """Return a partner's profile; what it says beyond the directory is the actor's own partnerships with it."""
    policy.require(actor, Action.READ)
    card = next((card for card in partners(session, actor) if card.id == partner_id), None)
    if card is None:
        raise NotFound()
    shared = tuple(each for each in partnerships(session, actor) if any(o.id == partner_id for o in each.others))
    return PartnerPage(card, shared, policy.may(actor, Action.RUN_PARTNERSHIPS))


def partnerships(session: Session, actor: Actor) -> list[PartnershipCard]:
    """Return the actor's partnerships and open invitations, newest first."""
    policy.require(actor, Action.READ)
    side = PartnershipPartner
    mine = select(side.partnership_id).where(side.partner_id == actor.partner_id)
    rows = session.scalars(select(Partnership).where(Partnership.id.in_(mine)).order_by(Partnership.created_at.desc()))
    found = rows.all()
    sides = _sides_of(session, actor, [row.id for row in found])
    return [_partnership_card(row, sides[row.id]) for row in found]


def partnership_page(session: Session, actor: Actor, partnership_id: str) -> PartnershipPage:
    """Return one partnership with its sides; NotFound for who is not in it."""
    policy.require(actor, Action.READ)
    row = own_partnership(session, actor, partnership_id)
    sides = _sides_of(session, actor, [row.id])[row.id]
    ended_by = next((side.partner for side in sides if side.partner.id == row.ended_by), None)
    return PartnershipPage(
        id=row.id, name=row.name, footing=row.footing.value, stage=row.stage.value, timezone=row.timezone,
        created_at=row.created_at, ended_at=row.ended_at, ended_by=ended_by,
        floor=max(side.floor for side in sides), sides=tuple(sides),
        moves=stage_queries.moves_of(session, row.id), open_stages=stage_queries.open_stages(actor, row),
        may_run=policy.may(actor, Action.RUN_PARTNERSHIPS),
    )  # fmt: skip


def ending_page(session: Session, actor: Actor, partnership_id: str) -> PartnershipPage:
    """Return a partnership that the actor may end or decline; NotAllowed for a role that does not run partnerships.

    Raises:
        PartnershipOver: it has ended already.
    """
    policy.require(actor, Action.RUN_PARTNERSHIPS)
    page = partnership_page(session, actor, partnership_id)
    if page.footing == Footing.ENDED:
        raise PartnershipOver()
    return page


def invitations_waiting(session: Session, actor: Actor) -> list[Waiting]:
    """Return the invitations that the actor may accept, oldest first; none for a role that may not."""
    if not policy.may(actor, Action.RUN_PARTNERSHIPS):
        return []
    return [
        Waiting(
            WaitingKind.ACCEPT_PARTNERSHIP, card.name, tuple(o.name for o in card.others), card.created_at, card.id,
            (card.created_at + ANSWER_WITHIN).date(),
        )
        for card in reversed(partnerships(session, actor))
        if card.waits_for_me
    ]  # fmt: skip


def _footings_with(session: Session, actor: Actor) -> dict[str, str]:
    """Return the furthest footing with each partner that the actor has or had a partnership with."""
    footings: dict[str, str] = {}
    for card in partnerships(session, actor):
        for other in card.others:
            footings[other.id] = max(footings.get(other.id, ""), card.footing, key=_NEARNESS.index)
    return footings


def _partner_card(row: Partner, actor: Actor, footings: dict[str, str]) -> PartnerCard:
    return PartnerCard(
        row.id, row.name, row.name_zh, row.partner_type.value, row.industry, row.region, row.about,
        is_own=row.id == actor.partner_id, footing=footings.get(row.id, ""), standing=row.standing.value,
    )  # fmt: skip


def _sides_of(session: Session, actor: Actor, partnership_ids: list[str]) -> dict[str, list[Side]]:
    """Return the sides of each partnership: who invited first, then who accepted, then who is still waited for."""
    rows = session.execute(
        select(PartnershipPartner, Partner).join(Partner, Partner.id == PartnershipPartner.partner_id)
        .where(PartnershipPartner.partnership_id.in_(partnership_ids)).order_by(Partner.name)
    ).all()  # fmt: skip
    sides: dict[str, list[Side]] = {partnership_id: [] for partnership_id in partnership_ids}
    for side, partner in sorted(rows, key=lambda r: (r[0].accepted_at is None, r[0].accepted_at or 0)):
        name = PartnerName(partner.id, partner.name, partner.name_zh)
        own = partner.id == actor.partner_id
        sides[side.partnership_id].append(Side(name, own, side.accepted_at, side.floor))
    return sides


def _partnership_card(row: Partnership, sides: list[Side]) -> PartnershipCard:
    invited = row.footing == Footing.INVITED
    waits_for = tuple(side for side in sides if invited and side.accepted_at is None)
    return PartnershipCard(
        row.id, row.name, row.footing.value, row.stage.value, row.timezone, row.created_at,
        others=tuple(side.partner for side in sides if not side.is_own),
        waits_for=tuple(side.partner for side in waits_for), waits_for_me=any(side.is_own for side in waits_for),
    )  # fmt: skip
