"""Forms of a brand's companies: a legal entity, a bank account."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from app.admin import choices
from app.filters import named
from partners.directory.cards import EntityCard


class EntityForm(FlaskForm):  # type: ignore[misc]
    """A company that signs, invoices and is paid."""

    code = StringField(_("Code"), [InputRequired(), Length(max=10)])
    name = StringField(_("Legal name"), [InputRequired(), Length(max=120)])
    name_zh = StringField(_("Chinese name"), [Optional(), Length(max=120)])
    address = TextAreaField(_("Address"), [InputRequired(), Length(max=400)])
    country = SelectField(_("Country"), [InputRequired()], choices=choices.countries)
    currency = SelectField(_("Currency"), [InputRequired()], choices=choices.currencies)
    registration_number = StringField(_("Registration number"), [Optional(), Length(max=40)])
    tax_number = StringField(_("VAT or tax number"), [Optional(), Length(max=40)])


class AccountForm(FlaskForm):  # type: ignore[misc]
    """Where a legal entity is to be paid."""

    entity_id = SelectField(_("Legal entity"), [InputRequired()])
    currency = SelectField(_("Currency"), [InputRequired()], choices=choices.currencies)
    holder = StringField(_("Account holder"), [InputRequired(), Length(max=120)])
    number = StringField(
        _("IBAN or account number"), [InputRequired(), Length(max=60)],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )  # fmt: skip
    bank_code = StringField(_("BIC"), [Optional(), Length(max=20)])
    bank_name = StringField(_("Bank"), [Optional(), Length(max=120)])

    def offer(self, entities: Iterable[EntityCard]) -> None:
        """Fill in the companies that can be chosen."""
        self.entity_id.choices = [SelectChoice(card.id, f"{card.code} · {named(card)}") for card in entities]
