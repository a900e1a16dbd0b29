"""Forms of an API token and of retention."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from app.labels import label
from partners.directory.accounts.token_services import LONGEST_DAYS, SCOPES, USUAL_DAYS
from partners.directory.retention_queries import LIMITS


class TokenForm(FlaskForm):  # type: ignore[misc]
    """What a token is for, what it may do, and for how long."""

    name = StringField(_("Name"), [InputRequired(), Length(max=120)])
    scopes = SelectMultipleField(
        _("What it may do"), [InputRequired(_("Choose what the token may do."))],
        choices=[SelectChoice(scope.value, label(scope.value)) for scope in SCOPES],
        widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), default=[SCOPES[0].value],
    )  # fmt: skip
    days = IntegerField(
        _("Valid for (days)"), [InputRequired(), NumberRange(1, LONGEST_DAYS)], default=USUAL_DAYS,
        render_kw={"min": 1, "max": LONGEST_DAYS, "inputmode": "numeric"},
    )  # fmt: skip


def _days(text: Any, name: str) -> IntegerField:
    least, most = LIMITS[name]
    kind = {"min": least, "max": most, "inputmode": "numeric"}
    return IntegerField(text, [InputRequired(), NumberRange(least, most)], render_kw=kind)


class RetentionForm(FlaskForm):  # type: ignore[misc]
    """For how many days things are kept after they have ended."""

    audience_days = _days(_("Tokens of an audience, days after it ended"), "audience_days")
    upload_days = _days(_("Uploaded files of evidence, days after they were read"), "upload_days")
    sign_in_days = _days(_("Records of sign-ins, days after they ended"), "sign_in_days")
