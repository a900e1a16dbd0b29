"""The one form of revenue: recording a payment. It checks shape; what may be paid is checked where it is recorded."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, StringField
from wtforms.validators import InputRequired, Length


class PayoutForm(FlaskForm):  # type: ignore[misc]
    """Amount in major units, the day of the transfer, the bank's reference."""

    amount = StringField(_("Amount"), [InputRequired(_("Write the amount.")), Length(max=30)])
    paid_on = DateField(_("Day of the payment"), [InputRequired(_("Choose the day."))])
    reference = StringField(_("Bank reference"), [InputRequired(_("Write the reference.")), Length(max=120)])
