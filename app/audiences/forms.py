"""Forms of audiences: a new one, and taking one back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.filters import named
from app.labels import label
from partners.audiences.models import LawfulBasis
from partners.communities.queries import CommunityCard

VALID_FOR = timedelta(days=365)
"""How long a list is suggested to be valid."""


class RegisterForm(FlaskForm):  # type: ignore[misc]
    """Which list, of whom, of when, on what ground."""

    community_id = SelectField(_("Community"), [InputRequired()])
    file = FileField(_("File"), [FileRequired(_("Choose a file."))], render_kw={"accept": ".csv,.txt,text/csv"})
    as_of = DateField(_("List is of"), [InputRequired()])
    expires_on = DateField(_("Valid until"), [InputRequired()])
    lawful_basis = SelectField(
        _("Lawful basis"),
        [InputRequired()],
        choices=[SelectChoice(basis.value, label(basis.value)) for basis in LawfulBasis],
    )
    purpose = StringField(_("Purpose"), [InputRequired(), Length(max=120)])

    def offer(self, cards: Iterable[CommunityCard], today: date) -> RegisterForm:
        """Offer the own communities to choose from, and days that are usual."""
        self.community_id.choices = [SelectChoice(card.id, named(card)) for card in cards]
        self.as_of.data = self.as_of.data or today
        self.expires_on.data = self.expires_on.data or today + VALID_FOR
        return self


class RevokeForm(FlaskForm):  # type: ignore[misc]
    """Why a list is taken back."""

    why = TextAreaField(_("Why"), [InputRequired(_("Say why.")), Length(max=400)])
