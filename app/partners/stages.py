"""The eight stages of a partnership in words: what each is for, what one does in it, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.filters import date
from app.labels import label
from partners.directory.cards import PartnershipPage
from partners.directory.relationship import PartnershipStage, is_forward

STAGE = PartnershipStage


@dataclass(frozen=True, slots=True)
class Guide:
    """One stage: what it is for, what one usually does in it, and where the product leads on.

    ``ways``: (what to do, endpoint of the page, name under which its address takes the partnership), the nearest first.
    """

    purpose: Any
    usual: Any
    ways: tuple[tuple[Any, str, str], ...]


GUIDES: dict[str, Guide] = {
    STAGE.AWARENESS: Guide(
        _("Know of each other: one side has proposed, every other side decides for itself."),
        _("Read the profiles, look at what accepting would show, and answer."),
        ((_("Look at what they see of us"), "partners.preview", "partnership_id"),),
    ),
    STAGE.KNOWLEDGE: Guide(
        _("Learn enough of each other to say whether a closer look is worth it."),
        _("Register audiences, look at how far your communities overlap, say what each side wants to reach."),
        ((_("Look at overlaps"), "audiences.overlap", "partnership_id"),),
    ),
    STAGE.ASSESSMENT: Guide(
        _("Each side asks itself whether it is ready: people, budget, brand."),
        _("At least two people of each side rate the fit without seeing the others' ratings."),
        ((_("Rate the fit"), "partners.fit", "partnership_id"),
         (_("Look at overlaps"), "audiences.overlap", "partnership_id")),
    ),
    STAGE.SELECTION: Guide(
        _("Decide for one another, and on what to begin with."),
        _("Choose communities, agree on goals and shares, propose the first campaign with its terms."),
        ((_("Propose a campaign"), "campaigns.propose", "partnership"),),
    ),
    STAGE.WORKING: Guide(
        _("Agree on how it is run, and run it."),
        _("Hand in and approve plans, go live, report sales, talk at fixed times."),
        ((_("Propose a campaign"), "campaigns.propose", "partnership"),
         (_("Look at overlaps"), "audiences.overlap", "partnership_id")),
    ),
    STAGE.VALUE: Guide(
        _("Bring what each side came for, and find what brings more."),
        _("Compare goals with results, settle month after month, keep what works and change what does not."),
        ((_("See what was earned"), "revenue.ledger", "partnership_id"),
         (_("Propose a campaign"), "campaigns.propose", "partnership")),
    ),
    STAGE.STAYING: Guide(
        _("Keep it good when it has become routine."),
        _("Look back together, mend what annoys while it is small, plan the next year."),
        ((_("Look at the record of trust"), "partners.trust_between", "partnership_id"),
         (_("Propose a campaign"), "campaigns.propose", "partnership")),
    ),
    STAGE.EXIT: Guide(
        _("Part in order: nothing open, nothing lost."),
        _("Settle what was earned, keep the statements, write down what was learned."),
        ((_("See what was earned"), "revenue.ledger", "partnership_id"),),
    ),
}  # fmt: skip
"""Stage -> what the standard asks of it, in the words of this product (ISO 44001:2017, clauses 8.2 to 8.9)."""

_FOR_MANAGERS = frozenset({"campaigns.propose"})


@dataclass(frozen=True, slots=True)
class Way:
    """One step that the product offers: what to do and where."""

    text: Any
    href: str


def ways(page: PartnershipPage) -> list[Way]:
    """Return the next steps of the present stage that the reader's role may take."""
    return [
        Way(text, _address(endpoint, {key: page.id}))
        for text, endpoint, key in GUIDES[page.stage].ways
        if page.may_run or endpoint not in _FOR_MANAGERS
    ]


def _address(endpoint: str, values: dict[str, Any]) -> str:
    return url_for(endpoint, **values)


def rungs(page: PartnershipPage) -> list[dict[str, Any]]:
    """Return the eight stages as a ladder: those it has been at, where it is, and on which day it came there."""
    reached = {move.to_stage: move.at for move in page.moves}
    reached[STAGE.AWARENESS.value] = page.created_at
    order = [stage.value for stage in STAGE]
    here = order.index(page.stage)
    return [
        {
            "label": label(stage),
            "state": "now" if place == here else "done" if place < here and stage in reached else "next",
            "note": date(reached[stage]) if place <= here and stage in reached else "",
        }
        for place, stage in enumerate(order)
    ]


def choices(page: PartnershipPage) -> list[tuple[str, str]]:
    """Return the stages that the reader may move the partnership to, each saying whether it is on or back."""
    here = PartnershipStage(page.stage)
    return [
        (stage, gettext("on to %(stage)s", stage=label(stage)) if is_forward(here, PartnershipStage(stage))
         else gettext("back to %(stage)s", stage=label(stage)))
        for stage in page.open_stages
    ]  # fmt: skip
