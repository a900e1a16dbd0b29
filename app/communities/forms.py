"""Forms of communities."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

_SUGGESTED = {"list": "channels"}
"""Ties the field to the suggestions in the page; any other place may be written too."""


class EditForm(FlaskForm):  # type: ignore[misc]
    """How a community is described; everything that may change later."""

    name = StringField(_("Name"), [InputRequired(), Length(max=120)])
    name_zh = StringField(_("Chinese name"), [Optional(), Length(max=120)])
    theme = StringField(_("Theme"), [InputRequired(), Length(max=40)])
    channel = StringField(_("Where it meets"), [InputRequired(), Length(max=40)], render_kw=_SUGGESTED)
    about = TextAreaField(_("About it"), [Optional(), Length(max=400)])


class OpenForm(EditForm):
    """A new community: its description and the code that files carry."""

    code = StringField(_("Code"), [InputRequired(), Length(max=39)])
