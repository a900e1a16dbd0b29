"""What is earned but not issued: the same pure function as at closing, over all evidence so far, and never stored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from partners.campaigns.models import Agreement, Campaign
from partners.directory import policy
from partners.directory.cards import PartnerName
from partners.directory.models import Partnership
from partners.directory.policy import Action, Actor
from partners.directory.queries import names_of, own_partnership
from partners.referrals.models import Evidence, EvidenceKind
from partners.revenue.cards import PartyShare, Pending, PendingShare
from partners.revenue.case_queries import Case, Reach, Span, cases, count_evidence, issued_reach
from partners.revenue.draft_services import settle_case
from partners.revenue.models import Earning

PENDING_EVENTS = 20_000
"""More evidence than this is not settled while a page waits: about 0.3 seconds."""

_ALWAYS = datetime(9999, 1, 1, tzinfo=UTC)


def pending(session: Session, actor: Actor, partnership_id: str, now: datetime) -> Pending:
    """Return what the actor's partner owes and is owed since the last issued period; provisional, and so labelled."""
    policy.require(actor, Action.READ)
    partnership = own_partnership(session, actor, partnership_id)
    span = _since_issued(session, partnership, now)
    events = count_evidence(session, span)
    if events > PENDING_EVENTS:
        return Pending(events, None)
    found = [share for case in cases(session, span) for share in _shares(case) if actor.partner_id in share[:2]]
    named = names_of(session, {partner_id for share in found for partner_id in share[:2]})
    names = {partner_id: PartnerName(partner_id, *both) for partner_id, both in named.items()}
    shares = (
        PendingShare(names[payer], names[payee], currency, lines, earned, reversed_)
        for payer, payee, currency, lines, earned, reversed_ in found
    )
    return Pending(events, tuple(shares))


def settled_by_party(session: Session, campaign_id: str) -> list[PartyShare]:
    """Return what each party of a campaign got of what each merchant sold, issued and pending; for all parties alike.

    A merchant's own retained part is among them (payer and payee are the same).
    """
    campaign = session.get_one(Campaign, campaign_id)
    partnership = session.get_one(Partnership, campaign.partnership_id)
    issued = _issued(session, campaign)
    waiting: dict[tuple[str, str, str], int] = {}
    for case in cases(session, _since_issued(session, partnership, _ALWAYS)):
        for payee, minor in _of_campaign(session, case, campaign):
            key = (case.payer_id, payee, case.currency)
            waiting[key] = waiting.get(key, 0) + minor
    keys = sorted(issued.keys() | waiting.keys())
    return [PartyShare(*key, issued.get(key, 0), waiting.get(key, 0)) for key in keys]


def _since_issued(session: Session, partnership: Partnership, until: datetime) -> Span:
    before = issued_reach(session, partnership.id, _ALWAYS)
    return Span(partnership.id, Reach(until, partnership.last_seq), before)


def _shares(case: Case) -> Iterable[tuple[str, str, str, int, int, int]]:
    """Yield payer, payee, currency, lines, earned and reversed, for every party but the payer."""
    settled = settle_case(case)
    parties = {party for pool in settled.pools for party in pool.parties}
    parties |= {party for each in settled.reversals for party, _ in each.taken}
    for party in sorted(parties - {case.payer_id}):
        pools = [pool for pool in settled.pools if party in pool.parties]
        yield (
            case.payer_id, party, case.currency, sum(len(pool.lines) for pool in pools),
            sum(pool.shares[pool.parties.index(party)] for pool in pools),
            sum(minor for each in settled.reversals for other, minor in each.taken if other == party),
        )  # fmt: skip


def _of_campaign(session: Session, case: Case, campaign: Campaign) -> Iterable[tuple[str, int]]:
    """Yield payee and amount of everything in a case that belongs to one campaign."""
    settled = settle_case(case)
    for pool in settled.pools:
        mine = [k for k, place in enumerate(pool.lines) if settled.conversions[place].campaign == campaign.code]
        for party, rows in zip(pool.parties, pool.rows, strict=True):
            yield party, sum(rows[k] for k in mine)
    events = set(session.scalars(
        select(Evidence.seq).where(Evidence.campaign_id == campaign.id, Evidence.kind == EvidenceKind.REFUND)
    ))  # fmt: skip
    for each in settled.reversals:
        if each.refund.seq in events:
            yield from ((party, -minor) for party, minor in each.taken)


def _issued(session: Session, campaign: Campaign) -> dict[tuple[str, str, str], int]:
    rows = session.execute(
        select(
            Earning.payer_id, Earning.payee_id, Agreement.currency,
            cast(func.sum(Earning.amount_minor), BigInteger),
        )
        .join(Evidence, Evidence.id == Earning.evidence_id).join(Campaign, Campaign.id == Evidence.campaign_id)
        .join(Agreement, Agreement.id == Campaign.agreement_id).where(Campaign.id == campaign.id)
        .group_by(Earning.payer_id, Earning.payee_id, Agreement.currency)
    )  # fmt: skip
    return {(payer, payee, currency): minor for payer, payee, currency, minor in rows}
