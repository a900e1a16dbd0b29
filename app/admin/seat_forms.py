"""Forms of seats: whom to invite to one, its role, a note of it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from app.i18n import NAMES
from app.labels import label
from partners.directory.accounts.models import Role

ROLES = [SelectChoice(role.value, label(role.value)) for role in Role]


class InviteForm(FlaskForm):  # type: ignore[misc]
    """Who is invited to a place at the brand, and to which."""

    email = EmailField(_("E-mail"), [InputRequired(), Length(max=120)])
    name = StringField(_("Name"), [InputRequired(), Length(max=120)])
    role = SelectField(_("Role"), [InputRequired()], choices=ROLES)
    locale = SelectField(
        _("Language of the mail"), [InputRequired()], choices=[SelectChoice(*one) for one in NAMES.items()]
    )

    def offer(self, is_operator: bool) -> InviteForm:
        """Leave only what may be chosen: who runs the platform sits in it as an admin."""
        if is_operator:
            self.role.choices = [choice for choice in ROLES if choice.value == Role.ADMIN]
        return self


class RoleForm(FlaskForm):  # type: ignore[misc]
    """Another role for a seat."""

    role = SelectField(_("Role"), [InputRequired()], choices=ROLES)


class NoteForm(FlaskForm):  # type: ignore[misc]
    """What the brand's admins wish to remember of a seat."""

    note = TextAreaField(_("Note"), [Optional(), Length(max=400)])
