"""How a partnership goes: its footing, its stage, and which moves between stages its sides may make. Pure.

The footing says what the sides have agreed to and so what each sees of the other; agreeing changes it. The stage says
how far their work together has come (ISO 44001:2017, clauses 8.2 to 8.9); its sides move it by hand within what the
footing allows, and a new footing moves it by itself.
"""

from __future__ import annotations

from enum import StrEnum

from partners.errors import Conflict, Invalid

MAX_WHY = 400
"""Characters of the reason of a move."""


class Footing(StrEnum):
    """On what footing a partnership stands: what its sides have agreed to, and so what each sees of the other (D5)."""

    INVITED = "invited"
    EXPLORING = "exploring"
    SIGNED = "signed"
    ENDED = "ended"


OPEN_FOOTINGS = (Footing.EXPLORING, Footing.SIGNED)
"""Every side has accepted and none has ended it: overlaps are counted, campaigns proposed, fit rated."""


class PartnershipStage(StrEnum):
    """The eight stages of a collaborative relationship, in order (ISO 44001:2017, clauses 8.2 to 8.9)."""

    AWARENESS = "awareness"
    KNOWLEDGE = "knowledge"
    ASSESSMENT = "assessment"
    SELECTION = "selection"
    WORKING = "working"
    VALUE = "value"
    STAYING = "staying"
    EXIT = "exit"


_WITHIN: dict[Footing, tuple[PartnershipStage, ...]] = {
    Footing.INVITED: (PartnershipStage.AWARENESS,),
    Footing.EXPLORING: (PartnershipStage.KNOWLEDGE, PartnershipStage.ASSESSMENT, PartnershipStage.SELECTION),
    Footing.SIGNED: (PartnershipStage.WORKING, PartnershipStage.VALUE, PartnershipStage.STAYING),
    Footing.ENDED: (PartnershipStage.EXIT,),
}
"""The stages of each footing, in order; a footing begins with its first."""


class PartnershipOver(Conflict):
    """This partnership has ended."""


class StageClosed(Invalid):
    """A partnership that is {footing} does not go from “{stage}” to “{to_stage}”. Choose one of the stages offered."""


class WhyMissing(Invalid):
    """Say why, so that the other sides can understand it."""


class WhyTooLong(Invalid):
    """Say why in at most 400 characters."""


def first_stage(footing: Footing) -> PartnershipStage:
    """Return the stage that a partnership enters by itself when it comes to a footing.

    >>> first_stage(Footing.SIGNED)
    <PartnershipStage.WORKING: 'working'>
    """
    return _WITHIN[footing][0]


def open_stages(footing: Footing, stage: PartnershipStage) -> tuple[PartnershipStage, ...]:
    """Return the stages that a side may move a partnership to by hand: the next one, then all before, nearest first.

    >>> [each.value for each in open_stages(Footing.EXPLORING, PartnershipStage.ASSESSMENT)]
    ['selection', 'knowledge']
    >>> open_stages(Footing.INVITED, PartnershipStage.AWARENESS)
    ()
    """
    path = _WITHIN[footing]
    if stage not in path:
        return ()
    here = path.index(stage)
    return (*path[here + 1 : here + 2], *reversed(path[:here]))


def is_forward(stage: PartnershipStage, to_stage: PartnershipStage) -> bool:
    """Say whether a move goes on rather than back.

    >>> is_forward(PartnershipStage.VALUE, PartnershipStage.WORKING)
    False
    """
    order = list(PartnershipStage)
    return order.index(to_stage) > order.index(stage)


def check_move(footing: Footing, stage: PartnershipStage, to_stage: PartnershipStage) -> None:
    """Raise StageClosed unless a side may make the move by hand."""
    if to_stage not in open_stages(footing, stage):
        raise StageClosed(footing=footing, stage=stage, to_stage=to_stage)


def checked_why(why: str) -> str:
    """Return a reason without space around it, or raise WhyMissing or WhyTooLong.

    >>> checked_why(" the budget is cut ")
    'the budget is cut'
    """
    found = why.strip()
    if not found:
        raise WhyMissing()
    if len(found) > MAX_WHY:
        raise WhyTooLong()
    return found
