"""Forms of brand fit. They check shape; what ratings, segments and weights may be is checked where the score is made.

Segments and gates are rows of the same fields, so the classes of their forms are made with numbered or named fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from app.partners.fit_wording import DIMENSIONS, RUBRIC, STATES
from partners.fit.cards import FitPage, GateCard
from partners.fit.models import Gate
from partners.fit.score import MOST_SEGMENTS, RATED, Dimension, Weights


class RatingForm(FlaskForm):  # type: ignore[misc]
    """What one person rates, in the round that was seen."""

    number = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    brand_values = RadioField(DIMENSIONS["brand_values"], [InputRequired()], coerce=int)
    positioning = RadioField(DIMENSIONS["positioning"], [InputRequired()], coerce=int)
    tone = RadioField(DIMENSIONS["tone"], [InputRequired()], coerce=int)

    def ratings(self) -> dict[Dimension, int]:
        """Return the rating of each dimension."""
        return {dimension: self[dimension.value].data for dimension in RATED}


class WeightsForm(FlaskForm):  # type: ignore[misc]
    """New weights, against the version that was seen."""

    seen = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    brand_values = IntegerField(DIMENSIONS["brand_values"], [InputRequired()])
    positioning = IntegerField(DIMENSIONS["positioning"], [InputRequired()])
    audience = IntegerField(DIMENSIONS["audience"], [InputRequired()])
    tone = IntegerField(DIMENSIONS["tone"], [InputRequired()])

    def weights(self) -> Weights:
        """Return the weights."""
        return Weights(*(self[dimension.value].data for dimension in Dimension))


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """The fields of one segment."""

    label: Any
    members: Any


class SegmentsForm(FlaskForm):  # type: ignore[misc]
    """Segments and the own members in each, against the labels that were seen."""

    seen = HiddenField()

    def rows(self) -> Iterator[SegmentRow]:
        """Yield the fields of every row that can be filled in."""
        for n in range(MOST_SEGMENTS):
            yield SegmentRow(self._fields[f"label_{n}"], self._fields[f"members_{n}"])

    def segments(self) -> list[tuple[str, int]]:
        """Return label and members of each row that is filled in."""
        return [(row.label.data, row.members.data) for row in self.rows() if row.label.data]

    def labels_seen(self) -> list[str]:
        """Return the labels that the form was opened with."""
        return [line for line in (self.seen.data or "").splitlines() if line]

    def validate(self, extra_validators: Any = None) -> bool:
        """Say whether every label has its number and every number its label."""
        is_right = bool(super().validate(extra_validators))
        for row in self.rows():
            has_label, has_members = bool((row.label.data or "").strip()), row.members.data is not None
            if has_label and not has_members and not row.members.errors:
                row.members.errors = [gettext("Say how many members you have in it.")]
                is_right = False
            if has_members and not has_label:
                row.label.errors = [gettext("Name the segment.")]
                is_right = False
        return is_right


class GatesForm(FlaskForm):  # type: ignore[misc]
    """What the own side declares of each gate."""

    def declared(self) -> dict[Gate, tuple[bool, str]]:
        """Return the gates that something is declared of."""
        found = {gate: self._fields[f"state_{gate.value}"].data for gate in Gate}
        return {
            gate: (state == "clear", self._fields[f"why_{gate.value}"].data or "")
            for gate, state in found.items()
            if state
        }


def rating_form(page: FitPage) -> RatingForm:
    """Return the form of ratings, each number with its sentence of the rubric, and the own rating in it."""
    form = RatingForm(obj=page.state.own, number=page.state.number)
    for dimension in RATED:
        sentences = enumerate(RUBRIC[dimension.value], 1)
        form[dimension.value].choices = [SelectChoice(n, f"{n} · {sentence}") for n, sentence in sentences]
    return form


def segments_form(page: FitPage) -> SegmentsForm:
    """Return the form of segments, with the agreed labels and the own numbers in it."""
    fields: dict[str, Any] = {}
    for n in range(MOST_SEGMENTS):
        fields[f"label_{n}"] = StringField(_("Segment %(number)s", number=n + 1), [Length(max=120)])
        fields[f"members_{n}"] = IntegerField(_("Members in segment %(number)s", number=n + 1), [Optional()])
    own = next((side.members for side in page.segments.sides if side.is_own), None)
    known: dict[str, Any] = {"seen": "\n".join(page.segments.labels)}
    for n, name in enumerate(page.segments.labels):
        known |= {f"label_{n}": name, f"members_{n}": own[n] if own else None}
    made: SegmentsForm = type("SegmentsOfEveryRow", (SegmentsForm,), fields)(data=known)
    return made


def gates_form(page: FitPage) -> GatesForm:
    """Return the form of gates, with what the own side has declared in it."""
    fields: dict[str, Any] = {}
    known: dict[str, Any] = {}
    for card in page.gates:
        state, why = _own(card)
        offered = [name for name in ("undeclared", "clear", "closed") if name != "undeclared" or state == "undeclared"]
        choices = [SelectChoice("" if name == "undeclared" else name, STATES[name][1]) for name in offered]
        fields[f"state_{card.gate}"] = SelectField(_("What you declare"), choices=choices)
        fields[f"why_{card.gate}"] = TextAreaField(_("Why it is closed"), [Length(max=400)], render_kw={"rows": 2})
        known |= {f"state_{card.gate}": "" if state == "undeclared" else state, f"why_{card.gate}": why}
    made: GatesForm = type("GatesOfEveryKind", (GatesForm,), fields)(data=known)
    return made


def _own(card: GateCard) -> tuple[str, str]:
    own = next(each for each in card.declarations if each.is_own)
    return own.state, own.why
