"""Forms of signing in and of confirming that it is still the user."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length, Optional

from app.passwords import MAX_LENGTH

_CODE = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}


class SignInForm(FlaskForm):  # type: ignore[misc]
    """E-mail address and password; ``next`` is the page that was asked for, ``code`` only in a flood of tries."""

    email = EmailField(_("E-mail"), [InputRequired(), Length(max=120)], render_kw={"autocomplete": "username"})
    password = PasswordField(
        _("Password"), [InputRequired(), Length(max=MAX_LENGTH)], render_kw={"autocomplete": "current-password"}
    )
    code = StringField(_("Code of your second factor"), [Optional(), Length(max=40)], render_kw=_CODE)
    next = HiddenField()


class CodeForm(FlaskForm):  # type: ignore[misc]
    """A code of an app, or a recovery code."""

    code = StringField(
        _("Code of your second factor"), [InputRequired(), Length(max=40)], render_kw={**_CODE, "autofocus": True}
    )
    next = HiddenField()


class OwnPasswordForm(FlaskForm):  # type: ignore[misc]
    """The password of whoever is signed in."""

    password = PasswordField(
        _("Password"),
        [InputRequired(), Length(max=MAX_LENGTH)],
        render_kw={"autocomplete": "current-password", "autofocus": True},
    )
    next = HiddenField()
