"""Forms of one's own account."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length, ValidationError

from app import context
from app.passwords import MAX_LENGTH, weakness_of
from partners.database import reading
from partners.directory.accounts.factor_queries import own_factors


def _password(label: object, autocomplete: str, *more: object) -> PasswordField:
    limits = [InputRequired(), Length(max=MAX_LENGTH), *more]
    return PasswordField(label, limits, render_kw={"autocomplete": autocomplete})


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """The present password, and twice the new one."""

    present = _password(_("Present password"), "current-password")
    new = _password(_("New password"), "new-password")
    again = _password(_("New password again"), "new-password", EqualTo("new", _("The two are not the same.")))

    def validate_new(self, field: PasswordField) -> None:
        """Refuse what is tried first."""
        seat = context.seat()
        assert seat is not None  # the page needs sign-in
        with reading(context.engine()) as rows:
            email = own_factors(rows, context.actor()).email
        weakness = weakness_of(field.data or "", email, seat.user_name, seat.name, seat.name_zh)
        if weakness:
            raise ValidationError(weakness)


class FirstCodeForm(FlaskForm):  # type: ignore[misc]
    """The first code of an app, which proves that it has the key."""

    code = StringField(
        _("Code of your second factor"),
        [InputRequired(), Length(max=40)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class PasskeyForm(FlaskForm):  # type: ignore[misc]
    """What a passkey is called, and what the browser answered; the latter is filled in by the page's script."""

    name = StringField(_("Name"), [InputRequired(), Length(max=120)])
    credential = HiddenField()
