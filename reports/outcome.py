"""The outcome report: what a campaign brought, the same for all its parties, as a PDF with its data attached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from io import BytesIO

from markupsafe import Markup
from pypdf import PdfReader

from partners.digest import canonical_json, digest_of
from reports import format as formats
from reports.code import digest_code
from reports.figures import goal_bar
from reports.language import Places, Texts, in_language, named, stylesheet, texts
from reports.network_map import PAPER_INKS, Arrow, Mark, Tie, network_map
from reports.outcome_document import Community, Goal, Outcome, Sold, outcome_document
from reports.outcome_load import load_outcome as load_outcome
from reports.render import Attached, Metadata, render_pdf

OUTCOME_JSON = "outcome.json"

_OTHER_TITLE = {"en": "成效报告", "zh": "Outcome report"}


@dataclass(frozen=True, slots=True)
class GoalRow:
    """A goal as it is printed."""

    name: str
    owner: str
    due: str
    target: str
    actual: str
    reached: str
    sign: str
    bar: Markup


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """All that the template prints, in one language."""

    outcome: Outcome
    digest: str
    is_final: bool
    title: str
    other_title: str
    running: str
    foot: str
    kind: str
    stage: str
    total: Sold
    goals: tuple[GoalRow, ...]
    map: Markup
    code: Markup


def holds(content: bytes, outcome: Outcome) -> bool:
    """Say whether a kept PDF is of exactly this outcome, or figures have changed since it was made."""
    files = PdfReader(BytesIO(content)).attachments.get(OUTCOME_JSON, [])
    return list(files) == [canonical_json(outcome_document(outcome))]


def outcome_pdf(outcome: Outcome, language: str, places: Places) -> bytes:
    """Return the PDF of an outcome report, with its document attached."""
    document = outcome_document(outcome)
    source = Attached(OUTCOME_JSON, canonical_json(document), "Canonical JSON of this document", "Source")
    view = _view(outcome, digest_of(document), texts(language, places), language)
    html = in_language(language, places).get_template("outcome.html").render(view=view)
    created = datetime.combine(outcome.ends_on, time(), UTC)
    metadata = Metadata(view.title, language, outcome.partnership, view.foot, created)
    return render_pdf(html, stylesheet("outcome.css"), (source,), metadata, places.fonts)


def _view(outcome: Outcome, digest: str, _: Texts, language: str) -> OutcomeView:
    title = f"{_('Outcome report')}: {outcome.name}"
    period = formats.days(outcome.starts_on, outcome.ends_on, language)
    return OutcomeView(
        outcome=outcome, digest=digest, is_final=outcome.stage in _FINAL, title=title,
        other_title=_OTHER_TITLE[language], running=f"{title} · {period}",
        foot=f"{outcome.code} · SHA-256 {formats.digest_groups(digest)}",
        kind=_kinds(_)[outcome.campaign_type], stage=_stages(_)[outcome.stage], total=_total(outcome),
        goals=tuple(_goal(goal, outcome, _, language) for goal in outcome.goals), map=_map(outcome, _, language),
        code=digest_code(outcome.code, digest),
    )  # fmt: skip


_FINAL = ("ended", "settled", "reviewed")
"""Stages after which no new sale of the campaign occurs."""


def _total(outcome: Outcome) -> Sold:
    names = ("orders", "lines", "gross", "base", "refunded", "new_customers", "referred_orders")
    return Sold(party=-1, **{name: sum(getattr(each, name) for each in outcome.sold) for name in names})


def _goal(goal: Goal, outcome: Outcome, _: Texts, language: str) -> GoalRow:
    def shown(value: int) -> str:
        if goal.kpi == "revenue":
            return formats.money_with_code(value, outcome.currency, language)
        return formats.count(value, language)

    reached = formats.share(goal.actual / goal.target, language)
    label = _("%(actual)s of %(target)s", actual=shown(goal.actual), target=shown(goal.target))
    return GoalRow(
        name=_goal_names(_)[goal.kpi], owner=named(language, outcome.parties[goal.owner]),
        due=formats.date(goal.due_on, language), target=shown(goal.target), actual=shown(goal.actual),
        reached=reached, sign="▲" if goal.actual >= goal.target else "▼",
        bar=Markup(goal_bar(goal.actual, goal.target, label, PAPER_INKS)),  # noqa: S704  (the label is escaped there)
    )  # fmt: skip


def _map(outcome: Outcome, _: Texts, language: str) -> Markup:
    """Return the map of communities, or "" where there is nothing to draw."""
    places = outcome.communities
    most = max((each.size or 0 for each in places), default=0)
    marks = [
        Mark(
            str(at), each.place[0] / 10_000, each.place[1] / 10_000,
            None if each.size is None else each.size / max(most, 1), each.party, named(language, each),
            _size(each, language), named(language, each),
        )
        for at, each in enumerate(places) if each.place
    ]  # fmt: skip
    if not marks:
        return Markup("")
    ties = [
        Tie(str(pair.a), str(pair.b), _nearness(pair.shared, places[pair.a], places[pair.b]), "")
        for pair in outcome.pairs
    ]  # fmt: skip
    largest = max((flow.orders for flow in outcome.flows), default=1)
    arrows = [Arrow(str(flow.source), str(flow.target), flow.orders / max(largest, 1), "") for flow in outcome.flows]
    return Markup(network_map(marks, ties, arrows, _("Communities and the orders they sent"), PAPER_INKS))  # noqa: S704


def _nearness(shared: int | None, one: Community, other: Community) -> float | None:
    """Return what is shared as part of the smaller list; None where only a band is known."""
    if shared is None:
        return None
    return shared / max(min(one.size or shared, other.size or shared), 1)


def _size(community: Community, language: str) -> str:
    return "" if community.size is None else formats.count(community.size, language)


def _goal_names(_: Texts) -> dict[str, str]:
    return {
        "revenue": _("Revenue"), "orders": _("Orders"), "new_customers": _("New customers"),
        "referred_orders": _("Referred orders"),
    }  # fmt: skip


def _kinds(_: Texts) -> dict[str, str]:
    return {
        "joint_brand": _("Joint brand"), "joint_marketing": _("Joint marketing"), "joint_content": _("Joint content"),
        "joint_promotion": _("Joint promotion"), "event": _("Event"), "referral_programme": _("Referral programme"),
    }  # fmt: skip


def _stages(_: Texts) -> dict[str, str]:
    return {
        "idea": _("Idea"), "exploring": _("Exploring"), "negotiated": _("Negotiated"), "signed": _("Signed"),
        "planned": _("Planned"), "approved": _("Approved"), "live": _("Live"), "paused": _("Paused"),
        "ended": _("Ended"), "settled": _("Settled"), "reviewed": _("Reviewed"), "cancelled": _("Cancelled"),
    }  # fmt: skip
