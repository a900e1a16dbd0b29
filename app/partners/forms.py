"""Forms of partnerships: whom to invite, and the smallest count that may be shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.filters import named
from partners.directory.cards import PartnerCard


class InviteForm(FlaskForm):  # type: ignore[misc]
    """Who is invited, under which name, and where the partnership's months begin."""

    partner_ids = SelectMultipleField(
        _("Whom to invite"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    name = StringField(_("Name of the partnership"), [InputRequired(), Length(max=120)])
    timezone = SelectField(_("Time zone of its accounting months"), [InputRequired()])

    def offer(self, cards: Iterable[PartnerCard], region: str) -> InviteForm:
        """Fill in what can be chosen: every other partner, every time zone, those of the own country first."""
        self.partner_ids.flags.required = True  # not a validator: each box would be required by itself
        self.partner_ids.choices = [SelectChoice(card.id, named(card)) for card in cards if not card.is_own]
        self.timezone.choices = [SelectChoice("", _("Choose one")), *map(SelectChoice, timezones(region))]
        return self


class FloorForm(FlaskForm):  # type: ignore[misc]
    """The smallest overlap that this side lets be shown."""

    floor = IntegerField(_("Smallest count shown, in members"), [InputRequired()])


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
