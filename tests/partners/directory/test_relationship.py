"""Which moves between stages a footing allows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.directory import relationship
from partners.directory.relationship import Footing, PartnershipStage
from partners.errors import Invalid

STAGE = PartnershipStage


def test_there_are_eight_stages_in_the_order_of_the_standard() -> None:
    assert [stage.value for stage in STAGE] == [
        "awareness", "knowledge", "assessment", "selection", "working", "value", "staying", "exit",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("footing", "stage", "to_stages"),
    [
        (Footing.INVITED, STAGE.AWARENESS, ()),
        (Footing.EXPLORING, STAGE.KNOWLEDGE, (STAGE.ASSESSMENT,)),
        (Footing.EXPLORING, STAGE.ASSESSMENT, (STAGE.SELECTION, STAGE.KNOWLEDGE)),
        (Footing.EXPLORING, STAGE.SELECTION, (STAGE.ASSESSMENT, STAGE.KNOWLEDGE)),
        (Footing.SIGNED, STAGE.WORKING, (STAGE.VALUE,)),
        (Footing.SIGNED, STAGE.VALUE, (STAGE.STAYING, STAGE.WORKING)),
        (Footing.SIGNED, STAGE.STAYING, (STAGE.VALUE, STAGE.WORKING)),
        (Footing.ENDED, STAGE.EXIT, ()),
    ],
)
def test_a_side_moves_one_on_or_any_back(
    footing: Footing, stage: PartnershipStage, to_stages: tuple[PartnershipStage, ...]
) -> None:
    assert relationship.open_stages(footing, stage) == to_stages


@given(st.sampled_from(Footing), st.sampled_from(STAGE), st.sampled_from(STAGE))
def test_no_move_by_hand_leaves_a_footing_or_skips_a_stage(
    footing: Footing, stage: PartnershipStage, to_stage: PartnershipStage
) -> None:
    order = list(STAGE)
    if to_stage in relationship.open_stages(footing, stage):
        assert order.index(to_stage) - order.index(stage) <= 1
        assert to_stage not in (stage, STAGE.EXIT, STAGE.AWARENESS)
    else:
        with pytest.raises(relationship.StageClosed):
            relationship.check_move(footing, stage, to_stage)


def test_each_footing_begins_with_a_stage_of_its_own() -> None:
    firsts = [relationship.first_stage(footing) for footing in Footing]

    assert firsts == [STAGE.AWARENESS, STAGE.KNOWLEDGE, STAGE.WORKING, STAGE.EXIT]


@pytest.mark.parametrize(
    ("why", "error"), [("", relationship.WhyMissing), (" \n", relationship.WhyMissing), ("x" * 401, Invalid)]
)
def test_a_reason_has_one_to_400_characters(why: str, error: type[Invalid]) -> None:
    with pytest.raises(error):
        relationship.checked_why(why)
    assert relationship.checked_why("x" * 400)
