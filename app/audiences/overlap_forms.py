"""Forms of overlaps: what a side asks for, which pair is looked at, and the universe of a lift."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DecimalField, Field, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from app.audiences.overlap_lists import MEASURES
from app.filters import named
from partners.audiences.release.pair_queries import Matrix
from partners.audiences.release.release import ReleaseSettings
from partners.audiences.release.settings_queries import ReleaseSide
from partners.audiences.release.settings_services import ROUNDINGS, SideSettings

LARGEST = 10**10
"""More people than there are: a larger universe is a slip of the finger."""


def in_thousandths(_form: FlaskForm, field: Field) -> None:
    """Refuse more than three decimals: they would be lost."""
    if field.data is not None and (not field.data.is_finite() or field.data * 1000 % 1 != 0):
        raise ValidationError(str(_("At most three decimals.")))


class SettingsForm(FlaskForm):  # type: ignore[misc]
    """What the own side asks for when overlaps are counted and shown."""

    floor = IntegerField(_("Smallest count shown, in members"), [InputRequired()])
    rounding = SelectField(
        _("Counts are rounded to"),
        [InputRequired()],
        coerce=int,
        choices=[SelectChoice(step, str(step)) for step in ROUNDINGS],
    )
    epsilon = DecimalField(_("Privacy loss of one count (ε)"), [InputRequired(), in_thousandths], places=3)
    budget = DecimalField(_("Yearly budget of a pair (ε)"), [InputRequired(), in_thousandths], places=3)
    arrangement = StringField(_("Arrangement across borders"), [Length(max=120)])

    @classmethod
    def of(cls, side: ReleaseSide) -> SettingsForm:
        """Return the form filled with what the side asks for now; what was sent goes first."""
        found = side.settings
        return cls(
            floor=found.floor, rounding=found.rounding, epsilon=Decimal(found.epsilon_milli) / 1000,
            budget=Decimal(found.budget_milli) / 1000, arrangement=side.arrangement,
        )  # fmt: skip

    def wanted(self) -> SideSettings:
        """Return what was sent."""
        epsilon, budget = (int(field.data * 1000) for field in (self.epsilon, self.budget))
        settings = ReleaseSettings(self.floor.data, self.rounding.data, epsilon, budget)
        return SideSettings(settings, self.arrangement.data or "")


class ViewForm(FlaskForm):  # type: ignore[misc]
    """What is looked at. Sent with GET: the address holds the whole choice."""

    class Meta:
        csrf = False  # it changes nothing

    own = SelectField(_("Your community"), [InputRequired()], default="")
    other = SelectField(_("Partner's community"), [InputRequired()], default="")
    measure = SelectField(
        _("Show"),
        [InputRequired()],
        default="shared",
        choices=[SelectChoice(key, title) for key, title in MEASURES.items()],
    )
    universe = IntegerField(_("People in all (for lift)"), [Optional(), NumberRange(1, LARGEST)])

    def offer(self, matrix: Matrix) -> ViewForm:
        """Offer the communities of a matrix; the first pair where none was chosen."""
        for field, found in ((self.own, matrix.rows), (self.other, matrix.columns)):
            field.choices = [SelectChoice(one.id, named(one)) for one in found]
            if not field.data and found:
                field.data = found[0].id
        return self

    @property
    def chosen_measure(self) -> str:
        """The measure to show; the usual one where something else was asked for."""
        return self.measure.data if self.measure.data in MEASURES else "shared"

    @property
    def stated_universe(self) -> int | None:
        """The universe, where it is stated and possible."""
        found = self.universe.data
        return found if found and 0 < found <= LARGEST else None
