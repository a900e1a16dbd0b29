"""Reads of imports and of what campaigns brought, each within what the actor may see.

A partner sees its own imports only; results and flows of the campaigns it is in. Lines stand in ``line_queries``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from partners.campaigns.lifecycle import Stage
from partners.campaigns.models import Agreement, Campaign, CampaignCommunity, GoalKpi, Party
from partners.campaigns.queries import own_campaign
from partners.communities.models import Community
from partners.directory import policy
from partners.directory.accounts.models import User
from partners.directory.cards import PartnerName, Waiting, WaitingKind
from partners.directory.models import Partnership
from partners.directory.policy import Action, Actor
from partners.directory.queries import names_of
from partners.errors import NotFound
from partners.referrals.acceptance import TAKES_SALES
from partners.referrals.cards import (
    CampaignResults,
    DayResult,
    FailedRow,
    GoalActual,
    ImportCard,
    ImportPage,
    ImportsPage,
    MerchantResult,
    ReferralFlow,
    SellingCampaignCard,
    Sold,
)
from partners.referrals.line_queries import every_evidence_line, evidence_lines
from partners.referrals.models import SUMS, CampaignDay, Import, ImportFailure, ImportState
from partners.referrals.problems import RowProblem, problem_named
from partners.referrals.sheets import columns_of
from partners.tabular import Failure, failed_csv

__all__ = [
    "ReferralFlow",
    "campaign_results",
    "every_evidence_line",
    "evidence_lines",
    "failed_rows",
    "import_page",
    "imports",
    "imports_page",
    "referral_flows",
    "selling_campaigns",
    "waiting_for",
]  # fmt: skip

SHOWN_FAILURES = 50


def imports(session: Session, actor: Actor) -> list[ImportCard]:
    """Return the files that the actor's partner sent, newest first."""
    policy.require(actor, Action.READ)
    rows = session.execute(
        select(Import, User.name).join(User, User.id == Import.created_by)
        .where(Import.partner_id == actor.partner_id).order_by(Import.created_at.desc(), Import.id)
    )  # fmt: skip
    return [_import_card(row, person) for row, person in rows]


def imports_page(session: Session, actor: Actor) -> ImportsPage:
    """Return what the page of imports shows."""
    return ImportsPage(
        tuple(imports(session, actor)), tuple(selling_campaigns(session, actor)),
        may_report=policy.may(actor, Action.REPORT_EVIDENCE),
    )  # fmt: skip


def import_page(session: Session, actor: Actor, import_id: str) -> ImportPage:
    """Return one import of the actor's partner with its first failed rows; NotFound for every other."""
    policy.require(actor, Action.READ)
    row = _own_import(session, actor, import_id)
    person = session.scalars(select(User.name).where(User.id == row.created_by)).one()
    failed = session.scalars(_failures(row.id).limit(SHOWN_FAILURES))
    may_report = policy.may(actor, Action.REPORT_EVIDENCE)
    return ImportPage(
        _import_card(row, person), row.source_digest, columns_of(row.kind), tuple(map(_failed_row, failed)),
        may_report=may_report,
    )  # fmt: skip


def failed_rows(
    session: Session, actor: Actor, import_id: str, said: Callable[[RowProblem], str] = str
) -> Iterator[bytes]:
    """Return a CSV of the rows that were not taken, to be mended and sent again; read while it is sent.

    Args:
        said: gives the sentence of a problem in the reader's language.
    """
    policy.require(actor, Action.READ)
    row = _own_import(session, actor, import_id)
    found = session.scalars(_failures(row.id).execution_options(yield_per=1000))
    failures = (
        Failure(each.row_no, each.values, each.problem.column, said(each.problem)) for each in map(_failed_row, found)
    )
    return failed_csv(columns_of(row.kind), failures)


def selling_campaigns(session: Session, actor: Actor) -> list[SellingCampaignCard]:
    """Return the campaigns that take sales of the actor's partner now, by code."""
    policy.require(actor, Action.READ)
    rows = session.execute(
        select(Campaign, Agreement.currency, Partnership.timezone)
        .join(Agreement, Agreement.id == Campaign.agreement_id)
        .join(Partnership, Partnership.id == Campaign.partnership_id)
        .join(Party, Party.agreement_id == Campaign.agreement_id)
        .where(Party.partner_id == actor.partner_id, Party.is_merchant, Campaign.stage.in_(map(Stage, TAKES_SALES)))
        .order_by(Campaign.code)
    ).all()
    referring = _referring_codes(session, actor.partner_id, [campaign.id for campaign, _, _ in rows])
    return [
        SellingCampaignCard(
            row.id, row.code, row.name, currency, timezone, row.starts_on, row.ends_on, tuple(referring[row.id])
        )
        for row, currency, timezone in rows
    ]


def waiting_for(session: Session, actor: Actor) -> list[Waiting]:
    """Return the imports with failed rows that nobody has dealt with, oldest first; none for a role that may not."""
    if not policy.may(actor, Action.REPORT_EVIDENCE):
        return []
    rows = session.scalars(
        select(Import)
        .where(
            Import.partner_id == actor.partner_id, Import.state == ImportState.DONE, Import.rejected > 0,
            Import.set_aside_at.is_(None),
        )
        .order_by(Import.finished_at, Import.id)
    )  # fmt: skip
    return [
        Waiting(WaitingKind.MEND_IMPORT, row.source_name, (), row.finished_at or row.created_at, row.id) for row in rows
    ]


def campaign_results(session: Session, actor: Actor, campaign_id: str) -> CampaignResults:
    """Return what a campaign has brought; NotFound for who may not see it.

    Cost: reads one row per merchant, day and referring community, however many lines there are.
    """
    policy.require(actor, Action.READ)
    campaign = own_campaign(session, actor, campaign_id)
    agreement = session.get(Agreement, campaign.agreement_id) if campaign.agreement_id else None
    days = session.scalars(select(CampaignDay).where(CampaignDay.campaign_id == campaign.id)).all()
    total, merchants = _sold(days), _by(days, lambda row: row.merchant_id)
    names = names_of(session, merchants)
    return CampaignResults(
        campaign_id=campaign.id, currency=agreement.currency if agreement else "",
        last_seq=session.get_one(Partnership, campaign.partnership_id).last_seq, total=total,
        merchants=tuple(
            MerchantResult(PartnerName(id_, *names[id_]), _sold(merchants[id_]))
            for id_ in sorted(merchants, key=lambda id_: names[id_])
        ),
        goals=_goals(total),
        days=tuple(_day(day, _sold(rows)) for day, rows in sorted(_by(days, lambda row: row.day).items())),
    )  # fmt: skip


def referral_flows(session: Session, actor: Actor, campaign_id: str | None = None) -> list[ReferralFlow]:
    """Return who sent how many orders to whom, per campaign that the actor's partner is a party of.

    Args:
        campaign_id: only this campaign; an empty list where the actor's partner is no party of it.
    """
    policy.require(actor, Action.READ)
    own = select(Party.agreement_id).where(Party.partner_id == actor.partner_id)
    wanted = Campaign.id == campaign_id if campaign_id is not None else Campaign.agreement_id.in_(own)
    rows = session.execute(
        select(
            CampaignDay.campaign_id, Community.id, Community.name, Community.name_zh, Community.partner_id,
            CampaignDay.merchant_id, func.sum(CampaignDay.orders), func.sum(CampaignDay.base_minor), Agreement.currency,
        )
        .join(Community, Community.id == CampaignDay.community_id)
        .join(Campaign, Campaign.id == CampaignDay.campaign_id)
        .join(Agreement, Agreement.id == Campaign.agreement_id)
        .where(Campaign.agreement_id.in_(own), wanted)
        .group_by(CampaignDay.campaign_id, Community.id, CampaignDay.merchant_id, Agreement.currency)
        .order_by(CampaignDay.campaign_id, Community.id, CampaignDay.merchant_id)
    )  # fmt: skip
    return [ReferralFlow(*row[:6], int(row[6]), int(row[7]), row[8]) for row in rows]


def _own_import(session: Session, actor: Actor, import_id: str) -> Import:
    row = session.scalar(select(Import).where(Import.id == import_id, Import.partner_id == actor.partner_id))
    if row is None:
        raise NotFound()
    return row


def _failures(import_id: str) -> Any:
    return select(ImportFailure).where(ImportFailure.import_id == import_id).order_by(ImportFailure.row_no)


def _failed_row(row: ImportFailure) -> FailedRow:
    return FailedRow(row.row_no, problem_named(row.problem)(**row.fields), tuple(row.values))


def _import_card(row: Import, person: str) -> ImportCard:
    return ImportCard(
        row.id, row.source_name, row.kind.value, row.state.value, row.rows_total, row.rows_read, row.accepted,
        row.duplicates, row.rejected, person, row.created_at, row.finished_at,
        waits=row.rejected > 0 and row.state == ImportState.DONE and row.set_aside_at is None,
    )  # fmt: skip


def _referring_codes(session: Session, partner_id: str, campaign_ids: list[str]) -> dict[str, list[str]]:
    rows = session.execute(
        select(CampaignCommunity.campaign_id, Community.code)
        .join(Community, Community.id == CampaignCommunity.community_id)
        .where(CampaignCommunity.campaign_id.in_(campaign_ids), Community.partner_id != partner_id)
        .order_by(Community.code)
    )
    found = defaultdict(list)
    for campaign_id, code in rows:
        found[campaign_id].append(code)
    return found


def _by(days: Iterable[CampaignDay], key: Callable[[CampaignDay], Any]) -> dict[Any, list[CampaignDay]]:
    found = defaultdict(list)
    for row in days:
        found[key(row)].append(row)
    return found


def _sold(days: Iterable[CampaignDay]) -> Sold:
    rows = list(days)
    sums = {name: sum(getattr(row, name) for row in rows) for name in SUMS}
    return Sold(**sums, referred_orders=sum(row.orders for row in rows if row.community_id))


def _goals(total: Sold) -> tuple[GoalActual, ...]:
    actuals = {
        GoalKpi.REVENUE: total.gross_minor - total.refunded_minor, GoalKpi.ORDERS: total.orders,
        GoalKpi.NEW_CUSTOMERS: total.new_customers, GoalKpi.REFERRED_ORDERS: total.referred_orders,
    }  # fmt: skip
    return tuple(GoalActual(kpi.value, actuals[kpi]) for kpi in GoalKpi)


def _day(day: Any, sold: Sold) -> DayResult:
    return DayResult(day, sold.orders, sold.gross_minor, sold.base_minor, sold.refunded_minor)
