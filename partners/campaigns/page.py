"""Puts together what a campaign's page shows, from rows that a query has read. Reads nothing itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from partners.campaigns import lifecycle, terms
from partners.campaigns.cards import (
    CampaignPage,
    CommunityLine,
    GoalCard,
    MoveCard,
    PartyCard,
    Permits,
    SignatureCard,
    TermsCard,
)
from partners.campaigns.lifecycle import Facts, Stage
from partners.campaigns.models import Agreement, Campaign, Goal, Party, Signature, StageMove, Terms
from partners.communities.models import Community
from partners.directory import policy
from partners.directory.cards import PartnerName
from partners.directory.models import LegalEntity, Partnership
from partners.directory.policy import Action, Actor
from partners.directory.relationship import OPEN_FOOTINGS


@dataclass(frozen=True, slots=True)
class Rows:
    """One campaign's rows. ``terms`` oldest first; ``names`` of partners and ``people`` (user names) by id."""

    campaign: Campaign
    partnership: Partnership
    agreement: Agreement | None
    parties: Sequence[tuple[Party, LegalEntity]]
    terms: Sequence[Terms]
    signatures: Sequence[Signature]
    goals: Sequence[Goal]
    communities: Sequence[Community]
    moves: Sequence[StageMove]
    names: Mapping[str, PartnerName]
    people: Mapping[str, str]


def assembled(rows: Rows, actor: Actor, facts: Facts) -> CampaignPage:
    """Return the page as the actor sees it."""
    campaign, agreement = rows.campaign, rows.agreement
    versions = _terms_cards(rows, actor)
    current = versions[0] if versions else None
    in_force = next((card for card in versions if card.state == "in_force"), None)
    involved = [rows.names[party.partner_id] for party, _ in rows.parties] or list(rows.names.values())
    moves = sorted(rows.moves, key=moment)
    cancelled_from = moves[-1].from_stage if campaign.stage == Stage.CANCELLED and moves else None
    return CampaignPage(
        id=campaign.id, code=campaign.code, name=campaign.name, campaign_type=campaign.campaign_type.value,
        objective=campaign.objective, stage=campaign.stage.value, starts_on=campaign.starts_on,
        ends_on=campaign.ends_on, today=facts.today, lessons=campaign.lessons, partnership_id=rows.partnership.id,
        partnership_name=rows.partnership.name, timezone=rows.partnership.timezone,
        proposer=rows.names[campaign.proposer_id],
        partners=tuple(involved), others=tuple(name for name in involved if name.id != actor.partner_id),
        agreement_number=agreement.number if agreement else "", currency=agreement.currency if agreement else "",
        parties=_party_cards(rows, in_force or current, actor), terms=versions, current=current, in_force=in_force,
        goals=tuple(_goal_card(goal, rows) for goal in rows.goals),
        communities=tuple(community_line(row, rows.names) for row in rows.communities),
        moves=tuple(_move_card(move, rows) for move in moves),
        rungs=lifecycle.ladder(campaign.stage, cancelled_from), permits=_permits(rows, current, actor, facts),
    )  # fmt: skip


def community_line(row: Community, names: Mapping[str, PartnerName]) -> CommunityLine:
    """Return a community with the name of its partner."""
    return CommunityLine(row.id, row.code, row.name, row.name_zh, names[row.partner_id])


def moment(move: StageMove) -> tuple[datetime, int]:
    """Return what steps are sorted by: time, and within one instant the order of the stages."""
    return move.at, list(Stage).index(move.to_stage)


def _terms_cards(rows: Rows, actor: Actor) -> tuple[TermsCard, ...]:
    cards = [_terms_card(row, rows, actor) for row in rows.terms]
    told = [replace(new, changes=terms.changes(old.document, new.document)) for old, new in pairwise(cards)]
    return (*reversed(told), *cards[:1])


def _terms_card(row: Terms, rows: Rows, actor: Actor) -> TermsCard:
    document = terms.from_dict(row.document)
    signed = {each.partner_id: each for each in rows.signatures if each.terms_id == row.id}
    return TermsCard(
        id=row.id, version=row.version, digest=row.digest, state=_state(row, rows, len(signed)), document=document,
        words=terms.in_words(document), changes=(), author=rows.people[row.author_id],
        author_partner=rows.names[row.author_partner_id], created_at=row.created_at,
        signatures=tuple(
            _signature_card(rows.names[party.partner], signed.get(party.partner), rows, actor)
            for party in document.parties
        ),
    )  # fmt: skip


def _state(row: Terms, rows: Rows, signatures: int) -> str:
    if rows.agreement and rows.agreement.terms_in_force_id == row.id:
        return "in_force"
    if signatures == len(row.document["parties"]):
        return "signed"
    is_open = row is rows.terms[-1] and lifecycle.is_negotiable(rows.campaign.stage)
    return "open" if is_open else "superseded"


def _signature_card(name: PartnerName, row: Signature | None, rows: Rows, actor: Actor) -> SignatureCard:
    person, at = (rows.people[row.user_id], row.signed_at) if row else ("", None)
    return SignatureCard(name, person, at, is_own=name.id == actor.partner_id)


def _party_cards(rows: Rows, shown: TermsCard | None, actor: Actor) -> tuple[PartyCard, ...]:
    if shown is None:
        return ()
    entities = {entity.id: entity for _, entity in rows.parties}
    return tuple(
        PartyCard(
            partner=rows.names[party.partner], entity_name=party.name, is_merchant=party.merchant, weight=party.weight,
            entity_name_zh=entities[party.entity].name_zh if party.entity in entities else "",
            is_own=party.partner == actor.partner_id,
        )
        for party in shown.document.parties
    )  # fmt: skip


def _goal_card(row: Goal, rows: Rows) -> GoalCard:
    return GoalCard(row.kpi.value, row.baseline, row.target, row.due_on, rows.names[row.owner_id])


def _move_card(row: StageMove, rows: Rows) -> MoveCard:
    who = (rows.people[row.user_id], rows.names[row.partner_id])
    return MoveCard(row.from_stage.value, row.to_stage.value, row.reason, *who, row.at)


def _permits(rows: Rows, current: TermsCard | None, actor: Actor, facts: Facts) -> Permits:
    stage, is_proposer = rows.campaign.stage, rows.campaign.proposer_id == actor.partner_id
    may_report = policy.may(actor, Action.REPORT_EVIDENCE)
    if not policy.may(actor, Action.RUN_CAMPAIGNS):
        return Permits(False, False, False, False, False, may_report, False, (), None)
    goes_on = rows.partnership.footing in OPEN_FOOTINGS
    is_open = current is not None and lifecycle.is_negotiable(stage) and goes_on
    lacks_mine = current is not None and any(each.is_own and each.at is None for each in current.signatures)
    return Permits(
        may_share=stage == Stage.IDEA and is_proposer and goes_on,
        may_propose=stage in (Stage.IDEA, Stage.EXPLORING) and goes_on,
        may_sign=is_open and lacks_mine and policy.may(actor, Action.SIGN_TERMS),
        may_counter=is_open and policy.may(actor, Action.SIGN_TERMS),
        may_plan=lifecycle.is_plannable(stage), may_report=may_report, may_add=not lifecycle.is_over(stage),
        moves=lifecycle.open_moves(stage, facts),
        hindrance=lifecycle.hindrance(stage, facts),
    )  # fmt: skip
