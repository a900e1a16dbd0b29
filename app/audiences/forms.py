"""Forms of audiences: the ground of any list, a new one, people who withdrew, and taking one back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.admin import choices
from app.filters import named
from app.labels import label
from partners.audiences.ground import Ground, LawfulBasis, Use
from partners.communities.queries import CommunityCard

VALID_FOR = timedelta(days=365)
"""How long a list is suggested to be valid."""

_CSV = {"accept": ".csv,.txt,text/csv"}


class GroundForm(FlaskForm):  # type: ignore[misc]
    """Of whom a list is, of when, and on what ground."""

    community_id = SelectField(_("Community"), [InputRequired()])
    as_of = DateField(_("List is of"), [InputRequired()])
    expires_on = DateField(_("Kept and compared until"), [InputRequired()])
    lawful_basis = SelectField(
        _("Lawful basis"),
        [InputRequired()],
        choices=[SelectChoice(basis.value, label(basis.value)) for basis in LawfulBasis],
    )
    consent_text = StringField(_("Version of the text they agreed to"), [InputRequired(), Length(max=40)])
    collected_from = DateField(_("Collected from"), [InputRequired()])
    collected_to = DateField(_("Collected until"), [InputRequired()])
    purpose = StringField(_("Purpose"), [InputRequired(), Length(max=120)])
    region = SelectField(_("Country whose law holds"), [InputRequired()], choices=choices.countries)
    assessment = StringField(_("Number of the impact assessment"), [Length(max=120)])

    def offer(self, cards: Iterable[CommunityCard], today: date, region: str) -> None:
        """Offer the own communities to choose from, and days and a country that are usual."""
        self.community_id.choices = [SelectChoice(card.id, named(card)) for card in cards]
        self.as_of.data = self.as_of.data or today
        self.expires_on.data = self.expires_on.data or today + VALID_FOR
        self.collected_to.data = self.collected_to.data or self.as_of.data
        self.region.data = self.region.data or region

    def ground(self) -> Ground:
        """Return what the fields say about why and how long the list may be used, for overlaps alone."""
        return Ground(
            as_of=self.as_of.data, expires_on=self.expires_on.data, lawful_basis=LawfulBasis(self.lawful_basis.data),
            consent_text=self.consent_text.data.strip(), collected_from=self.collected_from.data,
            collected_to=self.collected_to.data, purpose=self.purpose.data.strip(), region=self.region.data,
            uses=(Use.OVERLAP,), assessment=(self.assessment.data or "").strip(),
        )  # fmt: skip


class RegisterForm(GroundForm):
    """A list that is sent, and for what it may be used."""

    file = FileField(_("File"), [FileRequired(_("Choose a file."))], render_kw=_CSV)
    uses = SelectMultipleField(
        _("May be used for"),
        choices=[SelectChoice(use.value, label(f"use_{use.value}")) for use in Use],
        widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), default=[Use.OVERLAP.value],
    )  # fmt: skip

    def offer(self, cards: Iterable[CommunityCard], today: date, region: str) -> None:
        """Offer the same, and say that one use at least has to be chosen."""
        super().offer(cards, today, region)
        self.uses.flags.required = True  # not a validator: each box would be required by itself

    def ground(self) -> Ground:
        """Return the same with the uses that were chosen."""
        return replace(super().ground(), uses=tuple(Use(value) for value in self.uses.data))


class WithdrawForm(FlaskForm):  # type: ignore[misc]
    """The list of the people who withdrew, as tokens."""

    file = FileField(_("File"), [FileRequired(_("Choose a file."))], render_kw=_CSV)


class RevokeForm(FlaskForm):  # type: ignore[misc]
    """Why a list is taken back."""

    why = TextAreaField(_("Why"), [InputRequired(_("Say why.")), Length(max=400)])
