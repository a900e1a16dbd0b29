"""The form that asks how several lists divide."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from app.filters import named
from partners.audiences.regions.queries import Candidate


class RegionsForm(FlaskForm):  # type: ignore[misc]
    """Which communities are compared at once."""

    communities = SelectMultipleField(
        _("Three to six communities"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )

    def offer(self, candidates: Iterable[Candidate]) -> RegionsForm:
        """Offer the communities whose lists may be compared, each with its brand."""
        self.communities.choices = [
            SelectChoice(one.id, f"{named(one)} ({named({'name': one.partner_name, 'name_zh': one.partner_name_zh})})")
            for one in candidates
            if not one.why_not
        ]
        self.communities.flags.required = True  # told beside the label; the service says what is missing
        return self
