"""The words and lists of regions: lists by letters, formulas, what a hidden number says, and the CSV."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext as _

from app import filters
from app.audiences.overlap_lists import milli as milli
from app.labels import label
from app.listing import Column, Listing
from partners.audiences.regions.diagram import Region, Sum
from partners.audiences.regions.queries import Candidate, ComparedList, RegionsCard, RegionsPage
from partners.audiences.regions.services import Asked
from partners.audiences.release.evaluating import Answer

LETTERS = "ABCDEF"
"""One for each list, in formulas and in the figure."""

MOST_DRAWN = 15
"""Regions up to which hidden ones are drawn too: those of four lists."""

TONES = {"regions_waiting": "wait", "regions_counted": "good", "regions_taken_back": "bad"}


@dataclass(frozen=True, slots=True)
class Row:
    """One region as a row of a CSV; ``count`` is None where it is hidden."""

    formula: str
    lists: str
    several: int
    count: int | None
    shown: str


def answered(asked: Asked) -> str:
    """Say how a question was answered."""
    if asked.answer is Answer.COUNTED:
        return str(_("The question is asked, and its cost is booked. The regions are being counted."))
    if asked.answer is Answer.SAME_LISTS:
        return str(_("These lists were compared before. This is that answer; it cost nothing more."))
    pair = {"own": brand(asked, "own"), "other": brand(asked, "other"), "why": label(asked.answer)}
    if asked.until is not None:
        return str(_("%(own)s with %(other)s: %(why)s, until %(day)s.", day=filters.date(asked.until), **pair))
    return str(_("%(own)s with %(other)s: %(why)s.", **pair))


def asked(cards: Iterable[RegionsCard]) -> Listing:
    """Return what was asked before as a list."""
    columns = [
        Column("lists", _("Lists"), value=lambda card: ", ".join(map(filters.named, card.lists)),
               href=lambda card: url_for("audiences.regions", regions_id=card.id)),
        Column("asker", _("Asked by"), value=lambda card: brand(card, "asker")),
        Column("asked_at", _("Asked"), "datetime"),
        Column("standing", _("Standing"), "state", tone=lambda card: TONES[card.standing]),
    ]  # fmt: skip
    return Listing.of(cards, columns, request.args, nothing=_("Nothing was asked here yet."))


def regions(page: RegionsPage) -> Listing:
    """Return every region as a row, the largest first, hidden ones last."""
    columns = [
        Column("formula", _("Region")), Column("lists", _("In these lists and in no other")),
        Column("several", _("Lists"), "count"), Column("count", _("Members"), "count"), Column("shown", _("Shown")),
    ]  # fmt: skip
    rows = [
        Row(formula(page, each), names(page, each), len(each.lists), each.count, count(each.count))
        for each in ordered(page)
    ]  # fmt: skip
    return Listing.of(rows, columns, {})


def ordered(page: RegionsPage) -> list[Region]:
    """Return the regions, the largest first, hidden ones last; none while nothing may be shown."""
    found = page.released.regions if page.released else ()
    return sorted(found, key=lambda one: (one.count is None, -(one.count or 0), len(one.lists), one.number))


def drawn(page: RegionsPage) -> list[Region]:
    """Return the regions of the figure: of many lists only those that are shown, for most of the others are hidden."""
    found = ordered(page)
    return found if len(found) <= MOST_DRAWN else [one for one in found if one.count is not None] or found[:MOST_DRAWN]


def formula(page: RegionsPage, region: Region) -> str:
    """Return a region as sets: A ∩ B \\ (C ∪ D)."""
    without = [LETTERS[number] for number in range(len(page.card.lists)) if number not in region.lists]
    within = " ∩ ".join(LETTERS[number] for number in region.lists)
    if not without:
        return within
    rest = " ∪ ".join(without)
    return f"{within} \\ {rest}" if len(without) == 1 else f"{within} \\ ({rest})"


def names(page: RegionsPage, region: Region) -> str:
    """Return the communities of a region in the reader's language."""
    return " + ".join(filters.named(page.card.lists[number]) for number in region.lists)


def count(members: int | None) -> str:
    """Return a number of members, or that it is hidden."""
    return str(_("hidden")) if members is None else filters.count(members)


def total(found: Sum) -> str:
    """Return a sum of members, or its least where a part is hidden."""
    text = filters.count(found.count)
    if found.count == 0 and not found.is_whole:
        return count(None)
    return text if found.is_whole else str(_("at least %(count)s", count=text))


def explain_region(page: RegionsPage, region: Region) -> str:
    """Say what a region is and how its number came about."""
    what = _("Members of %(lists)s and of no other of these lists: |%(formula)s|.",
             lists=names(page, region), formula=formula(page, region))  # fmt: skip
    if region.count is None:
        why = _(
            "Hidden: fewer than %(floor)s members, or it would tell another region that is.",
            floor=filters.count(page.settings.floor),
        )
        return f"{what} {why}"
    return f"{what} {release(page)}"


def explain_sum(page: RegionsPage, what: str) -> str:
    """Say how a sum of regions came about."""
    adds = _("The displayed regions that belong to it, added up; a hidden one counts as nothing, so it may be more.")
    return f"{what} {adds} {release(page)}"


def release(page: RegionsPage) -> str:
    """Say how every number of a page was released."""
    return str(
        _("Each region has noise of standard deviation %(sd)s (ε = %(epsilon)s for the question) and is rounded to "
          "%(step)s; none below %(floor)s is shown.",
          sd=filters.ratio(page.sd, 1), epsilon=milli(page.epsilon_milli), step=filters.count(page.settings.rounding),
          floor=filters.count(page.settings.floor))
    )  # fmt: skip


def part(page: RegionsPage, number: int) -> str:
    """Return which part of a list it alone reaches."""
    assert page.released is not None
    alone, size = page.released.alone(number).count, page.card.lists[number].size
    return filters.NOTHING if alone is None or not size else filters.share(min(alone / size, 1.0))


def brand(thing: RegionsCard | ComparedList | Candidate | Asked, of: str = "partner") -> str:
    """Return a name that a thing carries beside its own, such as that of its brand, in the reader's language."""
    return filters.named({"name": getattr(thing, f"{of}_name"), "name_zh": getattr(thing, f"{of}_name_zh")})
