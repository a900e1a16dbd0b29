"""The form of an upload."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired


class ImportForm(FlaskForm):  # type: ignore[misc]
    """One file; its header tells whether it holds conversions or refunds."""

    file = FileField(_("File"), [FileRequired(_("Choose a file."))], render_kw={"accept": ".csv,.txt,text/csv"})
