"""Forms of coming in: a brand registers, somebody accepts an invitation, somebody sets another password."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import EqualTo, InputRequired, Length, Optional

from app.admin.choices import countries
from app.i18n import NAMES
from app.labels import label
from app.passwords import MAX_LENGTH, weakness_of
from partners.directory.invitation_services import Registration
from partners.directory.models import PartnerType

LANGUAGES = [SelectChoice(code, name) for code, name in NAMES.items()]


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    """A new password, twice."""

    new = PasswordField(
        _("New password"), [InputRequired(), Length(max=MAX_LENGTH)], render_kw={"autocomplete": "new-password"}
    )
    again = PasswordField(
        _("New password again"), [InputRequired(), EqualTo("new", _("The two are not the same."))],
        render_kw={"autocomplete": "new-password"},
    )  # fmt: skip

    def is_strong(self, *names: str) -> bool:
        """Say whether the password may be used; else write beside it why not."""
        weakness = weakness_of(self.new.data, *names)
        if weakness:
            self.new.errors = [weakness]
        return weakness is None


class NewcomerForm(NewPasswordForm):
    """What somebody who could not sign in before says of themselves."""

    name = StringField(_("Your name"), [InputRequired(), Length(max=120)], render_kw={"autocomplete": "name"})
    locale = SelectField(_("Language"), [InputRequired()], choices=LANGUAGES)


class KnownForm(FlaskForm):  # type: ignore[misc]
    """The password of somebody who signs in already."""

    password = PasswordField(
        _("Password"), [InputRequired(), Length(max=MAX_LENGTH)], render_kw={"autocomplete": "current-password"}
    )


class EmailForm(FlaskForm):  # type: ignore[misc]
    """Whose password is lost."""

    email = EmailField(_("E-mail"), [InputRequired(), Length(max=120)], render_kw={"autocomplete": "username"})


class RegisterForm(FlaskForm):  # type: ignore[misc]
    """A brand and its first admin."""

    name = StringField(_("Name of the brand"), [InputRequired(), Length(max=120)])
    name_zh = StringField(_("Chinese name"), [Optional(), Length(max=120)])
    partner_type = SelectField(
        _("Kind"), [InputRequired()], choices=[SelectChoice(kind.value, label(kind.value)) for kind in PartnerType]
    )
    industry = StringField(_("Industry"), [InputRequired(), Length(max=40)])
    region = SelectField(_("Country"), [InputRequired()])
    about = TextAreaField(_("About the brand"), [Optional(), Length(max=400)])
    person = StringField(_("Your name"), [InputRequired(), Length(max=120)], render_kw={"autocomplete": "name"})
    email = EmailField(_("Your e-mail at work"), [InputRequired(), Length(max=120)],
                       render_kw={"autocomplete": "email"})  # fmt: skip
    locale = SelectField(_("Language"), [InputRequired()], choices=LANGUAGES)

    def offer(self) -> RegisterForm:
        """Fill in the countries, in the reader's language."""
        self.region.choices = countries()
        return self

    def said(self) -> Registration:
        """Return what was filled in."""
        return Registration(
            self.name.data, self.name_zh.data or "", PartnerType(self.partner_type.data), self.industry.data,
            self.region.data, self.about.data or "", self.person.data, self.email.data, self.locale.data,
        )  # fmt: skip

