"""The words of brand fit: the rubric that people rate by, what each dimension and gate asks, and how a score comes."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.filters import ratio, share
from partners.fit.cards import FitPage
from partners.fit.score import Score

DIMENSIONS: dict[str, Any] = {
    "brand_values": _("Values"),
    "positioning": _("Positioning"),
    "audience": _("Audience"),
    "tone": _("Tone"),
}

ASKED: dict[str, Any] = {
    "brand_values": _("Do the brands stand for the same?"),
    "positioning": _("Do the brands belong on the same shelf: price, quality, occasion?"),
    "tone": _("Could both speak with one voice?"),
}

RUBRIC: dict[str, tuple[Any, ...]] = {
    "brand_values": (
        _("What one brand stands for contradicts the other; customers would ask why they are together."),
        _("Little in common: the brands care about different things and act differently in public."),
        _("Some values are shared, others are foreign to one side; nothing contradicts."),
        _("Most values are shared, and both brands show it by what they do."),
        _("Both stand for the same and would defend it together."),
    ),
    "positioning": (
        _("So far apart in price, quality or occasion that one would pull the other down."),
        _("Far apart: few customers of one would expect to meet the other."),
        _("Different, but not in each other's way; one sentence explains why they are together."),
        _("Close in price, quality and occasion; no customer would be surprised."),
        _("Each makes the other more desirable, and nobody would take one for the other."),
    ),
    "tone": (
        _("The manners clash: what is a joke to one offends the customers of the other."),
        _("Very different: a joint text would sound like neither brand."),
        _("Different, but with care a joint text is possible."),
        _("Similar: a joint text needs little editing."),
        _("The same manner: a joint text could come from either brand."),
    ),
}
"""Dimension -> one sentence for each rating, 1 first."""

GATES: dict[str, Any] = {
    "competition": _("Neither brand competes with another one here, and no exclusivity clause stands against it."),
    "category": _("No product category or region is involved that one side may not advertise or sell in."),
    "sanctions": _("No company, owner or country involved is under sanctions that bind one side."),
    "crisis": _("No serious incident is open at your brand: safety, data, law, or a public storm."),
}
"""Gate -> what a side says by declaring it clear."""

STATES: dict[str, tuple[str, Any]] = {
    "clear": ("good", _("clear")),
    "undeclared": ("wait", _("not declared")),
    "closed": ("bad", _("closed")),
}
"""State of a gate -> tone and word."""

MISSING: dict[str, Any] = {
    "gate_closed": _("A gate is closed. While it is, there is no score, whatever the ratings say."),
    "gate_undeclared": _("A gate is not declared by every side. What is not declared does not count as clear."),
    "ratings": _(
        "No round of ratings is open yet: two people of every side must rate, each without seeing the others."
    ),
    "segments": _("Not every side has given its numbers for the same segments of the audience."),
}
"""Why there is no score -> what to tell."""


def sum_of(score: Score) -> str:
    """Return a score as the sum that it is, each part rounded for reading only."""
    terms = [f"{share(part.weight / 100, 0)} × {ratio(part.score, 1)}" for part in score.parts]
    return " + ".join(terms) + " = " + ratio(score.total, 1)


def headline(page: FitPage) -> list[dict[str, Any]]:
    """Return the figures at the top of a page with a score."""
    score, newest = page.score, page.round
    if score is None or newest is None:
        return []
    return [
        {"label": gettext("Fit"), "value": ratio(score.total, 1), "note": gettext("of 100"), "explain": sum_of(score)},
        {
            "label": gettext("With equal weights"),
            "value": ratio(score.equal, 1),
            "explain": gettext(
                "The plain mean of the four dimensions. Where it is far from the fit, the weights decide."
            ),
        },
        {"label": gettext("Weights"), "value": gettext("version %(number)s", number=page.weights.version)},
        {"label": gettext("Ratings"), "value": gettext("round %(number)s", number=newest.number)},
    ]
