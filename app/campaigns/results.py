"""What a campaign has brought, as its page shows it: figures, goals against actual, and what each party has earned."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.campaigns.numbers import written_number
from app.filters import count, money, share
from partners.campaigns.cards import CampaignPage, PartyCard
from partners.directory.policy import Actor
from partners.referrals.cards import CampaignResults
from partners.referrals.queries import campaign_results
from partners.revenue.pending_queries import PENDING_EVENTS
from partners.revenue.queries import settled_by_party
from reports.figures import goal_bar


@dataclass(frozen=True, slots=True)
class GoalLine:
    """One goal against what was reached; ``bar`` draws the same."""

    kpi: str
    owner: Any
    due_on: Any
    baseline: str
    target: str
    reached: str
    part: str
    bar: Markup


@dataclass(frozen=True, slots=True)
class PartyLine:
    """One party with its weight and what it has got: issued in statements, and pending. None where not computed."""

    party: PartyCard
    issued_minor: int | None
    pending_minor: int | None


@dataclass(frozen=True, slots=True)
class Results:
    """Everything on the page that is computed from evidence. ``figures`` is empty before the first sale."""

    figures: list[dict[str, Any]]
    goals: list[GoalLine]
    parties: list[PartyLine]
    issued_minor: int | None
    pending_minor: int | None
    last_seq: int


def results(session: Session, actor: Actor, page: CampaignPage) -> Results:
    """Return the results of the campaign on a page."""
    found = campaign_results(session, actor, page.id)
    parties = _parties(session, page, found)
    sums = [[line.issued_minor for line in parties], [line.pending_minor for line in parties]]
    issued, pending = (None if not each or None in each else sum(minor or 0 for minor in each) for each in sums)
    figures = _figures(found, page) if found.total.lines else []
    return Results(figures, _goals(page, found), parties, issued, pending, found.last_seq)


def _figures(found: CampaignResults, page: CampaignPage) -> list[dict[str, Any]]:
    total, currency = found.total, found.currency
    seen = _("Evidence up to number %(number)s.", number=count(found.last_seq))
    refunded = Fraction(total.refunded_minor, total.gross_minor) if total.gross_minor else None
    rows = [
        (_("Revenue after refunds"), money(found.actual("revenue"), currency), currency,
         _("What customers paid, tax and shipping included, less what was paid back.")),
        (_("Shared base"), money(total.base_minor, currency), currency,
         _("What the rate is applied to, before refunds: sales without what the terms take off.")),
        (_("Orders"), count(total.orders), _goal_note(page, "orders"), _("Order numbers reported, each counted once.")),
        (_("Referred orders"), count(total.referred_orders), _goal_note(page, "referred_orders"),
         _("Orders whose buyer was sent by a community that takes part.")),
        (_("New customers"), count(total.new_customers), _goal_note(page, "new_customers"),
         _("Buyers of whom the merchant has reported no earlier order here.")),
        (_("Refunded"), share(refunded), "", _("Part of the revenue that was paid back to customers.")),
    ]  # fmt: skip
    return [{"label": a, "value": b, "note": note, "explain": f"{text} {seen}"} for a, b, note, text in rows]


def _goal_note(page: CampaignPage, kpi: str) -> str:
    targets = [written_number(kpi, goal.target, page.currency) for goal in page.goals if goal.kpi == kpi]
    return str(_("goal %(target)s", target=targets[0])) if targets else ""


def _goals(page: CampaignPage, found: CampaignResults) -> list[GoalLine]:
    lines = []
    for goal in page.goals:
        actual = found.actual(goal.kpi)
        numbers = {"baseline": goal.baseline, "target": goal.target, "reached": actual}
        shown = {name: written_number(goal.kpi, number, page.currency) for name, number in numbers.items()}
        said = _("%(actual)s of %(target)s", actual=shown["reached"], target=shown["target"])
        bar = Markup(goal_bar(actual, goal.target, said))  # noqa: S704  the label is escaped where it is drawn
        part = share(Fraction(actual, goal.target), 0)
        lines.append(GoalLine(kpi=goal.kpi, owner=goal.owner, due_on=goal.due_on, part=part, bar=bar, **shown))
    return lines


def _parties(session: Session, page: CampaignPage, found: CampaignResults) -> list[PartyLine]:
    """Return the parties with their money, unless there is so much evidence that a page should not wait for it."""
    if not found.total.lines or found.last_seq > PENDING_EVENTS:
        return [PartyLine(party, None, None) for party in page.parties]
    issued: dict[str, int] = {}
    pending: dict[str, int] = {}
    for each in settled_by_party(session, page.id):
        issued[each.payee_id] = issued.get(each.payee_id, 0) + each.issued_minor
        pending[each.payee_id] = pending.get(each.payee_id, 0) + each.pending_minor
    return [
        PartyLine(party, issued.get(party.partner.id, 0), pending.get(party.partner.id, 0)) for party in page.parties
    ]
