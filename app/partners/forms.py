"""Forms of partnerships: whom to invite, where to move it and why, why it ends, the smallest count shown."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.filters import named
from app.partners.stages import choices
from partners.directory.cards import InvitingPage, PartnershipPage
from partners.directory.relationship import MAX_WHY, PartnershipStage

_STAGES = [stage.value for stage in PartnershipStage]
"""What a form may name; whether a move is open, and still is, the service says."""


class InviteForm(FlaskForm):  # type: ignore[misc]
    """Who is invited, under which name, and where the partnership's months begin."""

    partner_ids = SelectMultipleField(
        _("Whom to invite"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    name = StringField(_("Name of the partnership"), [InputRequired(), Length(max=120)])
    timezone = SelectField(_("Time zone of its accounting months"), [InputRequired()])

    def offer(self, page: InvitingPage) -> InviteForm:
        """Fill in what can be chosen: every other partner, every time zone, those of the own country first."""
        self.partner_ids.flags.required = True  # not a validator: each box would be required by itself
        self.partner_ids.choices = [SelectChoice(card.id, named(card)) for card in page.partners]
        self.timezone.choices = [SelectChoice("", _("Choose one")), *map(SelectChoice, timezones(page.region))]
        return self


class MoveForm(FlaskForm):  # type: ignore[misc]
    """To which stage a partnership is moved, from which one the reader saw it, and why."""

    from_stage = HiddenField(validators=[AnyOf(_STAGES)])
    to_stage = RadioField(_("Where to"), [AnyOf(_STAGES, _("Choose a stage."))], validate_choice=False)
    why = TextAreaField(_("Why, so that the other sides can understand it"), [InputRequired(), Length(max=MAX_WHY)])

    def offer(self, page: PartnershipPage) -> MoveForm:
        """Fill in the stages that the reader may move the partnership to; a single one is chosen already."""
        self.to_stage.flags.required = True  # not a validator: each choice would be required by itself
        self.to_stage.choices = choices(page)
        if len(page.open_stages) == 1 and not self.to_stage.data:
            self.to_stage.data = page.open_stages[0]
        self.from_stage.data = self.from_stage.data or page.stage
        return self


class EndForm(FlaskForm):  # type: ignore[misc]
    """Why a partnership ends, or an invitation is declined or withdrawn."""

    why = TextAreaField(_("Why, so that the other sides can understand it"), [InputRequired(), Length(max=MAX_WHY)])


def timezones(region: str) -> list[str]:
    """Return the time zones of places, the likeliest of a country first."""
    first = LIKELIEST.get(region, [])
    places = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix/")))
    return [*first, *(zone for zone in [*places, "UTC"] if zone not in first)]


LIKELIEST: dict[str, list[Any]] = {
    "CN": ["Asia/Shanghai"], "HK": ["Asia/Hong_Kong"], "TW": ["Asia/Taipei"], "SG": ["Asia/Singapore"],
    "JP": ["Asia/Tokyo"], "DE": ["Europe/Berlin"], "AT": ["Europe/Vienna"], "CH": ["Europe/Zurich"],
    "FR": ["Europe/Paris"], "GB": ["Europe/London"], "US": ["America/New_York", "America/Los_Angeles"],
}  # fmt: skip
"""Time zone of the capital or of most people, for the countries where brands on the platform sit (IANA zone.tab)."""
