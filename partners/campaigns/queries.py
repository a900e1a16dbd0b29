"""Reads of campaigns, each within what the actor may see.

A campaign is seen by its proposer at any stage; by the whole partnership while it is explored; by the parties of its
agreement from then on. For anyone else it does not exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from partners.campaigns import lifecycle, page
from partners.campaigns.cards import CampaignCard, CampaignPage, CampaignsPage
from partners.campaigns.lifecycle import Facts, GoalFacts, Stage
from partners.campaigns.models import (
    Agreement,
    Campaign,
    CampaignCommunity,
    Goal,
    GoalKpi,
    Party,
    Signature,
    StageMove,
    Terms,
)
from partners.campaigns.terms_queries import campaign_for_intake as campaign_for_intake
from partners.campaigns.terms_queries import signed_versions as signed_versions
from partners.campaigns.terms_queries import terms_in_force as terms_in_force
from partners.campaigns.terms_queries import terms_records as terms_records
from partners.communities.models import Community
from partners.directory import policy
from partners.directory import queries as directory
from partners.directory.accounts.queries import names_of_users
from partners.directory.cards import PartnerName, Waiting, WaitingKind
from partners.directory.models import LegalEntity, Partner, Partnership, PartnershipPartner
from partners.directory.policy import Action, Actor
from partners.errors import NotFound

SIGN_WITHIN = timedelta(days=14)
"""How long terms may wait for a signature before the home page calls them overdue; they stay open all the same."""


def own_campaign(session: Session, actor: Actor, campaign_id: str) -> Campaign:
    """Return the row of a campaign that the actor's partner may see; NotFound for every other."""
    found = session.scalar(select(Campaign).where(Campaign.id == campaign_id, _visible(actor)))
    if found is None:
        raise NotFound()
    return found


def campaigns(session: Session, actor: Actor) -> list[CampaignCard]:
    """Return every campaign that the actor's partner may see, newest first."""
    policy.require(actor, Action.READ)
    return _cards(session, actor, _visible(actor))


def campaigns_page(session: Session, actor: Actor) -> CampaignsPage:
    """Return what the pipeline shows."""
    return CampaignsPage(tuple(campaigns(session, actor)), policy.may(actor, Action.RUN_CAMPAIGNS))


def campaigns_of_partnership(session: Session, actor: Actor, partnership_id: str) -> list[CampaignCard]:
    """Return those of one partnership; empty where the actor has no part in it."""
    policy.require(actor, Action.READ)
    return _cards(session, actor, and_(_visible(actor), Campaign.partnership_id == partnership_id))


def waiting_for(session: Session, actor: Actor) -> list[Waiting]:
    """Return what waits for the actor, oldest first: terms to sign, plans to make or approve, pauses, reviews."""
    if not policy.may(actor, Action.RUN_CAMPAIGNS):
        return []
    cards = campaigns(session, actor)
    moves = _last_moves(session, [card.id for card in cards])
    found = []
    for card in cards:
        names, move = tuple(other.name for other in card.others), moves.get(card.id)
        if card.unsigned_since:
            due = (card.unsigned_since + SIGN_WITHIN).date()
            found.append(Waiting(WaitingKind.SIGN_TERMS, card.name, names, card.unsigned_since, card.id, due))
        if move and (kind := _awaited(card.stage, move, actor)):
            found.append(Waiting(kind, card.name, names, move.at, card.id))
    return sorted(found, key=lambda each: (each.since, each.thing_id))


def campaign_page(
    session: Session, actor: Actor, campaign_id: str, now: datetime, is_settled: bool = False
) -> CampaignPage:
    """Return everything a campaign's page shows but its results.

    Args:
        is_settled: whether every period up to the campaign's end has been issued, which this room cannot know.
    """
    policy.require(actor, Action.READ)
    row = own_campaign(session, actor, campaign_id)
    partnership = session.get_one(Partnership, row.partnership_id)
    terms = _terms_of(session, row.agreement_id)
    moves = session.scalars(select(StageMove).where(StageMove.campaign_id == row.id)).all()
    wanted = [version.id for version in terms]
    signatures = session.scalars(select(Signature).where(Signature.terms_id.in_(wanted))).all()
    rows = page.Rows(
        campaign=row, partnership=partnership, terms=terms, moves=moves, signatures=signatures,
        agreement=session.get(Agreement, row.agreement_id) if row.agreement_id else None,
        names=names_in(session, row.partnership_id), people=_people(session, terms, signatures, moves),
        parties=_parties(session, row.agreement_id), communities=_communities(session, row.id),
        goals=session.scalars(select(Goal).where(Goal.campaign_id == row.id).order_by(Goal.kpi)).all(),
    )  # fmt: skip
    return page.assembled(rows, actor, facts_of(session, actor, row, today_of(partnership, now), is_settled))


def today_of(partnership: Partnership, now: datetime) -> date:
    """Return the date in the partnership's time zone."""
    return now.astimezone(ZoneInfo(partnership.timezone)).date()


def facts_of(session: Session, actor: Actor, campaign: Campaign, today: date, is_settled: bool) -> Facts:
    """Return what the campaign's next step depends on, seen from the actor."""
    goals = session.scalars(select(Goal).where(Goal.campaign_id == campaign.id))
    agreement = session.get(Agreement, campaign.agreement_id) if campaign.agreement_id else None
    return Facts(
        partner_id=actor.partner_id, user_id=actor.user_id, today=today, starts_on=campaign.starts_on,
        ends_on=campaign.ends_on, goals=tuple(GoalFacts(goal.due_on, bool(goal.owner_id)) for goal in goals),
        are_terms_in_force=bool(agreement and agreement.terms_in_force_id),
        planned_by=_who_moved(session, campaign.id, Stage.PLANNED),
        paused_by=_who_moved(session, campaign.id, Stage.PAUSED), is_settled=is_settled,
    )  # fmt: skip


def names_in(session: Session, partnership_id: str) -> dict[str, PartnerName]:
    """Return the names of all partners of a partnership, by id."""
    side = PartnershipPartner
    rows = session.execute(
        select(Partner.id, Partner.name, Partner.name_zh).join(side, side.partner_id == Partner.id)
        .where(side.partnership_id == partnership_id).order_by(Partner.name)
    )  # fmt: skip
    return {row.id: PartnerName(*row) for row in rows}


def involved(session: Session, campaign: Campaign) -> list[str]:
    """Return ids of the campaign's partners: its parties, or the whole partnership while there are none."""
    if campaign.agreement_id is None:
        return directory.partner_ids_in(session, campaign.partnership_id)
    parties = select(Party.partner_id).where(Party.agreement_id == campaign.agreement_id).order_by(Party.position)
    return list(session.scalars(parties))


def codes_like(session: Session, stem: str) -> set[str]:
    """Return the codes of campaigns that are the stem, or begin with it and a hyphen."""
    similar = or_(Campaign.code == stem, Campaign.code.startswith(f"{stem}-", autoescape=True))
    return set(session.scalars(select(Campaign.code).where(similar)))


def goal_of(session: Session, campaign_id: str, kpi: GoalKpi) -> Goal | None:
    """Return a campaign's goal for one figure; None where it has none."""
    return session.scalar(select(Goal).where(Goal.campaign_id == campaign_id, Goal.kpi == kpi))


def community_ids_of(session: Session, partner_ids: Iterable[str]) -> set[str]:
    """Return ids of all communities of these partners."""
    return set(session.scalars(select(Community.id).where(Community.partner_id.in_(list(partner_ids)))))


def community_ids_in(session: Session, campaign_id: str) -> set[str]:
    """Return ids of the communities that take part in a campaign."""
    taking_part = CampaignCommunity
    return set(session.scalars(select(taking_part.community_id).where(taking_part.campaign_id == campaign_id)))


def _visible(actor: Actor) -> ColumnElement[bool]:
    agreements = select(Party.agreement_id).where(Party.partner_id == actor.partner_id)
    side = PartnershipPartner
    accepted = select(side.partnership_id).where(side.partner_id == actor.partner_id, side.accepted_at.is_not(None))
    return or_(
        Campaign.proposer_id == actor.partner_id,
        Campaign.agreement_id.in_(agreements),
        and_(Campaign.stage == Stage.EXPLORING, Campaign.partnership_id.in_(accepted)),
    )


def _cards(session: Session, actor: Actor, condition: ColumnElement[bool]) -> list[CampaignCard]:
    rows = session.scalars(select(Campaign).where(condition).order_by(Campaign.created_at.desc(), Campaign.id)).all()
    partners = _partners_of(session, rows)
    unsigned = _unsigned_by(session, actor, rows)
    return [
        CampaignCard(
            id=row.id, code=row.code, name=row.name, campaign_type=row.campaign_type.value, stage=row.stage.value,
            partnership_id=row.partnership_id,
            others=tuple(partner for partner in partners[row.id] if partner.id != actor.partner_id),
            starts_on=row.starts_on, ends_on=row.ends_on, unsigned_since=unsigned.get(row.agreement_id or ""),
        )
        for row in rows
    ]  # fmt: skip


def _partners_of(session: Session, rows: Sequence[Campaign]) -> dict[str, list[PartnerName]]:
    """Return the partners of each campaign: its parties in their order, or else the partners of its partnership."""
    parties = session.execute(
        select(Party.agreement_id, Partner.id, Partner.name, Partner.name_zh)
        .join(Partner, Partner.id == Party.partner_id).order_by(Party.position)
        .where(Party.agreement_id.in_([row.agreement_id for row in rows if row.agreement_id]))
    )  # fmt: skip
    side = PartnershipPartner
    sides = session.execute(
        select(side.partnership_id, Partner.id, Partner.name, Partner.name_zh)
        .join(Partner, Partner.id == side.partner_id).order_by(Partner.name)
        .where(side.partnership_id.in_([row.partnership_id for row in rows if not row.agreement_id]))
    )  # fmt: skip
    names: dict[str, list[PartnerName]] = {}
    for key, *name in (*parties, *sides):
        names.setdefault(key, []).append(PartnerName(*name))
    return {row.id: names.get(row.agreement_id or row.partnership_id, []) for row in rows}


def _unsigned_by(session: Session, actor: Actor, rows: Sequence[Campaign]) -> dict[str, datetime]:
    """Return when those newest terms of agreements were proposed that the actor's partner may still sign."""
    agreements = [row.agreement_id for row in rows if lifecycle.is_negotiable(row.stage)]
    newest = {
        agreement_id: (terms_id, created_at)
        for agreement_id, terms_id, created_at in session.execute(
            select(Terms.agreement_id, Terms.id, Terms.created_at)
            .where(Terms.agreement_id.in_(agreements)).order_by(Terms.version)
        )
    }  # fmt: skip
    mine = Signature.terms_id.in_([terms_id for terms_id, _ in newest.values()])
    signed = set(session.scalars(select(Signature.terms_id).where(mine, Signature.partner_id == actor.partner_id)))
    return {agreement: created_at for agreement, (terms_id, created_at) in newest.items() if terms_id not in signed}


def _last_moves(session: Session, campaign_ids: list[str]) -> dict[str, StageMove]:
    moves = session.scalars(select(StageMove).where(StageMove.campaign_id.in_(campaign_ids)))
    return {move.campaign_id: move for move in sorted(moves, key=page.moment)}


def _awaited(stage: str, move: StageMove, actor: Actor) -> WaitingKind | None:
    """Return what a campaign of this stage waits for from the actor; None where it waits for nothing or for another."""
    if stage in (Stage.PLANNED, Stage.PAUSED) and actor.partner_id == move.partner_id:
        return None
    if stage in (Stage.SIGNED, Stage.PLANNED, Stage.PAUSED):
        return WaitingKind.MOVE_CAMPAIGN
    return WaitingKind.REVIEW_CAMPAIGN if stage == Stage.SETTLED else None


def _who_moved(session: Session, campaign_id: str, to_stage: Stage) -> tuple[str, ...]:
    row = session.execute(
        select(StageMove.partner_id, StageMove.user_id)
        .where(StageMove.campaign_id == campaign_id, StageMove.to_stage == to_stage)
        .order_by(StageMove.at.desc()).limit(1)
    ).one_or_none()  # fmt: skip
    return tuple(row) if row else ()


def _terms_of(session: Session, agreement_id: str | None) -> Sequence[Terms]:
    return session.scalars(select(Terms).where(Terms.agreement_id == agreement_id).order_by(Terms.version)).all()


def _people(
    session: Session, terms: Sequence[Terms], signatures: Sequence[Signature], moves: Sequence[StageMove]
) -> dict[str, str]:
    ids = {row.author_id for row in terms} | {row.user_id for row in signatures} | {row.user_id for row in moves}
    return names_of_users(session, ids)


def _parties(session: Session, agreement_id: str | None) -> list[tuple[Party, LegalEntity]]:
    rows = session.execute(
        select(Party, LegalEntity).join(LegalEntity, LegalEntity.id == Party.legal_entity_id)
        .where(Party.agreement_id == agreement_id).order_by(Party.position)
    )  # fmt: skip
    return [(party, entity) for party, entity in rows]


def _communities(session: Session, campaign_id: str) -> Sequence[Community]:
    taking_part = CampaignCommunity
    return session.scalars(
        select(Community).join(taking_part, taking_part.community_id == Community.id)
        .where(taking_part.campaign_id == campaign_id).order_by(Community.name)
    ).all()  # fmt: skip
