"""The form of one's own password."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import Field, PasswordField
from wtforms.validators import EqualTo, InputRequired, Length, ValidationError

from app import context
from app.passwords import MIN_LENGTH, is_password
from partners.directory.account_queries import account_of


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """The present password, and twice the new one."""

    present = PasswordField(_("Present password"), [InputRequired(), Length(max=200)])
    new = PasswordField(_("New password"), [InputRequired(), Length(min=MIN_LENGTH, max=200)])
    again = PasswordField(_("New password again"), [InputRequired(), EqualTo("new", _("The two are not the same."))])

    def validate_present(self, field: Field) -> None:
        """Refuse whoever sits at somebody else's desk."""
        if not is_password(account_of(context.db(), context.actor()).password_digest, field.data):
            raise ValidationError(gettext("This is not your present password."))
