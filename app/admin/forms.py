"""The form of the audit log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import DateField, Form, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from partners.audit import AuditFilter


class AuditForm(Form):  # type: ignore[misc]
    """Which audit events are shown. Sent by GET, so it carries no token."""

    action = SelectField(_("What"), validate_choice=False)
    thing = SelectField(_("Kind of thing"), validate_choice=False)
    user_id = SelectField(_("Who"), validate_choice=False)
    since = DateField(_("From"), [Optional()])
    until = DateField(_("To"), [Optional()])

    def offer(self, actions: Iterable[str], things: Iterable[str], people: Iterable[tuple[str, str]]) -> None:
        """Fill in what can be chosen: the actions and things that occur, the people of the brand."""
        self.action.choices = [SelectChoice("", gettext("everything")), *(SelectChoice(name) for name in actions)]
        kinds = (SelectChoice(name, name.replace("_", " ")) for name in things)
        self.thing.choices = [SelectChoice("", gettext("everything")), *kinds]
        self.user_id.choices = [SelectChoice("", gettext("everybody")), *(SelectChoice(*one) for one in people)]

    def wanted(self) -> AuditFilter:
        """Return the filter: whole days in UTC, the last one included. What cannot be read filters nothing."""
        self.validate()
        return AuditFilter(
            action=self.action.data or "", thing=self.thing.data or "", user_id=self.user_id.data or "",
            since=_midnight(self.since.data),
            until=_midnight(self.until.data and self.until.data + timedelta(days=1)),
        )  # fmt: skip


def _midnight(day: date | None) -> datetime | None:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
