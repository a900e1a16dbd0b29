"""Forms of campaigns. They check shape; what terms and goals may say is checked where terms and goals are made.

The parties of a partnership and the figures of goals are known only when a form is opened, so a form's class is made
for it: each party and each figure gets fields of its own, numbered or named in the field's name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.campaigns.numbers import read_number
from app.campaigns.wording import PARTS
from app.filters import named
from app.labels import label
from partners.campaigns.cards import CommunityLine, PartyChoice, ProposalChoices
from partners.campaigns.proposal import (
    CampaignType,
    GoalKpi,
    GoalPlan,
    Offer,
    PartyOffer,
    Plan,
    Proposal,
)
from partners.campaigns.rate import percent_of_rate, rate_of_percent
from partners.campaigns.terms import EXCLUDABLE, MAX_WEIGHT, TermsDocument, WeightsUnusable
from partners.directory.cards import PartnerName

IDEA_FIELDS = ("name", "campaign_type", "objective", "first_day", "last_day", "csrf_token")
"""What must be right before a campaign is kept as an idea."""


@dataclass(frozen=True, slots=True)
class PartyRow:
    """The fields of one party. ``joins`` is None where the party cannot be left out."""

    choice: PartyChoice
    joins: Any
    entity: Any
    sells: Any
    weight: Any


@dataclass(frozen=True, slots=True)
class GoalRow:
    """The fields of one goal; without a target it is no goal."""

    kpi: GoalKpi
    baseline: Any
    target: Any
    due_on: Any
    owner: Any


class TermsForm(FlaskForm):  # type: ignore[misc]
    """Terms as they are offered. The class that is opened has the fields of its parties too."""

    parties: Sequence[PartyChoice] = ()

    first_day = DateField(_("First day"), [InputRequired()])
    last_day = DateField(_("Last day"), [InputRequired()])
    rate = StringField(_("Rate in percent"), [InputRequired()], render_kw={"inputmode": "decimal"})
    base_excludes = SelectMultipleField(
        _("Taken off before the rate is applied"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(),
        choices=[SelectChoice(name, text) for name, text in PARTS.items()],
    )  # fmt: skip
    payment_days = IntegerField(_("Days to pay after a statement"), [InputRequired()])
    currency = SelectField(_("Currency"), [InputRequired()])

    def party_rows(self) -> Iterator[PartyRow]:
        """Yield the fields of each party, in the order of the split."""
        for n, choice in enumerate(self.parties):
            part = {name: self._fields.get(f"{name}_{n}") for name in ("joins", "entity", "sells", "weight")}
            yield PartyRow(choice, **part)

    def offer(self) -> Offer:
        """Return what is offered, or raise what the domain finds wrong with its numbers."""
        joining = [row for row in self.party_rows() if row.joins is None or row.joins.data]
        if any(row.weight.data is None for row in joining):
            raise WeightsUnusable()
        return Offer(
            currency=self.currency.data, rate=rate_of_percent(self.rate.data), payment_days=self.payment_days.data,
            base_excludes=tuple(name for name in EXCLUDABLE if name in (self.base_excludes.data or ())),
            effective_from=self.first_day.data, effective_until=self.last_day.data + timedelta(days=1),
            parties=tuple(
                PartyOffer(row.choice.partner.id, row.entity.data, bool(row.sells.data), row.weight.data)
                for row in joining
            ),
        )  # fmt: skip


class ProposeForm(TermsForm):
    """A campaign, its terms, its goals and who takes part."""

    partnership_id = ""

    name = StringField(_("Name"), [InputRequired(), Length(max=120)])
    campaign_type = SelectField(
        _("Type"), [InputRequired()], choices=[SelectChoice(kind.value, label(kind.value)) for kind in CampaignType]
    )
    objective = TextAreaField(_("What it is for"), [InputRequired(), Length(max=400)], render_kw={"rows": 3})
    community_ids = SelectMultipleField(
        _("Communities that take part"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )

    def plan(self) -> Plan:
        """Return the campaign without its terms."""
        return Plan(
            self.partnership_id, self.name.data, CampaignType(self.campaign_type.data), self.objective.data,
            self.first_day.data, self.last_day.data,
        )  # fmt: skip

    def goal_rows(self) -> Iterator[GoalRow]:
        """Yield the fields of each figure that can be a goal."""
        for kpi in GoalKpi:
            names = ("baseline", "target", "due_on", "owner")
            yield GoalRow(kpi, *(self._fields[f"{name}_{kpi.value}"] for name in names))

    def proposal(self) -> Proposal:
        """Return all of it, or raise what the domain finds wrong."""
        goals = tuple(self._goal(row) for row in self.goal_rows() if (row.target.data or "").strip())
        return Proposal(self.plan(), self.offer(), goals, tuple(self.community_ids.data or ()))

    def _goal(self, row: GoalRow) -> GoalPlan:
        due_on = row.due_on.data or self.last_day.data
        return _goal_of(row.kpi, row.baseline.data, row.target.data, due_on, row.owner.data, self.currency.data)


class GoalForm(FlaskForm):  # type: ignore[misc]
    """One goal, on the page of its campaign."""

    kpi = SelectField(_("Figure"), [InputRequired()])
    baseline = StringField(_("Baseline"), [InputRequired()], render_kw={"inputmode": "decimal"})
    target = StringField(_("Target"), [InputRequired()], render_kw={"inputmode": "decimal"})
    due_on = DateField(_("Due"), [InputRequired()])
    owner = SelectField(_("Owner"), [InputRequired()])

    def goal(self, currency: str) -> GoalPlan:
        """Return the goal; amounts are read in this currency."""
        kpi = GoalKpi(self.kpi.data)
        return _goal_of(kpi, self.baseline.data, self.target.data, self.due_on.data, self.owner.data, currency)


class CommunitiesForm(FlaskForm):  # type: ignore[misc]
    """Own communities that are to take part."""

    community_ids = SelectMultipleField(
        _("Your communities"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )


def propose_form(choices: ProposalChoices) -> ProposeForm:
    """Return the form of a new campaign within a partnership."""
    known = {"parties": choices.parties, "partnership_id": choices.partnership_id}
    fields = {**_party_fields(choices.parties, 2), **_goal_fields(choices)}
    made = type("OpenedProposeForm", (ProposeForm,), {**known, **fields})
    form: ProposeForm = made(data={"base_excludes": ["tax", "shipping"], "payment_days": 30, "sells_0": True})
    form.currency.choices = currencies(choices.parties)
    form.community_ids.choices = community_choices(choices.communities)
    return form


def terms_form(parties: Sequence[PartyChoice], document: TermsDocument | None, days: tuple[date, date]) -> TermsForm:
    """Return the form of terms: those of a document to be changed, or else empty ones for these days."""
    least = 2 if document is None else len(parties)
    made = type("OpenedTermsForm", (TermsForm,), {"parties": parties, **_party_fields(parties, least)})
    empty = {"base_excludes": ["tax", "shipping"], "payment_days": 30, "first_day": days[0], "last_day": days[1]}
    form: TermsForm = made(data=_answers(document) if document else empty)
    form.currency.choices = [SelectChoice(document.currency)] if document else currencies(parties)
    return form


def goal_form(owners: Sequence[PartnerName], due_on: date, currency: str) -> GoalForm:
    """Return the form of one goal; revenue can be one once the terms name a currency."""
    form = GoalForm(data={"due_on": due_on})
    form.kpi.choices = [
        SelectChoice(kpi.value, label(kpi.value)) for kpi in GoalKpi if currency or kpi != GoalKpi.REVENUE
    ]
    form.owner.choices = [SelectChoice(owner.id, named(owner)) for owner in owners]
    return form


def communities_form(communities: Sequence[Any]) -> CommunitiesForm:
    """Return the form that lets own communities take part."""
    form = CommunitiesForm()
    form.community_ids.choices = [SelectChoice(community.id, named(community)) for community in communities]
    return form


def currencies(parties: Sequence[PartyChoice]) -> list[SelectChoice]:
    """Return the currencies of the parties' legal entities, the own ones first."""
    found = dict.fromkeys(entity.currency for party in parties for entity in party.entities)
    return [SelectChoice(currency) for currency in found]


def community_choices(communities: Sequence[CommunityLine]) -> list[SelectChoice]:
    """Return communities with whose they are."""
    return [SelectChoice(line.id, f"{named(line)} · {named(line.partner)}") for line in communities]


def _party_fields(parties: Sequence[PartyChoice], least: int) -> dict[str, Any]:
    """Return fields for each party; with more parties than there must be, others than the own brand may be left out."""
    fields: dict[str, Any] = {}
    for n, party in enumerate(parties):
        facts = {"name": named(party.partner)}
        entities = [SelectChoice(entity.id, named(entity)) for entity in party.entities]
        if len(parties) > least and not party.is_own:
            fields[f"joins_{n}"] = BooleanField(gettext("%(name)s takes part", **facts))
        fields[f"entity_{n}"] = SelectField(gettext("Legal entity of %(name)s", **facts), choices=entities)
        fields[f"sells_{n}"] = BooleanField(gettext("%(name)s sells", **facts))
        fields[f"weight_{n}"] = IntegerField(
            gettext("Weight of %(name)s", **facts), [Optional()], render_kw={"min": 0, "max": MAX_WEIGHT}
        )
    return fields


def _goal_fields(choices: ProposalChoices) -> dict[str, Any]:
    owners = [SelectChoice(party.partner.id, named(party.partner)) for party in choices.parties]
    fields: dict[str, Any] = {}
    for kpi in GoalKpi:
        facts = {"figure": label(kpi.value)}
        number = {"inputmode": "decimal", "size": 10}
        fields[f"baseline_{kpi.value}"] = StringField(gettext("Baseline: %(figure)s", **facts), render_kw=number)
        fields[f"target_{kpi.value}"] = StringField(gettext("Target: %(figure)s", **facts), render_kw=number)
        fields[f"due_on_{kpi.value}"] = DateField(gettext("Due: %(figure)s", **facts), [Optional()])
        fields[f"owner_{kpi.value}"] = SelectField(gettext("Owner: %(figure)s", **facts), choices=owners)
    return fields


def _answers(document: TermsDocument) -> dict[str, Any]:
    """Return what the fields say where they repeat a document."""
    said: dict[str, Any] = {
        "first_day": document.effective_from, "last_day": document.effective_until - timedelta(days=1),
        "rate": percent_of_rate(document.rate), "base_excludes": list(document.base_excludes),
        "payment_days": document.payment_days, "currency": document.currency,
    }  # fmt: skip
    for n, party in enumerate(document.parties):
        said |= {f"entity_{n}": party.entity, f"sells_{n}": party.merchant, f"weight_{n}": party.weight}
    return said


def _goal_of(kpi: GoalKpi, baseline: str, target: str, due_on: date, owner: str, currency: str) -> GoalPlan:
    lowest = read_number(kpi, baseline.strip() or "0", currency)
    return GoalPlan(kpi, lowest, read_number(kpi, target, currency), due_on, owner)
