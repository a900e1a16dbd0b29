"""What a reader may choose on the map. Sent with GET: the address holds the whole choice."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional

from app.filters import named
from app.network.texts import partner_named
from partners.network.findings import NetworkView

LARGEST = 10**10
"""More people than there are: a larger universe is a slip of the finger."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen; everything, where the choice was not valid. An empty id chooses none."""

    is_valid: bool
    show: str = "both"
    partner_id: str = ""
    shared: int = 0
    orders: int = 0
    without: str = ""


class NetworkForm(FlaskForm):  # type: ignore[misc]
    """Which part of the network is shown, and what is supposed of it."""

    class Meta:
        csrf = False  # it changes nothing

    show = SelectField(
        _("Show"),
        default="both",
        choices=[
            SelectChoice("both", _("both")),
            SelectChoice("overlap", _("overlap")),
            SelectChoice("flow", _("referral flow")),
        ],
    )
    partner_id = SelectField(_("Partner"), default="")
    shared = IntegerField(_("Shared members, at least"), [Optional(), NumberRange(0, LARGEST)])
    orders = IntegerField(_("Orders, at least"), [Optional(), NumberRange(0, LARGEST)])
    universe = IntegerField(_("People in all (for lift)"), [Optional(), NumberRange(1, LARGEST)])
    without = SelectField(_("What if it left"), default="")

    @property
    def stated_universe(self) -> int | None:
        """The universe, where it is stated and possible; readable before the form is checked."""
        found = self.universe.data
        return found if found and 0 < found <= LARGEST else None

    def choose(self, network: NetworkView) -> Choice:
        """Offer the partners and communities of this reader's network, and no others; return what was chosen."""
        nodes = [each.node for each in network.communities]
        partners = {node.partner_id: partner_named(node) for node in nodes}
        communities = {node.community_id: named(node) for node in nodes}
        self.partner_id.choices = _choices(gettext("all"), partners)
        self.without.choices = _choices(gettext("nobody"), communities)
        if not self.validate():
            return Choice(is_valid=False)
        return Choice(
            True, self.show.data, self.partner_id.data, self.shared.data or 0, self.orders.data or 0, self.without.data
        )


def _choices(none: str, names: dict[str, str]) -> list[SelectChoice]:
    return [SelectChoice("", none), *(SelectChoice(value, name) for value, name in names.items())]
