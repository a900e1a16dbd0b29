"""What stands behind a figure, how segments overlap, what the sides ask for, and the log of questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.audiences.models import Overlap
from partners.audiences.release.evaluating import Answer
from partners.audiences.release.explain_queries import explained, segment_table
from partners.audiences.release.log_queries import evaluations
from partners.audiences.release.release import Released, ReleaseKind, ReleaseSettings
from partners.audiences.release.settings_queries import release_page
from partners.audiences.release.settings_services import (
    ArrangementTooLong,
    BudgetOutOfRange,
    EpsilonOutOfRange,
    RoundingUnknown,
    SideSettings,
    set_release,
)
from partners.audit import AuditEvent
from partners.directory.codes import FloorOutOfRange
from partners.directory.models import Footing
from partners.directory.policy import Actor
from partners.directory.relationship import PartnershipOver
from partners.errors import NotAllowed, NotFound
from partners.outbox import OutboxEvent
from partners.store import FolderStore
from tests.cast import Cast
from tests.conftest import NOW
from tests.partners.audiences.lists import Lists

USUAL = ReleaseSettings()


@pytest.fixture
def lists(session: Session, cast: Cast, store: FolderStore) -> Lists:
    return Lists(session, store, cast.partnership.id)


def counted(session: Session, cast: Cast, lists: Lists) -> None:
    """Count 4,000 of Alder's in two segments with 3,000 of Birch's in three; without noise, to be exact."""
    lists.put(
        cast.alder, range(4_000), now=NOW - timedelta(hours=1),
        segments={"low": range(2_000), "high": range(2_000, 4_000)},
    )  # fmt: skip
    parts = {"a": range(1_000, 2_500), "b": range(2_500, 3_500), "c": range(3_500, 4_000)}
    lists.put(cast.birch, range(1_000, 4_000), segments=parts)
    lists.count()
    exact = {"low": {"a": 1_000, "b": 0, "c": 0}, "high": {"a": 500, "b": 1_000, "c": 500}, "": {"": 3_000}}
    for row in session.scalars(select(Overlap)):
        pair = (row.segment_a, row.segment_b)
        own, other = pair if pair[0] in exact else pair[::-1]
        row.noisy = exact[own][other]
    session.flush()


def test_a_figure_is_explained_to_both_sides(session: Session, cast: Cast, lists: Lists) -> None:
    lists.put(cast.alder, range(4_000), now=NOW - timedelta(hours=1)).duplicates = 7
    lists.put(cast.birch, range(3_000, 9_000)).duplicates = 3
    lists.count()

    ids = {"own_id": cast.alder.community.id, "other_id": cast.birch.community.id}
    ours = explained(session, cast.alder.viewer, cast.partnership.id, **ids, now=NOW)
    theirs = explained(
        session, cast.birch.viewer, cast.partnership.id, ids["other_id"], ids["own_id"], NOW + timedelta(days=7)
    )

    assert ours.released is not None
    assert ours.released.count is not None
    assert theirs.released == ours.released.turned()
    assert (ours.own_duplicates, theirs.own_duplicates) == (7, 3)
    assert (ours.own_spent, ours.other_spent, ours.epsilon_milli, ours.method) == (0, 250, 250, "keyed")
    assert (ours.own_day, ours.next_at) == (NOW.date(), NOW + timedelta(days=7))
    assert (theirs.own_spent, theirs.next_at) == (250, None)


def test_segments_are_read_alike_each_with_its_own_down(session: Session, cast: Cast, lists: Lists) -> None:
    counted(session, cast, lists)

    alder, birch = cast.alder.community.id, cast.birch.community.id
    ours = segment_table(session, cast.alder.viewer, cast.partnership.id, alder, birch, NOW)
    theirs = segment_table(session, cast.birch.viewer, cast.partnership.id, birch, alder, NOW)

    assert (ours.rows, ours.columns) == ((("high", 2_000), ("low", 2_000)), (("a", 1_500), ("b", 1_000), ("c", 500)))
    assert theirs.cells == tuple(tuple(line[i].turned() for line in ours.cells) for i in range(3))
    shown = {cell.count for line in ours.cells for cell in line if cell.count is not None}
    assert shown <= {500, 1_000}
    assert ours.cells[0][1].kind is ReleaseKind.HIDDEN, "all of b is in high"


def test_while_exploring_segments_are_hidden(session: Session, cast: Cast, lists: Lists) -> None:
    counted(session, cast, lists)
    cast.partnership.footing = Footing.EXPLORING

    ids = (cast.alder.community.id, cast.birch.community.id)
    table = segment_table(session, cast.alder.viewer, cast.partnership.id, *ids, NOW)

    assert (table.rows, table.cells) == ((), ())


def test_strangers_and_impossible_pairs_are_not_there(session: Session, cast: Cast, lists: Lists) -> None:
    counted(session, cast, lists)
    pair = (cast.alder.community.id, cast.birch.community.id)

    def asked(actor: Actor, own: str, other: str) -> list[Callable[[], object]]:
        where = (session, actor, cast.partnership.id)
        return [lambda: explained(*where, own, other, NOW), lambda: segment_table(*where, own, other, NOW)]

    attempts = [*asked(cast.cedar.viewer, *pair), *asked(cast.alder.viewer, *pair[::-1])]
    attempts += asked(cast.alder.viewer, pair[0], cast.cedar.community.id)
    stranger = (session, cast.cedar.manager, cast.partnership.id)
    attempts += [
        lambda: release_page(*stranger, NOW), lambda: evaluations(*stranger),
        lambda: set_release(*stranger, SideSettings(USUAL), NOW),
    ]  # fmt: skip
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()


def test_what_a_side_asks_for_is_read_by_both_and_the_stricter_counts(session: Session, cast: Cast) -> None:
    ours, theirs = ReleaseSettings(60, 100, 250, 2_000), ReleaseSettings(80, 10, 100, 1_000)
    set_release(session, cast.alder.manager, cast.partnership.id, SideSettings(ours, " SCC 2026-04 "), NOW)
    set_release(session, cast.birch.manager, cast.partnership.id, SideSettings(theirs), NOW)

    pages = [release_page(session, brand.viewer, cast.partnership.id, NOW) for brand in (cast.alder, cast.birch)]

    for page in pages:
        assert page.counts == ReleaseSettings(80, 100, 100, 1_000)
        assert [side.settings for side in page.sides] == [ours, theirs]
        assert [(side.arrangement, side.arrangement_at) for side in page.sides] == [("SCC 2026-04", NOW), ("", None)]
        assert (page.may_set, page.is_over) == (False, False)
    assert [page.own.settings for page in pages] == [ours, theirs]


def test_a_change_is_written_down_and_lets_count_again_and_no_change_is_not(session: Session, cast: Cast) -> None:
    wanted = SideSettings(replace(USUAL, epsilon_milli=100), "SCC")
    for _ in range(2):
        set_release(session, cast.alder.manager, cast.partnership.id, wanted, NOW)

    (event,) = session.scalars(select(AuditEvent)).all()
    assert (event.action, event.before) == ("set_release", {"epsilon_milli": 250, "arrangement": ""})
    assert event.after == {"name": "Alder with Birch", "epsilon_milli": 100, "arrangement": "SCC"}
    assert [one.kind for one in session.scalars(select(OutboxEvent))] == ["release_settings.changed"]


@pytest.mark.parametrize(
    ("changes", "arrangement", "error"),
    [
        ({"floor": 49}, "", FloorOutOfRange), ({"rounding": 20}, "", RoundingUnknown),
        ({"epsilon_milli": 49}, "", EpsilonOutOfRange), ({"epsilon_milli": 1_001}, "", EpsilonOutOfRange),
        ({"budget_milli": -1}, "", BudgetOutOfRange), ({"budget_milli": 2_001}, "", BudgetOutOfRange),
        ({}, "x" * 121, ArrangementTooLong),
    ],
)  # fmt: skip
def test_an_impossible_setting_is_refused(
    session: Session, cast: Cast, changes: dict[str, int], arrangement: str, error: type[Exception]
) -> None:
    wanted = SideSettings(replace(USUAL, **changes), arrangement)

    with pytest.raises(error):
        set_release(session, cast.alder.manager, cast.partnership.id, wanted, NOW)


@pytest.mark.parametrize("role", ["viewer", "finance", "admin"])
def test_only_managers_set_anything(session: Session, cast: Cast, role: str) -> None:
    with pytest.raises(NotAllowed):
        set_release(session, getattr(cast.alder, role), cast.partnership.id, SideSettings(USUAL), NOW)


def test_after_the_end_nothing_is_set(session: Session, cast: Cast) -> None:
    cast.partnership.footing = Footing.ENDED

    with pytest.raises(PartnershipOver):
        set_release(session, cast.alder.manager, cast.partnership.id, SideSettings(USUAL), NOW)
    assert release_page(session, cast.alder.viewer, cast.partnership.id, NOW).is_over


def test_both_sides_read_what_is_left_and_who_asked(session: Session, cast: Cast, lists: Lists) -> None:
    lists.put(cast.alder, range(4_000), now=NOW - timedelta(hours=1))
    lists.put(cast.birch, range(3_000, 9_000))
    lists.count()
    lists.put(cast.birch, range(3_000, 9_900), now=NOW + timedelta(hours=1))
    lists.count(now=NOW + timedelta(hours=1))

    for brand in (cast.alder, cast.birch):
        page = release_page(session, brand.viewer, cast.partnership.id, NOW + timedelta(hours=2))
        log = evaluations(session, brand.viewer, cast.partnership.id)
        assert [(line.name, line.spent_milli, line.left_milli, line.asked) for line in page.budgets] == [
            ("Alder Coffee club", 0, 2_000, 0), ("Birch Dairy club", 250, 1_750, 1),
        ]  # fmt: skip
        assert [(line.asker_name, line.answer, line.cost_milli) for line in log] == [
            ("Birch Dairy", Answer.TOO_SOON, 0), ("Birch Dairy", Answer.COUNTED, 250),
        ]  # fmt: skip


def test_no_cell_says_more_than_a_release(session: Session, cast: Cast, lists: Lists) -> None:
    counted(session, cast, lists)

    ids = (cast.alder.community.id, cast.birch.community.id)
    table = segment_table(session, cast.alder.viewer, cast.partnership.id, *ids, NOW)

    assert {type(cell) for line in table.cells for cell in line} == {Released}
    assert all(cell.count is None or cell.count >= table.floor for line in table.cells for cell in line)
