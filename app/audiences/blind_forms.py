"""Forms of blind counts: declaring a list that stays at home, for a count that is proposed or joined."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _
from wtforms import IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange

from app.audiences.forms import GroundForm
from partners.audiences.blind.counting_services import MOST_MEMBERS
from partners.directory.cards import PartnershipCard


class DeclareForm(GroundForm):
    """Of whom, of when, how many, on what ground; everything about a list but its members."""

    members = IntegerField(_("Members"), [InputRequired(), NumberRange(1, MOST_MEMBERS)])


class ProposeForm(DeclareForm):
    """The same, and with whom to count."""

    partnership_id = SelectField(_("Partnership"), [InputRequired()])

    def offer_partnerships(self, cards: Iterable[PartnershipCard]) -> None:
        """Offer the partnerships that every side has accepted."""
        self.partnership_id.choices = [SelectChoice(card.id, card.name) for card in cards if card.is_open]
