"""The list of campaigns, the status ladder of one, and the steps that can be taken from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.campaigns.wording import listed
from app.filters import count, date, named
from app.labels import label
from app.listing import Column, Listing
from partners.campaigns.cards import CampaignCard, CampaignPage, TermsCard
from partners.campaigns.lifecycle import LADDER, Stage

TONES = {
    "live": "good",
    "settled": "good",
    "reviewed": "good",
    "negotiated": "wait",
    "planned": "wait",
    "paused": "bad",
}

STEPS: dict[str, Any] = {
    Stage.PLANNED: _("Hand in the plan"), Stage.APPROVED: _("Approve the plan"), Stage.LIVE: _("Go live"),
    Stage.PAUSED: _("Pause"), Stage.ENDED: _("End the campaign"), Stage.SETTLED: _("Mark as settled"),
    Stage.REVIEWED: _("Write the review"), Stage.CANCELLED: _("Cancel the campaign"),
}  # fmt: skip

WITH_WORDS = {
    Stage.PAUSED: _("Why, so that the other side can understand it"),
    Stage.CANCELLED: _("Why, so that the other side can understand it"),
    Stage.REVIEWED: _("What both sides learned, what to do again and what not"),
}
"""Steps that need words, and what is asked."""

TERMS_TONES = {"open": "wait", "in_force": "good"}

TERMS_STATES = {
    "open": _("waits for signatures"), "in_force": _("in force"), "signed": _("signed, prices earlier sales"),
    "superseded": _("superseded"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StepChoice:
    """A step that can be taken now: to which stage, in which words; ``asks`` is empty where no reason is needed."""

    to_stage: str
    text: str
    asks: str
    kind: str


def campaigns(cards: Iterable[CampaignCard], stage: str) -> Listing:
    """Return campaigns as a list, of one stage where one is chosen."""
    columns = [
        Column("name", _("Campaign"), href=lambda card: url_for("campaigns.show", campaign_id=card.id)),
        Column("stage", _("Stage"), "state", tone=lambda card: TONES.get(card.stage, "none")),
        Column("others", _("With"), value=lambda card: listed([named(other) for other in card.others])),
        Column("campaign_type", _("Type"), "label"),
        Column("starts_on", _("First day"), "date"),
        Column("ends_on", _("Last day"), "date"),
        Column("unsigned_since", _("Waits for you"), value=_waits),
    ]
    chosen = [card for card in cards if not stage or card.stage == stage]
    nothing = _("No campaign is at this stage.") if stage else _("No campaign yet. Propose one to a partner.")
    return Listing.of(chosen, columns, request.args, nothing=nothing)


def stages_of(cards: Iterable[CampaignCard]) -> list[str]:
    """Return the stages that occur, in the order of the ladder."""
    found = {card.stage for card in cards}
    return [stage.value for stage in Stage if stage.value in found]


def rungs(page: CampaignPage) -> list[dict[str, Any]]:
    """Return the status ladder with the days on which stages were reached, and how far the newest terms are signed."""
    reached = {move.to_stage: move.at for move in page.moves}
    notes = {stage: date(at) for stage, at in reached.items()}
    if page.stage == Stage.NEGOTIATED and page.current:
        notes[Stage.NEGOTIATED.value] = signed_count(page.current)
    if page.stage == Stage.LIVE:
        notes[Stage.LIVE.value] = day_of(page)
    return [
        {"label": label(rung.stage.value), "state": "next" if rung.state == "ahead" else rung.state,
         "note": "" if rung.state == "ahead" else notes.get(rung.stage.value, "")}
        for rung in page.rungs
    ]  # fmt: skip


def signed_count(terms: TermsCard) -> str:
    """Say how many parties have signed."""
    done = sum(1 for each in terms.signatures if each.at)
    return str(gettext("signed by %(done)s of %(all)s", done=count(done), all=count(len(terms.signatures))))


def day_of(page: CampaignPage) -> str:
    """Say which day of how many a live campaign is at; after its last day, that it is over."""
    length = (page.ends_on - page.starts_on).days + 1
    number = (page.today - page.starts_on).days + 1
    if number > length:
        return str(gettext("last day has passed"))
    return str(gettext("day %(number)s of %(length)s", number=count(number), length=count(length)))


def steps(page: CampaignPage) -> list[StepChoice]:
    """Return the steps open to the reader, the next on the ladder first, a cancellation last."""
    order = [*LADDER, Stage.PAUSED, Stage.CANCELLED]
    moves = sorted(page.permits.moves, key=lambda stage: order.index(Stage(stage)))
    return [_step(page, stage) for stage in moves]


def _step(page: CampaignPage, to_stage: str) -> StepChoice:
    text = _("Let it go on") if (page.stage, to_stage) == (Stage.PAUSED, Stage.LIVE) else STEPS[Stage(to_stage)]
    kind = "bad" if to_stage == Stage.CANCELLED else "" if to_stage in (Stage.PAUSED, Stage.ENDED) else "main"
    return StepChoice(to_stage, str(text), str(WITH_WORDS.get(Stage(to_stage), "")), kind)


def _waits(card: CampaignCard) -> str:
    return str(gettext("your signature")) if card.unsigned_since else ""
