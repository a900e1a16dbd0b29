"""Forms of administration: a seat, a legal entity, which audit events."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, EmailField, Form, PasswordField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from app.labels import label
from app.passwords import MIN_LENGTH
from partners.audit import AuditFilter
from partners.directory.account_models import Role


class SeatForm(FlaskForm):  # type: ignore[misc]
    """Who gets a place at the brand, and which. Name and password are for people who cannot sign in yet."""

    email = EmailField(_("E-mail"), [InputRequired(), Length(max=120)])
    role = SelectField(
        _("Role"), [InputRequired()], choices=[SelectChoice(role.value, label(role.value)) for role in Role]
    )
    name = StringField(_("Name"), [Optional(), Length(max=120)])
    password = PasswordField(_("First password"), [Optional(), Length(min=MIN_LENGTH, max=200)])


class EntityForm(FlaskForm):  # type: ignore[misc]
    """A company that signs, invoices and is paid."""

    code = StringField(_("Code"), [InputRequired(), Length(max=10)])
    name = StringField(_("Legal name"), [InputRequired(), Length(max=120)])
    name_zh = StringField(_("Chinese name"), [Optional(), Length(max=120)])
    address = TextAreaField(_("Address"), [InputRequired(), Length(max=400)])
    country = StringField(_("Country"), [InputRequired(), Length(min=2, max=2)])
    currency = StringField(_("Currency"), [InputRequired(), Length(min=3, max=3)])
    registration_number = StringField(_("Registration number"), [Optional(), Length(max=40)])
    tax_number = StringField(_("Tax number"), [Optional(), Length(max=40)])


class AuditForm(Form):  # type: ignore[misc]
    """Which audit events are shown. Sent by GET, so it carries no token."""

    action = SelectField(_("What"), validate_choice=False)
    user_id = SelectField(_("Who"), validate_choice=False)
    since = DateField(_("From"), [Optional()])
    until = DateField(_("To"), [Optional()])

    def offer(self, actions: Iterable[str], people: Iterable[tuple[str, str]]) -> None:
        """Fill in what can be chosen: the actions that occur, the people of the brand."""
        self.action.choices = [SelectChoice("", gettext("everything")), *(SelectChoice(name) for name in actions)]
        self.user_id.choices = [SelectChoice("", gettext("everybody")), *(SelectChoice(*one) for one in people)]

    def wanted(self) -> AuditFilter:
        """Return the filter: whole days in UTC, the last one included. What cannot be read filters nothing."""
        self.validate()
        return AuditFilter(
            action=self.action.data or "", user_id=self.user_id.data or "", since=_midnight(self.since.data),
            until=_midnight(self.until.data and self.until.data + timedelta(days=1)),
        )  # fmt: skip


def _midnight(day: date | None) -> datetime | None:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
