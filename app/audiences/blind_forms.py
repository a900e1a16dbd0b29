"""Forms of blind counts: declaring a list that stays at home, for a count that is proposed or joined."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from flask_babel import lazy_gettext as _
from wtforms import IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange

from app.audiences.forms import RegisterForm
from partners.audiences.blind.counting_services import MOST_MEMBERS
from partners.audiences.ground import Ground, Use
from partners.directory.cards import PartnershipCard


class DeclareForm(RegisterForm):
    """Of whom, of when, how many, on what ground; everything about a list but its members."""

    file = None
    members = IntegerField(_("Members"), [InputRequired(), NumberRange(1, MOST_MEMBERS)])

    def ground(self) -> Ground:
        """Return what the fields say; a declared list can be used for overlaps only."""
        self.uses.data = [Use.OVERLAP.value]
        return replace(super().ground(), uses=(Use.OVERLAP,))


class ProposeForm(DeclareForm):
    """The same, and with whom to count."""

    partnership_id = SelectField(_("Partnership"), [InputRequired()])

    def offer_partnerships(self, cards: Iterable[PartnershipCard]) -> ProposeForm:
        """Offer the partnerships that every side has accepted."""
        self.partnership_id.choices = [SelectChoice(card.id, card.name) for card in cards if card.is_open]
        return self
