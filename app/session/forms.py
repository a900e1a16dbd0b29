"""Forms of signing in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import InputRequired, Length


class SignInForm(FlaskForm):  # type: ignore[misc]
    """E-mail address and password; ``next`` is the page that was asked for."""

    email = EmailField(_("E-mail"), [InputRequired(), Length(max=120)], render_kw={"autocomplete": "username"})
    password = PasswordField(
        _("Password"), [InputRequired(), Length(max=200)], render_kw={"autocomplete": "current-password"}
    )
    next = HiddenField()
